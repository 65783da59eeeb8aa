import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'
import {Engine} from '../../packages/engine/src/engine.ts'
import {temporaryDirectory} from '../support/temp-dir.ts'
import {until} from '../support/until.ts'

const script = fileURLToPath(new URL('../support/index-builder.ts', import.meta.url))
const ROWS = 21_000

async function killedWhileBuilding(dir: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions', '@millrace/source', script, dir, String(ROWS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), exited.then(() => Promise.reject(new Error('the builder ended by itself')))])
  await new Promise(resolve => setTimeout(resolve, afterMs))
  child.kill('SIGKILL')
  await exited
}

test.each([0, 60])(
  'an index whose build is killed after %i ms on LMDB is built on and finds what a scan finds',
  async afterMs => {
    const dir = temporaryDirectory('index')
    await killedWhileBuilding(dir.path, afterMs)
    const engine = await Engine.open({storage: {kind: 'lmdb', dir: dir.path}})
    try {
      const rows = async (where: string): Promise<unknown> => {
        const result = await engine.pull(`SELECT id, age FROM t WHERE ${where} ORDER BY id`)
        return result.kind === 'rows' ? result.rows : result.message
      }
      const expected = await rows(`CONCAT(city, '') = 'c3'`)
      expect(expected).toHaveLength(ROWS / 500)
      expect(await rows(`city = 'c3'`)).toEqual(expected)
      await engine.execute(`INSERT INTO t (id, city, age) VALUES (3, 'moved', 1);`)
      await engine.settle()
      await until('the moved row is found', async () => JSON.stringify(await rows(`city = 'moved'`)) === '[[3,1]]')
      expect(await rows(`city = 'c3'`)).toEqual(await rows(`CONCAT(city, '') = 'c3'`))
    } finally {
      await engine.close()
      dir.remove()
    }
  },
  60_000,
)
