// A server that had not received the last records takes over: their offsets are given to others, which a group must not leave out.
import {afterEach, expect, test} from 'vitest'
import {systemClock} from '../base/clock.ts'
import {encodeBytes} from '../batch/encode-batch.ts'
import {openBatch} from '../batch/open-batch.ts'
import {newTopic} from '../log/topic.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import {openSimulatedStorage, type SimulatedStorage, type SimulatedWorld} from '../storage/simulated/open.ts'
import {commitGroupOffsets} from './commit.ts'
import type {ConsumerRequest} from './consumer-request.ts'
import {consumeGroup, type GroupConsumption} from './consumer.ts'
import type {LostRecords} from './lost-records.ts'
import type {DecodedBatch, RecordPart} from './partition-queue.ts'
import {resetGroupOffsets} from './reset.ts'
import type {GroupBatch} from './share.ts'

type Read = RecordPart & {readonly texts: readonly (string | null)[]}

const decode = (batch: StoredBatch, from: number): DecodedBatch<Read> => {
  const {values} = openBatch(batch.bytes).blobs()
  const first = Math.max(0, from - batch.baseOffset)
  const texts = Array.from({length: batch.count}, (_, i) => values.textAt(i)).slice(first)
  const begin = batch.baseOffset + first
  return {
    count: texts.length,
    part: (start, end) => {
      const some = texts.slice(start, end)
      return {offsets: some.map((_, i) => begin + start + i), nextOffset: begin + end, texts: some}
    },
  }
}

async function open(): Promise<SimulatedStorage> {
  const storage = openSimulatedStorage()
  await storage.log.createTopic(newTopic({name: 't', partitions: 1, createdAtMs: 0, encoding: 'bytes'}))
  return storage
}

/** A batch for each. */
async function produce(storage: SimulatedStorage, ...values: string[]): Promise<void> {
  for (const value of values) {
    const texts = [value, `${value}'`]
    const blob = (all: readonly (string | null)[]) => ({kind: 'text', values: all}) as const
    const bytes = encodeBytes({count: 2, timestamps: [0, 0], keys: blob([null, null]), values: blob(texts)})
    await storage.log.append([{topic: 't', partition: 0, bytes, count: 2, maxTimestampMs: 0}])
  }
}

const consumptions: GroupConsumption<Read>[] = []
afterEach(async () => {
  await Promise.all(consumptions.splice(0).map(each => each.leave()))
})

type Consumer = {readonly consumption: GroupConsumption<Read>; readonly lost: LostRecords[]}

function consume(storage: SimulatedStorage, more: Partial<ConsumerRequest> = {}): Consumer {
  const lost: LostRecords[] = []
  const consumption = consumeGroup(
    {storage, clock: systemClock, decode, onLost: each => lost.push(each)},
    {topics: ['t'], group: 'g', ...more},
  )
  consumptions.push(consumption)
  return {consumption, lost}
}

const commit = (storage: SimulatedStorage, {topic, partition, part, memberId, generation}: GroupBatch<Read>) =>
  commitGroupOffsets(storage, {group: 'g', memberId, generation, offsets: [{topic, partition, offset: part.nextOffset}]})

/** Takes and commits batches; their first records. */
async function handle(storage: SimulatedStorage, {consumption}: Consumer, batches: number): Promise<(string | null)[]> {
  const texts: (string | null)[] = []
  for (let i = 0; i < batches; i++) {
    const {value, done} = await consumption.next()
    if (done) throw new Error('the consumer ended')
    texts.push(value.part.texts[0] ?? null)
    await commit(storage, value)
  }
  return texts
}

/** What the group has is elsewhere, and stays. */
const withGroupsOf = (received: SimulatedWorld, {data}: SimulatedWorld): SimulatedWorld => ({
  ...received,
  data: {...received.data, groups: data.groups, documents: data.documents},
})

test('a member goes on where its log holds other records than those it has read', async () => {
  const storage = await open()
  await produce(storage, 'a', 'b')
  const consumer = consume(storage)
  expect(await handle(storage, consumer, 2)).toEqual(['a', 'b'])
  const received = storage.snapshot()
  await produce(storage, 'lost 1', 'lost 2')
  expect(await handle(storage, consumer, 2)).toEqual(['lost 1', 'lost 2'])
  storage.takeOver(received)
  await produce(storage, 'c', 'd', 'e')
  expect(await handle(storage, consumer, 3)).toEqual(['c', 'd', 'e'])
})

