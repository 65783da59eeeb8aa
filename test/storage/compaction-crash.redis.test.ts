import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {afterAll, expect, test, vi} from 'vitest'
import {systemClock} from '../../packages/engine/src/base/clock.ts'
import {openBatch} from '../../packages/engine/src/batch/open-batch.ts'
import {openLmdbStorage} from '../../packages/engine/src/storage/lmdb/open.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {startRedis, type RedisServer} from '../support/redis.ts'
import {temporaryDirectory} from '../support/temp-dir.ts'

const dir = temporaryDirectory('compaction-crash')
let server: RedisServer | undefined
afterAll(async () => {
  dir.remove()
  await server?.stop()
})

const stores = {
  lmdb: async () => ({place: dir.path, open: () => openLmdbStorage({dir: dir.path})}),
  redis: async () => {
    const {url} = (server = await startRedis())
    return {place: url, open: () => openRedisStorage({url, namespace: 'c'})}
  },
}

async function latestIn(storage: Storage): Promise<Map<string, number>> {
  const latest = new Map<string, number>()
  const [found] = await storage.log.read([{topic: 'compacted', partition: 0, from: 0, bytesMax: 1e9}])
  let last = -1
  for (const {baseOffset, bytes} of found?.batches ?? []) {
    const opened = openBatch(bytes)
    const {keys} = opened.blobs()
    for (let row = 0; row < opened.count; row++) {
      const offset = baseOffset + (opened.offsetDeltas?.[row] ?? row)
      expect(offset).toBeGreaterThan(last)
      latest.set(keys.textAt(row) ?? '', (last = offset))
    }
  }
  const {end, bytes} = found?.bounds ?? {end: 0, bytes: 0}
  expect(last).toBe(end - 1)
  expect(bytes).toBe(found?.batches.reduce((sum, batch) => sum + batch.bytes.length, 0))
  return latest
}

test.each(Object.entries(stores))(
  'a process that is killed while it compacts loses nothing and leaves nothing in the way: %s',
  async (name, make) => {
    const {place, open} = await make()
    const script = fileURLToPath(new URL('../support/compactor.ts', import.meta.url))
    const acknowledged = new Map<string, number>()
    for (let kills = 0; kills < 3; kills++) {
      const child = spawn(process.execPath, ['--import', 'tsx', '--conditions', '@millrace/source', script, name, place], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const errors: string[] = []
      let lines = 0
      createInterface({input: child.stdout}).on('line', line => {
        const [key = '', offset] = line.split(' ')
        acknowledged.set(key, Number(offset))
        lines++
      })
      createInterface({input: child.stderr}).on('line', line => errors.push(line))
      const exited = once(child, 'close')
      await vi.waitFor(() => expect(lines, errors.join('\n')).toBeGreaterThan(20_000), {timeout: 30_000})
      await systemClock.sleep(kills * 17)
      child.kill('SIGKILL')
      await exited
      const storage = await open()
      const stored = await latestIn(storage)
      for (const [key, offset] of acknowledged) expect(stored.get(key) ?? -1).toBeGreaterThanOrEqual(offset)
      expect(stored.size).toBe(acknowledged.size)
      const [found] = await storage.log.read([{topic: 'compacted', partition: 0, from: 0, bytesMax: 1e9}])
      const kept = found?.batches.reduce((sum, {bytes}) => sum + openBatch(bytes).count, 0) ?? 0
      // Else nothing was compacted.
      expect(kept).toBeLessThan((found?.bounds.end ?? 0) / 1.2)
      await storage.close()
    }
  },
  90_000,
)
