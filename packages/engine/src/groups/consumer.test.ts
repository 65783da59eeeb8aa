import {afterEach, expect, test} from 'vitest'
import {systemClock} from '../base/clock.ts'
import {encodeBytes} from '../batch/encode-batch.ts'
import {openBatch} from '../batch/open-batch.ts'
import {newTopic} from '../log/topic.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import {openSimulatedStorage, type SimulatedStorage} from '../storage/simulated/open.ts'
import {commitGroupOffsets} from './commit.ts'
import type {ConsumerRequest} from './consumer-request.ts'
import {consumeGroup, type GroupConsumption} from './consumer.ts'
import type {DecodedBatch, RecordPart} from './partition-queue.ts'
import type {GroupBatch} from './share.ts'

type Read = RecordPart & {readonly texts: readonly (string | null)[]}
type Batch = GroupBatch<Read>

const decode = (batch: StoredBatch, from: number): DecodedBatch<Read> => {
  const {values} = openBatch(batch.bytes).blobs()
  const first = Math.max(0, from - batch.baseOffset)
  const texts = Array.from({length: batch.count}, (_, i) => values.textAt(i)).slice(first)
  const begin = batch.baseOffset + first
  return {
    count: texts.length,
    part: (from, to) => {
      const some = texts.slice(from, to)
      return {offsets: some.map((_, i) => begin + from + i), nextOffset: begin + to, texts: some}
    },
  }
}

async function open(partitions: number) {
  const storage = openSimulatedStorage()
  await storage.log.createTopic(newTopic({name: 't', partitions, createdAtMs: 0, encoding: 'bytes'}))
  return storage
}

async function produce(storage: SimulatedStorage, partition: number, ...values: string[]) {
  const bytes = encodeBytes({
    count: values.length,
    timestamps: values.map(() => 0),
    keys: {kind: 'text', values: values.map(() => null)},
    values: {kind: 'text', values},
  })
  await storage.log.append([{topic: 't', partition, bytes, count: values.length, maxTimestampMs: 0}])
}

const consumptions: GroupConsumption<Read>[] = []
afterEach(async () => {
  await Promise.all(consumptions.splice(0).map(each => each.leave()))
})

function consume(storage: SimulatedStorage, more: Partial<ConsumerRequest> = {}): GroupConsumption<Read> {
  const consumption = consumeGroup(
    {storage, clock: systemClock, decode},
    {topics: ['t'], group: 'g', sessionTimeoutMs: 600, ...more},
  )
  consumptions.push(consumption)
  return consumption
}

const textsOf = ({part}: Batch) => part.texts

async function next(consumption: GroupConsumption<Read>): Promise<Batch> {
  const {value, done} = await consumption.next()
  if (done) throw new Error('the consumer ended')
  return value
}

const commit = (storage: SimulatedStorage, {topic, partition, part, memberId, generation}: Batch, offset = part.nextOffset) =>
  commitGroupOffsets(storage, {group: 'g', memberId, generation, offsets: [{topic, partition, offset}]})

const isPending = async (promise: Promise<unknown>, ms = 60): Promise<boolean> => {
  let isSettled = false
  void promise.then(
    () => (isSettled = true),
    () => (isSettled = true),
  )
  await systemClock.sleep(ms)
  return !isSettled
}

test('a group goes on where it committed, and another group begins on its own', async () => {
  const storage = await open(1)
  await produce(storage, 0, 'a', 'b', 'c')
  const first = consume(storage, {recordsMax: 2})
  const batch = await next(first)
  expect(textsOf(batch)).toEqual(['a', 'b'])
  await commit(storage, batch, 1)
  await first.return?.()
  expect(textsOf(await next(consume(storage)))).toEqual(['b', 'c'])
  expect(textsOf(await next(consume(storage, {group: 'other'})))).toEqual(['a', 'b', 'c'])
})

test('records that come later wake a consumer that waits', async () => {
  const storage = await open(2)
  const consumption = consume(storage)
  const waiting = next(consumption)
  expect(await isPending(waiting)).toBe(true)
  await produce(storage, 1, 'x')
  expect(textsOf(await waiting)).toEqual(['x'])
})

test('two members share the partitions; what one had is handed to the other only when it is committed', async () => {
  const storage = await open(2)
  await produce(storage, 0, 'a')
  await produce(storage, 1, 'b')
  const one = consume(storage, {sessionTimeoutMs: 5000})
  const batches = [await next(one), await next(one)]
  const two = consume(storage, {sessionTimeoutMs: 5000})
  const moved = next(two)
  expect(await isPending(moved)).toBe(true)
  for (const batch of batches) await commit(storage, batch)
  await produce(storage, 0, 'c')
  await produce(storage, 1, 'd')
  const [mine, theirs] = [await next(one), await moved]
  expect(mine.partition).not.toBe(theirs.partition)
  expect([...textsOf(mine), ...textsOf(theirs)].toSorted()).toEqual(['c', 'd'])
  await Promise.all([commit(storage, mine), commit(storage, theirs)])
})

