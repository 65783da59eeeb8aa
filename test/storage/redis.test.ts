import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {storageSuite} from '../suites/storage.suite.ts'
import {startRedis} from '../support/redis.ts'
import type {RedisServer} from '../support/redis.ts'

let server: RedisServer | undefined
storageSuite('redis', {
  open: async () => {
    server ??= await startRedis()
    return openRedisStorage({url: server.url, namespace: 'suite'})
  },
  dispose: async () => server?.stop(),
})
