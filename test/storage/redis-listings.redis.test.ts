import {Redis} from 'ioredis'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {groupInfos} from '../../packages/engine/src/groups/group-info.ts'
import {commitGroupOffsets} from '../../packages/engine/src/groups/commit.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {batch, topicRecord} from '../suites/fixture.ts'
import {startRedis, type RedisServer} from '../support/redis.ts'

const [topics, partitions, groups] = [10, 50, 120]
const topicName = (i: number): string => `t${i}`

let server: RedisServer
let storage: Storage
let client: Redis
beforeAll(async () => {
  server = await startRedis()
  client = new Redis(server.url)
  storage = await openRedisStorage({url: server.url, namespace: 'listings'})
  for (let i = 0; i < topics; i++) {
    await storage.log.createTopic(topicRecord(topicName(i), partitions))
    await storage.log.append(Array.from({length: partitions}, (_, partition) => batch(topicName(i), 'a', {partition})))
  }
  for (let i = 0; i < groups; i++) {
    const offsets = Array.from({length: partitions}, (_, partition) => ({topic: topicName(i % topics), partition, offset: 0}))
    await commitGroupOffsets(storage, {group: `g${i}`, offsets})
  }
})
afterAll(async () => {
  client.disconnect()
  await storage.close()
  await server.stop()
})

/** Commands that clients sent meanwhile: names, those that scripts ran left out. */
async function commandsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  const monitor = await client.monitor()
  const sent: string[] = []
  const seesEnd = new Promise<void>(resolve => {
    monitor.on('monitor', (_time: string, [name = '']: readonly string[], source: string) => {
      if (name === 'echo') resolve()
      else if (source !== 'lua') sent.push(name)
    })
  })
  await work()
  await client.echo('end')
  await seesEnd
  monitor.disconnect()
  return sent
}

test('a listing of groups takes a dozen of commands, however many partitions they read', async () => {
  await groupInfos(storage, 0)
  const sent = await commandsOf(async () => {
    const found = await groupInfos(storage, 0, {hasLagMs: false})
    expect(found.map(({offsets}) => offsets.reduce((sum, {lag}) => sum + lag, 0))).toEqual(Array(groups).fill(partitions))
  })
  expect(sent.length).toBeGreaterThan(3)
  expect(sent.length).toBeLessThan(30)
})

test('partitions of topics that are gone cost no more than those that are there', async () => {
  const gone = Array.from({length: topics * partitions}, (_, i) => ({topic: `gone${i % topics}`, partition: i}))
  const sent = await commandsOf(async () => {
    const bounds = await storage.log.bounds(gone)
    expect(bounds.filter(({isKnown}) => isKnown)).toEqual([])
  })
  expect(sent).toEqual(['HMGET'])
})
