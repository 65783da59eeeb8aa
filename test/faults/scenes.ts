import {seededRandom, type Random} from '../../packages/engine/src/base/random.ts'
import {openBatch} from '../../packages/engine/src/batch/open-batch.ts'
import {openLmdbStorage} from '../../packages/engine/src/storage/lmdb/open.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {openRedisStorage, type RedisStorageOptions} from '../../packages/engine/src/storage/redis/open.ts'
import {startRedis} from '../support/redis.ts'
import {startRedisCluster} from '../support/redis-cluster.ts'
import {startRedisSentinel} from '../support/redis-sentinel.ts'
import {startServerProcess, type ServerProcess} from '../support/server.ts'
import {temporaryDirectory} from '../support/temp-dir.ts'
import {until} from '../support/until.ts'
import {sleep} from './api.ts'
import type {Stored, Victim} from './history.ts'

/** Ends something with -9 and brings it back, after a while where that matters. `died` is called just before it ends. */
export type Strike = {readonly victim: Victim; readonly run: (died: () => void) => Promise<void>}

/** A deployment to be tormented. */
export type Scene = {
  readonly name: string
  readonly servers: readonly ServerProcess[]
  readonly strikes: readonly Strike[]
  /** Whether nothing of what was handled is ever lost, so that exactly once can be told. */
  readonly isExact: boolean
  /** The store itself, when no server uses it. */
  readonly openStorage: () => Promise<Storage>
  readonly dispose: () => Promise<void>
}

const namespace = 'faults'

const strikeServer = (server: ServerProcess): Strike => ({
  victim: 'server',
  async run(died) {
    died()
    await server.kill()
    await server.restart()
  },
})

export async function onLmdb(): Promise<Scene> {
  const dir = temporaryDirectory('faults')
  const server = await startServerProcess({DATA_DIR: dir.path})
  return {
    name: 'lmdb',
    servers: [server],
    strikes: [strikeServer(server)],
    isExact: true,
    openStorage: () => openLmdbStorage({dir: dir.path}),
    dispose: async () => dir.remove(),
  }
}

/** Every write is on disk before it is answered: so neither level may lose anything when Redis dies. */
const durable = ['--appendfsync', 'always']

export async function onRedis(): Promise<Scene> {
  const redis = await startRedis(durable)
  const storage = {url: redis.url, namespace}
  const servers = await startServers({REDIS_URL: redis.url, NAMESPACE: namespace})
  const strike: Strike = {
    victim: 'redis',
    async run(died) {
      died()
      await redis.kill()
      await redis.restart()
    },
  }
  return {
    name: 'redis',
    servers,
    strikes: [strike, strike, ...servers.map(strikeServer)],
    isExact: true,
    openStorage: () => openRedisStorage(storage),
    dispose: () => redis.stop(),
  }
}

/** Three primaries with a replica each. A primary comes back at once, or after its replica has taken its place. */
export async function onCluster(seed: number): Promise<Scene> {
  const cluster = await startRedisCluster(durable)
  const storage: RedisStorageOptions = {url: cluster.url, mode: 'cluster', namespace}
  const servers = await startServers({REDIS_URL: cluster.url, REDIS_MODE: 'cluster', NAMESPACE: namespace})
  const random = seededRandom(seed)
  const strike: Strike = {
    victim: 'primary',
    async run(died) {
      const primaries = await cluster.primaries()
      const primary = primaries[random.int(primaries.length)]
      if (!primary) throw new Error('no primary has slots')
      died()
      await primary.kill()
      await absence(random, async () => (await cluster.primaries()).every(({port}) => port !== primary.port))
      await primary.restart()
    },
  }
  return {
    name: 'cluster',
    servers,
    strikes: [strike, strike, strike, ...servers.map(strikeServer)],
    isExact: false,
    openStorage: () => openRedisStorage(storage),
    dispose: () => cluster.stop(),
  }
}

/**
 * A primary with two replicas, and three sentinels. The primary comes back as a replica of the one that took its place: one that
 * comes back while it is being replaced would take writes until the sentinels tell it. A cut-off one takes what it wrote in its
 * last moments with it: whatever was acknowledged with LEADER.
 */
export async function onSentinel(seed: number): Promise<Scene> {
  // A busy machine may make a server silent for a second: it would be replaced while it goes on.
  const deployment = await startRedisSentinel(['appendfsync always'], {replicas: 2, downAfterMs: 3000})
  const storage: RedisStorageOptions = {url: deployment.url, mode: 'sentinel', namespace}
  const servers = await startServers({REDIS_URL: deployment.url, REDIS_MODE: 'sentinel', NAMESPACE: namespace})
  const random = seededRandom(seed)
  const strike = (victim: 'primary' | 'cut-off primary'): Strike => ({
    victim,
    async run(died) {
      // A replica that still copies may be promoted all the same: that is the sentinels' choice, and not what is tried here.
      await until('the replicas to follow', () => deployment.isWhole(), wholeMsMax)
      const primary = await deployment.primary()
      if (victim === 'cut-off primary') {
        await deployment.cutReplicasOff()
        await sleep(300 + random.int(500))
      }
      died()
      await primary.kill()
      await until('another primary', async () => (await deployment.primary()) !== primary, wholeMsMax)
      await deployment.rejoin(primary)
    },
  })
  return {
    name: 'sentinel',
    servers,
    strikes: [strike('primary'), strike('primary'), strike('cut-off primary'), ...servers.map(strikeServer)],
    isExact: false,
    openStorage: () => openRedisStorage(storage),
    dispose: () => deployment.stop(),
  }
}

const failoverMsMax = 15_000
const wholeMsMax = 30_000

/** Short, or until another server has its place; not for ever: a replica that has not caught up takes over nothing. */
async function absence(random: Random, isReplaced: () => Promise<boolean>): Promise<void> {
  const shortMs = random.int(700)
  if (random.int(3) === 0) return sleep(shortMs)
  const untilMs = Date.now() + failoverMsMax
  while (Date.now() < untilMs && !(await isReplaced())) await sleep(100)
  return sleep(shortMs)
}

const startServers = (environment: Readonly<Record<string, string>>): Promise<ServerProcess[]> =>
  Promise.all([startServerProcess(environment), startServerProcess(environment)])

/** All that the log of a topic holds, by partition, as a reader from the beginning finds it. */
export async function readLog({log}: Storage, topic: string, partitions: number): Promise<readonly Stored[]> {
  const all: Stored[] = []
  for (let partition = 0; partition < partitions; partition++) {
    for (let next = 0, isMore = true; isMore;) {
      const [found] = await log.read([{topic, partition, from: next, bytesMax: 1 << 22}])
      for (const {baseOffset, count, bytes} of found?.batches ?? []) {
        const {values} = openBatch(bytes).blobs()
        for (let i = 0; i < count; i++)
          all.push({partition, offset: baseOffset + i, value: String(JSON.parse(values.textAt(i) ?? 'null'))})
        next = baseOffset + count
      }
      isMore = next < (found?.bounds.end ?? 0)
    }
  }
  return all
}
