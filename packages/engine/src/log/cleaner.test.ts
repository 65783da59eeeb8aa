import {expect, test} from 'vitest'
import {silentLogger} from '../base/logger.ts'
import {encodeBytes} from '../batch/encode-batch.ts'
import {openBatch} from '../batch/open-batch.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {instantClock} from '../testing/instant-clock.ts'
import {Cleaner} from './cleaner.ts'
import {newTopic, type NewTopic} from './topic.ts'

const day = 86_400_000

async function open(settings: NonNullable<NewTopic['settings']>) {
  const clock = instantClock()
  const storage = openSimulatedStorage({clock})
  await storage.log.createTopic(newTopic({name: 't', partitions: 1, createdAtMs: 0, encoding: 'bytes', settings}))
  const cleaner = new Cleaner({log: storage.log, documents: storage.groups, clock, logger: silentLogger})
  const append = async (timestampMs: number, ...records: [string, string | null][]) => {
    const bytes = encodeBytes({
      count: records.length,
      timestamps: records.map(() => timestampMs),
      keys: {kind: 'text', values: records.map(([key]) => key)},
      values: {kind: 'text', values: records.map(([, value]) => value)},
    })
    await storage.log.append([{topic: 't', partition: 0, bytes, count: records.length, maxTimestampMs: timestampMs}])
    return bytes.length
  }
  const records = async () => {
    const [found] = await storage.log.read([{topic: 't', partition: 0, from: 0, bytesMax: 1e9}])
    return found?.batches.flatMap(({bytes, baseOffset}) => {
      const opened = openBatch(bytes)
      const {keys, values} = opened.blobs()
      return Array.from(
        {length: opened.count},
        (_, i) => `${baseOffset + (opened.offsetDeltas?.[i] ?? i)} ${keys.textAt(i)}=${values.textAt(i)}`,
      )
    })
  }
  /** A round after some time. */
  const round = async (afterMs: number) => {
    await clock.sleep(afterMs)
    return cleaner.round()
  }
  return {clock, storage, cleaner, append, records, round}
}

test('batches older than the retention go, and end and offsets stay', async () => {
  const {append, records, round, storage} = await open({retentionMs: 1000 * 60})
  await append(0, ['a', '1'], ['b', '2'])
  await append(50_000, ['c', '3'])
  await append(30_000, ['d', '4'])
  expect(await round(10_000)).toMatchObject({recordsTrimmed: 0})
  expect(await round(60_000)).toMatchObject({recordsTrimmed: 2})
  expect(await records()).toEqual(['2 c=3', '3 d=4'])
  await round(60_000)
  expect(await records()).toEqual([])
  expect(await storage.log.bounds([{topic: 't', partition: 0}])).toMatchObject([{begin: 4, end: 4}])
})

test('records that claim an old time stay as long as the topic is younger than its retention', async () => {
  const {append, records, round} = await open({retentionMs: 30 * day})
  await append(-365 * day, ['a', '1'])
  await round(29 * day)
  expect(await records()).toEqual(['0 a=1'])
  await round(2 * day)
  expect(await records()).toEqual([])
})

test('the oldest batches go while the rest is still as large as it may be', async () => {
  const {append, records, round} = await open({retentionMs: null, retentionBytes: 250})
  const bytes = await append(0, ['a', 'x'.repeat(30)])
  expect(bytes * 2).toBeLessThan(250)
  for (const key of ['b', 'c', 'd']) await append(0, [key, 'x'.repeat(30)])
  await round(day)
  expect((await records())?.map(each => each.slice(0, 3))).toEqual(['1 b', '2 c', '3 d'])
})

test('a compacted topic keeps the latest of each key, the last batch as it is, and tombstones for a while', async () => {
  const {append, records, round} = await open({cleanupPolicy: 'compact', tombstoneRetentionMs: day})
  await append(0, ['a', '1'], ['b', '1'], ['a', '2'])
  await append(0, ['b', null], ['c', '1'])
  await append(0, ['c', '2'], ['c', '3'])
  await round(60_000)
  expect(await records()).toEqual(['2 a=2', '3 b=null', '4 c=1', '5 c=2', '6 c=3'])
  await round(2 * day)
  expect(await records()).toEqual(['2 a=2', '4 c=1', '5 c=2', '6 c=3'])
  for (const key of ['d', 'e', 'e', 'a', 'f']) await append(0, [key, '9'])
  await round(60_000)
  expect(await records()).toEqual(['6 c=3', '7 d=9', '9 e=9', '10 a=9', '11 f=9'])
})

test('compaction waits until half of the partition is new, and a topic that came back begins anew', async () => {
  const {append, records, round, storage} = await open({cleanupPolicy: 'compact'})
  for (let i = 0; i < 20; i++) await append(0, [`k${i}`, 'v'])
  await round(60_000)
  await append(0, ['k0', 'w'])
  await append(0, ['x', 'x'])
  await round(60_000)
  expect(await records()).toHaveLength(22)
  await storage.log.dropTopic('t')
  await storage.log.createTopic(
    newTopic({name: 't', partitions: 1, createdAtMs: 1, encoding: 'bytes', settings: {cleanupPolicy: 'compact'}}),
  )
  for (const value of ['1', '2', '3']) await append(0, ['a', value])
  await round(60_000)
  expect(await records()).toEqual(['1 a=2', '2 a=3'])
})

test('another process that holds the lease is left to its work until the lease ends', async () => {
  const {append, records, round, storage, clock} = await open({cleanupPolicy: 'compact'})
  for (const value of ['1', '2', '3']) await append(0, ['a', value])
  const held = {
    createdAtMs: 0,
    cleanTo: 0,
    cleanBytes: 0,
    marks: [],
    tombstones: 0,
    tombstonesBefore: 0,
    lease: {owner: 'other', untilMs: clock.nowMs() + 100_000},
  }
  await storage.groups.putDocument('compaction/t/0', 0, held)
  await round(60_000)
  expect(await records()).toHaveLength(3)
  await round(60_000)
  expect(await records()).toEqual(['1 a=2', '2 a=3'])
})

test('a damaged batch stops the compaction of its partition and nothing else', async () => {
  const {append, records, round, storage} = await open({cleanupPolicy: 'compact'})
  await append(0, ['a', '1'])
  await storage.log.append([{topic: 't', partition: 0, bytes: Buffer.from('garbage'), count: 1, maxTimestampMs: 0}])
  await append(0, ['a', '2'])
  expect(await round(60_000)).toEqual({recordsTrimmed: 0, bytesCompacted: 0})
  await expect(records()).rejects.toMatchObject({code: 'BATCH_CORRUPT'})
})