test('so it does where offsets are kept apart from the log, and says what was found and expected', async () => {
  const storage = await open()
  await produce(storage, 'a', 'b')
  const consumer = consume(storage)
  await handle(storage, consumer, 2)
  const received = storage.snapshot()
  await produce(storage, 'lost 1', 'lost 2')
  await handle(storage, consumer, 2)
  storage.takeOver(withGroupsOf(received, storage.snapshot()))
  await produce(storage, 'c', 'd', 'e')
  // What lies between two marks of a commit is handled again.
  expect(await handle(storage, consumer, 4)).toEqual(['b', 'c', 'd', 'e'])
  expect(consumer.lost).toHaveLength(1)
  expect(consumer.lost[0]).toMatchObject({
    topic: 't',
    partition: 0,
    reason: expect.stringMatching(
      /^found a batch with the checksum \d+ at offset \d+ of t\/0, expected the one that was read there/,
    ),
  })
})

test('a commit of what is lost is fenced once it is known, and the next member does not begin behind other records', async () => {
  const storage = await open()
  const consumer = consume(storage)
  await produce(storage, 'a')
  await handle(storage, consumer, 1)
  const received = storage.snapshot()
  await produce(storage, 'lost')
  const {value: late} = await consumer.consumption.next()
  storage.takeOver(withGroupsOf(received, storage.snapshot()))
  await produce(storage, 'b', 'c')
  expect(await handle(storage, consumer, 2)).toEqual(['b', 'c'])
  await expect(commit(storage, late)).rejects.toMatchObject({code: 'FENCED_GENERATION'})
})

test('a member that comes later finds it out from the commit: earliest, latest and error are the choice', async () => {
  const storage = await open()
  await produce(storage, 'a')
  const received = storage.snapshot()
  await produce(storage, 'lost')
  const before = consume(storage)
  await handle(storage, before, 2)
  await before.consumption.leave()
  storage.takeOver(withGroupsOf(received, storage.snapshot()))
  await produce(storage, 'b', 'c')
  const failing = consume(storage, {onNoOffset: 'error'})
  await expect(failing.consumption.next()).rejects.toMatchObject({
    code: 'OFFSET_OUT_OF_RANGE',
    message: expect.stringContaining('at offset 2 of t/0'),
  })
  const earliest = consume(storage)
  const {value} = await earliest.consumption.next()
  expect(value.part.texts).toEqual(['b', "b'"])
  await earliest.consumption.leave()
  const latest = consume(storage, {onNoOffset: 'latest'})
  const next = handle(storage, latest, 1)
  await expect.poll(() => latest.lost).toHaveLength(1)
  await produce(storage, 'd')
  expect(await next).toEqual(['d'])
})

test('a commit without a member is checked against what the log held when it was made', async () => {
  const storage = await open()
  await produce(storage, 'a')
  const received = storage.snapshot()
  await produce(storage, 'lost')
  await commitGroupOffsets(storage, {group: 'g', offsets: [{topic: 't', partition: 0, offset: 4}]})
  storage.takeOver(withGroupsOf(received, storage.snapshot()))
  await produce(storage, 'b')
  const consumer = consume(storage)
  await handle(storage, consumer, 1)
  expect(consumer.lost).toHaveLength(1)
})

test('nothing is lost where retention or compaction has been, nor after a reset', async () => {
  const storage = await open()
  await produce(storage, 'a', 'b', 'c')
  const consumer = consume(storage)
  await handle(storage, consumer, 3)
  await consumer.consumption.leave()
  const [kept] = await storage.log.read([{topic: 't', partition: 0, from: 4, bytesMax: 1e6}])
  await storage.log.trim({topic: 't', partition: 0}, 2)
  const batches = (kept?.batches ?? []).map(batch => ({...batch, bytes: batch.bytes.slice().fill(1, 4, 8)}))
  expect(await storage.log.replace({topic: 't', partition: 0}, 4, 6, batches)).toBe('replaced')
  await produce(storage, 'd')
  const next = consume(storage)
  expect(await handle(storage, next, 1)).toEqual(['d'])
  await next.consumption.leave()
  await resetGroupOffsets(storage, {group: 'g', topic: 't', to: {kind: 'offsets', offsets: [{partition: 0, offset: 6}]}}, 0)
  const again = consume(storage)
  expect(await handle(storage, again, 1)).toEqual(['d'])
  expect([consumer.lost, next.lost, again.lost]).toEqual([[], [], []])
})
