import {spawn, type ChildProcess} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {temporaryDirectory} from '../support/temp-dir.ts'
import {root} from '../tidy/sources.ts'
import {until} from './support/client.ts'
import {startProcess} from './support/servers.ts'

type Block = {readonly language: string; readonly text: string}

const tour = (): Block[] => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const section = /\n## Five-minute tour\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? ''
  return [...section.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language = '', text = '']) => ({language, text}))
}

function shell(command: string): {readonly child: ChildProcess; output(): string; readonly ended: Promise<string>} {
  const child = spawn('bash', ['-c', command], {stdio: ['ignore', 'pipe', 'inherit'], detached: true})
  let text = ''
  child.stdout.on('data', (data: Buffer) => (text += data.toString()))
  return {child, output: () => text, ended: new Promise(resolve => child.once('close', () => resolve(text)))}
}

test("the README's tour does what it says", async () => {
  const dir = temporaryDirectory('tour')
  onTestFinished(() => dir.remove())
  const server = await startProcess({DATA_DIR: dir.path})
  const blocks = tour()
  expect(blocks.map(({language}) => language)).toContain('event')

  let subscription = (): string => ''
  for (const [i, {language, text}] of blocks.entries()) {
    const expected = blocks[i + 1]?.text ?? ''
    const command = text.replaceAll('localhost:4000', new URL(server.url).host)
    if (language === 'event') {
      await until('the event', subscription, output => output.includes(JSON.stringify(JSON.parse(text))))
    } else if (language === 'sh' && text.includes('curl -sSN')) {
      const {child, output} = shell(command)
      onTestFinished(() => void (child.pid && process.kill(-child.pid, 'SIGKILL')))
      await until('the first event', output, seen => seen.includes('data: '))
      subscription = output
    } else if (language === 'sh') {
      const answers = (output: string): boolean => JSON.stringify(JSON.parse(output)) === JSON.stringify(JSON.parse(expected))
      // What a reader types takes longer than a commit; a script asks again.
      await until(`the answer to\n${text}`, () => shell(command).ended, answers, text.includes('pullQuery') ? 5_000 : 0)
    }
  }
})
