import {spawn, type ChildProcess} from 'node:child_process'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {freePort} from './redis.ts'
import {until} from './until.ts'

const main = fileURLToPath(new URL('../../apps/server/dist/main.js', import.meta.url))

export type ServerProcess = {
  readonly url: string
  /** What it printed so far, over all of its lives. */
  output(): string
  /** kill -9. */
  kill(): Promise<void>
  /** SIGTERM; the exit code. */
  terminate(): Promise<number | null>
  /** Starts it again, on the same port, after `kill` or `terminate`; resolves when it is ready. */
  restart(): Promise<void>
}

/** The built server as a process of its own, on a free port. `environment`: its settings, `DATA_DIR` or `REDIS_URL` among them. */
export async function startServerProcess(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
  if (!existsSync(main)) throw new Error('the server is not built: run `npm run build` first')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let output = ''
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [main], {
      cwd: join(main, '../../../..'),
      env: {...process.env, NODE_OPTIONS: '', PORT: String(port), ENGINE_THREADS: '1', ...environment},
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const killed = () => child.kill('SIGKILL')
    process.once('exit', killed)
    child.once('exit', () => process.off('exit', killed))
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (output += text.toString()))
    await until('the server is ready', async () => {
      if (hasEnded(child)) throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}: ${output.slice(-2000)}`)
      return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok
    })
    return child
  }
  let child = await start()
  return {
    url,
    output: () => output,
    kill: async () => void (await end(child, 'SIGKILL')),
    terminate: () => end(child, 'SIGTERM'),
    async restart() {
      child = await start()
    },
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (!hasEnded(child)) {
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }
  return child.exitCode
}