test('a member that leaves hands its partitions over, and its late commit is refused', async () => {
  const storage = await open(1)
  await produce(storage, 0, 'a')
  const one = consume(storage)
  const batch = await next(one)
  const two = consume(storage)
  const waiting = next(two)
  expect(await isPending(waiting)).toBe(true)
  await one.leave()
  const again = await waiting
  expect(textsOf(again)).toEqual(['a'])
  await expect(commit(storage, batch)).rejects.toMatchObject({code: 'UNKNOWN_MEMBER'})
  await expect(commit(storage, {...again, generation: batch.generation})).rejects.toMatchObject({code: 'FENCED_GENERATION'})
  await commit(storage, again)
})

test('a member that crashed loses its partitions within the session timeout', async () => {
  const storage = await open(1)
  await produce(storage, 0, 'a')
  const process = openSimulatedStorage({world: storage.world})
  const dead = consume(process)
  const batch = await next(dead)
  process.setFaults({crashBeforeWrite: 1})
  const two = consume(storage)
  expect(textsOf(await next(two))).toEqual(['a'])
  await expect(commit(storage, batch)).rejects.toMatchObject({code: 'UNKNOWN_MEMBER'})
})

test('a commit is accepted in a later generation as long as the partition stayed', async () => {
  const storage = await open(2)
  await produce(storage, 0, 'a', 'b')
  const one = consume(storage, {recordsMax: 1})
  const first = await next(one)
  const two = consume(storage)
  const waiting = next(two)
  expect(await isPending(waiting, 300)).toBe(true)
  await commit(storage, first)
  expect(await storage.groups.offsets('g')).toMatchObject([{partition: 0, next: 1}])
  const second = await next(one)
  expect(textsOf(second)).toEqual(['b'])
  expect(second.generation).toBeGreaterThan(first.generation)
})

test('nothing more is handed out than may be uncommitted', async () => {
  const storage = await open(2)
  await produce(storage, 0, 'a', 'b', 'c')
  await produce(storage, 1, 'd', 'e', 'f')
  const consumption = consume(storage, {unackedMax: 4})
  const [first, second] = [await next(consumption), await next(consumption)]
  expect(first.part.texts.length + second.part.texts.length).toBe(4)
  const third = next(consumption)
  expect(await isPending(third, 300)).toBe(true)
  await commit(storage, first, (first.part.offsets[0] ?? 0) + 1)
  expect((await third).part.texts).toHaveLength(1)
})

test('at most once: what was handed out is never handed out again', async () => {
  const storage = await open(1)
  await produce(storage, 0, 'a', 'b')
  const one = consume(storage, {delivery: 'at-most-once', recordsMax: 1})
  expect(textsOf(await next(one))).toEqual(['a'])
  await one.leave()
  expect(textsOf(await next(consume(storage, {delivery: 'at-most-once'})))).toEqual(['b'])
})

test('without an offset a group begins at the end once, or fails, as it was told', async () => {
  const storage = await open(1)
  await produce(storage, 0, 'a')
  const one = consume(storage, {onNoOffset: 'latest'})
  const waiting = next(one).catch(() => undefined)
  expect(await isPending(waiting)).toBe(true)
  await one.leave()
  await produce(storage, 0, 'b')
  expect(textsOf(await next(consume(storage, {onNoOffset: 'latest'})))).toEqual(['b'])
  await expect(next(consume(storage, {group: 'h', onNoOffset: 'error'}))).rejects.toMatchObject({code: 'OFFSET_OUT_OF_RANGE'})
  await expect(next(consume(storage, {topics: ['none']}))).rejects.toMatchObject({code: 'TOPIC_NOT_FOUND'})
})

test('an offset that retention has removed is replaced by the begin', async () => {
  const storage = await open(1)
  await produce(storage, 0, 'a', 'b')
  await produce(storage, 0, 'c')
  await storage.groups.commitOffsets('g', undefined, [{topic: 't', partition: 0, next: 1}])
  await storage.log.trim({topic: 't', partition: 0}, 2)
  expect(textsOf(await next(consume(storage)))).toEqual(['c'])
})

test('a static member that comes back goes on with its partitions, and its former self ends', async () => {
  const storage = await open(1)
  await produce(storage, 0, 'a', 'b')
  const one = consume(storage, {instanceId: 'i', recordsMax: 1})
  const first = await next(one)
  await commit(storage, first)
  const back = consume(storage, {instanceId: 'i'})
  expect(textsOf(await next(back))).toEqual(['b'])
  await systemClock.sleep(50)
  await expect(next(one)).rejects.toMatchObject({code: 'FENCED_EPOCH'})
})

test('an abort ends the iteration', async () => {
  const storage = await open(1)
  const stop = new AbortController()
  const consumption = consume(storage, {signal: stop.signal})
  const waiting = consumption.next()
  await systemClock.sleep(20)
  stop.abort()
  expect(await waiting).toEqual({done: true, value: undefined})
  expect((await storage.groups.document('group/g'))?.data).toMatchObject({members: []})
})
