import {Redis} from 'ioredis'
import {afterAll, beforeAll, expect, test, vi} from 'vitest'
import {limits} from '../../packages/engine/src/limits.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import type {Touched} from '../../packages/engine/src/storage/port/wake.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {batch, freshTask, freshTopic, text} from '../suites/fixture.ts'
import {startRedis, type RedisServer} from '../support/redis.ts'

let server: RedisServer
let redis: Redis
let storages: [Storage, Storage]

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
  const open = () => openRedisStorage({url: server.url, namespace: 'wake'})
  storages = [await open(), await open()]
})

afterAll(async () => {
  await Promise.all(storages.map(storage => storage.close()))
  redis.disconnect()
  await server.stop()
})

async function listen(storage: Storage, topic: string) {
  const heard: Touched[] = []
  const stop = await storage.wake.subscribe([{topic, partition: 0}], touched => heard.push(...touched))
  return {heard, stop}
}

const contents = (heard: readonly Touched[]) =>
  heard.flatMap(({batches = []}) => batches.map(({baseOffset, count, bytes}) => [baseOffset, count, text(bytes)]))

test('another process hears of small batches with what they hold', async () => {
  const [here, there] = storages
  const topic = await freshTopic(here)
  const {heard, stop} = await listen(there, topic)
  const producer = {id: 'p', epoch: 0}
  await here.log.append([batch(topic, 'für', {count: 2, producer: {...producer, sequence: 0}})])
  await here.log.append([
    batch(topic, 'für', {count: 2, producer: {...producer, sequence: 0}}),
    batch(topic, 'b', {producer: {...producer, sequence: 1}}),
  ])
  await here.log.append([2, 3].map(sequence => batch(topic, `of a run, ${sequence}`, {producer: {...producer, sequence}})))
  const task = freshTask()
  const {epoch} = await here.state.claim(task)
  await here.commit({
    ...{task, epoch, consumed: [], state: []},
    outputs: [{topic, partition: 0, bytes: Buffer.from('c'), count: 1, maxTimestampMs: 0}],
  })
  await vi.waitFor(() =>
    expect(contents(heard)).toEqual([
      [0, 2, 'für'],
      [2, 1, 'b'],
      [3, 1, 'of a run, 2'],
      [4, 1, 'of a run, 3'],
      [5, 1, 'c'],
    ]),
  )
  stop()
})

test('of larger batches it hears where they are', async () => {
  const [here, there] = storages
  const topic = await freshTopic(here)
  const {heard, stop} = await listen(there, topic)
  await here.log.append([batch(topic, 'x'.repeat(limits.wakeBatchBytesMax + 1))])
  await vi.waitFor(() => expect(heard).toEqual([{topic, partition: 0, batches: []}]))
  stop()
})

test('where nobody else listens nothing is published', async () => {
  const alone = await openRedisStorage({url: server.url, namespace: 'alone'})
  const topic = await freshTopic(alone)
  const {heard, stop} = await listen(alone, topic)
  await redis.config('RESETSTAT')
  await alone.log.append([batch(topic, 'x')])
  await vi.waitFor(() => expect(heard).toHaveLength(1))
  expect(await redis.info('commandstats')).not.toContain('cmdstat_publish')
  stop()
  await alone.close()
})
