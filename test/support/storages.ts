import {onTestFinished} from 'vitest'
import {openLmdbStorage} from '../../packages/engine/src/storage/lmdb/open.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {openSimulatedStorage} from '../../packages/engine/src/storage/simulated/open.ts'
import {startRedis} from './redis.ts'
import {temporaryDirectory} from './temp-dir.ts'

/** Opens an empty storage of each kind for the test that runs, and closes it at its end. */
export const storages: Readonly<Record<'simulated' | 'lmdb' | 'redis', () => Promise<Storage>>> = {
  simulated: async () => closedAtEnd(openSimulatedStorage()),
  lmdb: async () => {
    const dir = temporaryDirectory('storage')
    onTestFinished(() => dir.remove())
    return closedAtEnd(await openLmdbStorage({dir: dir.path}))
  },
  redis: async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    return closedAtEnd(await openRedisStorage({url: server.url, namespace: 'test'}))
  },
}

function closedAtEnd(storage: Storage): Storage {
  onTestFinished(() => storage.close())
  return storage
}
