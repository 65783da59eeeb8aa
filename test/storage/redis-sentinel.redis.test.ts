// Where sentinels name the primary: it is killed under producers and a consumer group, and its replica takes over.
import {afterAll, beforeAll, expect, test} from 'vitest'
import {systemClock} from '../../packages/engine/src/base/clock.ts'
import {openBatch} from '../../packages/engine/src/batch/open-batch.ts'
import {commitGroupOffsets} from '../../packages/engine/src/groups/commit.ts'
import {consumeGroup} from '../../packages/engine/src/groups/consumer.ts'
import {Producer} from '../../packages/engine/src/log/producer.ts'
import type {StoredBatch} from '../../packages/engine/src/storage/port/log-store.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {batch, freshName, freshTopic} from '../suites/fixture.ts'
import {startRedisSentinel, type RedisSentinel} from '../support/redis-sentinel.ts'
import {until} from '../support/until.ts'

let deployment: RedisSentinel
let storage: Storage
beforeAll(async () => {
  deployment = await startRedisSentinel(['appendfsync always'])
  storage = await openRedisStorage({url: deployment.url, mode: 'sentinel', namespace: 'sentinel'})
})
afterAll(async () => {
  await storage.close()
  await deployment.stop()
})

const textsOf = ({bytes}: StoredBatch): string[] => {
  const opened = openBatch(bytes)
  const {values} = opened.blobs()
  return Array.from({length: opened.count}, (_, i) => values.textAt(i) ?? '')
}

const decode = (stored: StoredBatch, from: number) => {
  const first = Math.max(0, from - stored.baseOffset)
  const texts = textsOf(stored).slice(first)
  const offsets = texts.map((_, i) => stored.baseOffset + first + i)
  return {
    count: texts.length,
    part: (from: number, to: number) => ({
      offsets: offsets.slice(from, to),
      nextOffset: (offsets[to - 1] ?? 0) + 1,
      texts: texts.slice(from, to),
    }),
  }
}

/** Sends numbers one after the other, until it is told to stop. */
async function produce(producer: Producer, topic: string, acked: string[], signal: AbortSignal): Promise<void> {
  for (let number = 0; !signal.aborted; number++) {
    await producer.send({topic, key: null, value: Buffer.from(`${number}`), timestampMs: 0, headers: []})
    acked.push(`${number}`)
  }
}

/** Handles and commits all that comes, until it is told to stop. */
async function handle(topic: string, group: string, handled: string[], signal: AbortSignal): Promise<void> {
  const parts = {storage, clock: systemClock, decode}
  for await (const {partition, part, memberId, generation} of consumeGroup(parts, {topics: [topic], group, signal})) {
    handled.push(...part.texts)
    const offsets = [{topic, partition, offset: part.nextOffset}]
    await commitGroupOffsets(storage, {group, memberId, generation, offsets})
  }
}

test('a primary that is killed loses nothing that was acknowledged with ALL, and all go on with its replica', async () => {
  const topic = await freshTopic(storage)
  const group = freshName('group')
  const [acked, handled]: [string[], string[]] = [[], []]
  const producingEnds = new AbortController()
  const handlingEnds = new AbortController()
  const producer = new Producer({log: storage.log, clock: systemClock, producerId: 'p', acks: 'ALL'})
  const producing = produce(producer, topic, acked, producingEnds.signal)
  const handling = handle(topic, group, handled, handlingEnds.signal)
  await until('the first records to be handled', () => handled.length > 50)
  const killed = await deployment.primary()
  await killed.kill()
  const before = acked.length
  await until('the replica to take over', async () => (await deployment.primary()) !== killed)
  await until('more records to be acknowledged', () => acked.length > before + 50)
  producingEnds.abort()
  await producing
  await until('all to be handled', () => handled.length >= acked.length)
  handlingEnds.abort()
  await handling
  await killed.restart()
  const [found] = await storage.log.read([{topic, partition: 0, from: 0, bytesMax: 1e9}])
  expect(found?.batches.flatMap(textsOf)).toEqual(acked)
  expect(handled).toEqual(acked)
  const [committed] = await storage.groups.offsets(group)
  expect(committed?.next).toBeGreaterThan(before)
}, 60_000)

test('ALL without a replica says that it is no more than LEADER, and is ALL again when there is one', async () => {
  const topic = await freshTopic(storage)
  const primary = await deployment.primary()
  const replica = deployment.servers.find(server => server !== primary)
  const append = async (): Promise<string | undefined> => {
    const [outcome] = await storage.log.append([batch(topic, 'x')], {acks: 'ALL'})
    return outcome?.kind === 'appended' ? (outcome.acks ?? 'ALL') : outcome?.kind
  }
  await until('the former primary to follow', async () => (await append()) === 'ALL')
  await replica?.kill()
  await until('the replica to be missed', async () => (await append().catch(() => 'too early')) === 'LEADER')
  await storage.health()
  expect(storage.features).toMatchObject({canAckAll: false, durability: {all: expect.stringContaining('for want of a replica')}})
  await replica?.restart()
  await until('the replica to be back', async () => (await append()) === 'ALL')
}, 60_000)
