import {expect, test} from 'vitest'
import {silentLogger} from '../base/logger.ts'
import {encodeBytes} from '../batch/encode-batch.ts'
import {openBatch} from '../batch/open-batch.ts'
import {limits} from '../limits.ts'
import type {LogStore} from '../storage/port/log-store.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {instantClock} from '../testing/instant-clock.ts'
import {Cleaner} from './cleaner.ts'
import {compactPartition} from './compact-partition.ts'
import {notCompacted} from './compaction-state.ts'
import {alteredTopic, newTopic, type NewTopic} from './topic.ts'

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

test('by size as much goes as has to, however much that is', async () => {
  const {append, round, storage} = await open({retentionBytes: 1000})
  for (let i = 0; i < 300; i++) await append(0, [`k${i}`, 'x'.repeat(60)])
  await round(day)
  const [bounds] = await storage.log.bounds([{topic: 't', partition: 0}])
  expect(bounds?.bytes).toBeGreaterThanOrEqual(1000)
  expect(bounds?.bytes).toBeLessThan(1200)
})

test('a compacted topic keeps the latest of each key, and tombstones for a while', async () => {
  const {append, records, round} = await open({cleanupPolicy: 'compact', tombstoneRetentionMs: day})
  await append(0, ['a', '1'], ['b', '1'], ['a', '2'])
  await append(0, ['b', null], ['c', '1'])
  await append(0, ['c', '2'], ['c', '3'])
  await round(60_000)
  expect(await records()).toEqual(['2 a=2', '3 b=null', '6 c=3'])
  await round(day / 2)
  expect(await records()).toHaveLength(3)
  await round(day / 2 + 60_000)
  expect(await records()).toEqual(['2 a=2', '6 c=3'])
  for (const key of ['d', 'e', 'e', 'a', 'f']) await append(0, [key, '9'])
  await round(60_000)
  expect(await records()).toEqual(['6 c=3', '7 d=9', '9 e=9', '10 a=9', '11 f=9'])
})

test('a topic that is quiet shrinks to one record a key, though all stand in its only batch', async () => {
  const {append, records, round, storage} = await open({cleanupPolicy: 'compact'})
  await append(0, ...Array.from({length: 500}, (_, i): [string, string] => ['a', `${i}`]))
  await round(60_000)
  expect(await records()).toEqual(['499 a=499'])
  expect(await storage.log.bounds([{topic: 't', partition: 0}])).toMatchObject([{begin: 0, end: 500}])
})

test('the last record of a log stays, also when it is a tombstone whose time has come', async () => {
  const {append, records, round} = await open({cleanupPolicy: 'compact', tombstoneRetentionMs: 0})
  await append(0, ['a', '1'], ['b', null], ['a', null])
  await round(60_000)
  expect(await records()).toEqual(['1 b=null', '2 a=null'])
  await round(60_000)
  expect(await records()).toEqual(['2 a=null'])
  expect(await round(60_000)).toEqual({recordsTrimmed: 0, bytesCompacted: 0})
  await append(0, ['c', '1'])
  await round(60_000)
  expect(await records()).toEqual(['3 c=1'])
})

test('tombstones go in time also in a topic that is compacted all the time', async () => {
  const {append, records, round} = await open({cleanupPolicy: 'compact', tombstoneRetentionMs: day})
  await append(0, ['gone', null])
  const minutes = 26 * 60
  for (let i = 0; i <= minutes; i++) {
    await append(0, ['busy', `${i}`])
    await round(60_000)
  }
  expect((await records())?.map(each => each.split(' ')[1])).toEqual([`busy=${minutes}`])
})

test('compaction waits until enough of the partition is new, or until a record has waited for long', async () => {
  const {append, records, round, storage, clock} = await open({cleanupPolicy: 'compact', maxCompactionLagMs: day})
  for (let i = 0; i < 20; i++) await append(0, [`k${i}`, 'v'])
  await round(60_000)
  await append(clock.nowMs(), ['k0', 'w'])
  await append(clock.nowMs(), ['x', 'x'])
  await round(60_000)
  expect(await records()).toHaveLength(22)
  await round(day)
  expect(await records()).toHaveLength(21)
  const [topic] = await storage.log.topics()
  if (topic) await storage.log.updateTopic(alteredTopic(topic, {minCleanableDirtyRatio: 0}))
  await append(clock.nowMs(), ['k1', 'w'])
  await round(60_000)
  expect(await records()).toHaveLength(21)
})

test('records that are too young are left alone', async () => {
  const settings = {cleanupPolicy: 'compact', minCompactionLagMs: 100_000, minCleanableDirtyRatio: 0} as const
  const {append, records, round, clock} = await open(settings)
  for (const value of ['1', '2', '3']) await append(clock.nowMs(), ['a', value])
  await round(60_000)
  for (const value of ['4', '5']) await append(clock.nowMs(), ['a', value])
  expect(await records()).toHaveLength(5)
  await round(40_000)
  expect(await records()).toEqual(['2 a=3', '3 a=4', '4 a=5'])
  await round(60_000)
  expect(await records()).toEqual(['4 a=5'])
})

test('with both policies a partition whose clean part was trimmed away is compacted again', async () => {
  const {append, records, round, clock} = await open({cleanupPolicy: 'compact,delete', retentionMs: day})
  for (let i = 0; i < 100; i++) await append(0, [`k${i}`, 'v'])
  await round(60_000)
  await clock.sleep(day)
  for (const value of ['1', '2', '3']) await append(clock.nowMs(), ['a', value])
  await round(60_000)
  expect(await records()).toEqual(['102 a=3'])
})

test('more keys than memory is given are compacted in several passes', async () => {
  const {append, storage, round} = await open({cleanupPolicy: 'compact', compression: 'none', minCleanableDirtyRatio: 0})
  const perBatch = 20_000
  const distinct = limits.compactionKeysMax + perBatch
  for (let from = 0; from < distinct; from += perBatch)
    await append(0, ...Array.from({length: perBatch}, (_, i): [string, string] => [`${from + i}`, 'x']))
  await append(0, ['0', 'y'], [`${distinct - 1}`, 'y'])
  await round(60_000)
  await round(limits.cleanerTickMs)
  const [found] = await storage.log.read([{topic: 't', partition: 0, from: 0, bytesMax: 1e9}])
  expect(found?.batches.reduce((sum, {bytes}) => sum + openBatch(bytes).count, 0)).toBe(distinct)
  expect(found?.batches[0]?.baseOffset).toBe(1)
})

test('a topic that came back begins anew, and nothing is kept of one that is gone', async () => {
  const {append, records, round, storage} = await open({cleanupPolicy: 'compact'})
  for (let i = 0; i < 20; i++) await append(0, [`k${i}`, 'v'])
  await round(60_000)
  await storage.log.dropTopic('t')
  await storage.log.createTopic(
    newTopic({name: 't', partitions: 1, createdAtMs: 1, encoding: 'bytes', settings: {cleanupPolicy: 'compact'}}),
  )
  for (const value of ['1', '2', '3']) await append(0, ['a', value])
  await round(60_000)
  expect(await records()).toEqual(['2 a=3'])
  await storage.log.dropTopic('t')
  await round(60_000)
  expect(await storage.groups.documents('')).toEqual([])
})

test('another process that holds the lease is left to its work until the lease ends', async () => {
  const {append, records, round, storage, clock} = await open({cleanupPolicy: 'compact'})
  for (const value of ['1', '2', '3']) await append(0, ['a', value])
  const held = {...notCompacted(0), lease: {owner: 'other', untilMs: clock.nowMs() + 100_000}}
  await storage.groups.putDocument('compaction/t/0', 0, held)
  await round(60_000)
  expect(await records()).toHaveLength(3)
  await round(60_000)
  expect(await records()).toEqual(['2 a=3'])
})

test('a compaction whose lease another process has taken stops, and what it would write is not written', async () => {
  const {append, records, storage, clock} = await open({cleanupPolicy: 'compact'})
  for (let i = 0; i < 10; i++) await append(0, ['a', `${i}`])
  const [topic] = await storage.log.topics()
  const at = {topic: 't', partition: 0}
  const [bounds] = await storage.log.bounds([at])
  let reads = 0
  /** A process that sleeps for an hour in the middle. */
  const slow: LogStore = new Proxy(storage.log, {
    get: (log, name: keyof LogStore) =>
      name !== 'read'
        ? log[name].bind(log)
        : async (ranges: Parameters<LogStore['read']>[0]) => {
            if (++reads === 2) {
              await clock.sleep(3_600_000)
              const found = await storage.groups.document('compaction/t/0')
              await storage.groups.putDocument('compaction/t/0', found?.version ?? 0, notCompacted(0))
            }
            return log.read(ranges)
          },
  })
  const parts = {log: slow, documents: storage.groups, clock, owner: 'slow', signal: new AbortController().signal}
  expect(topic && bounds && (await compactPartition(parts, topic, at, bounds))).toEqual({bytes: 0, isMore: false})
  expect(await records()).toHaveLength(10)
})

test('what a failover has lost supersedes nothing, also when a compaction has read it', async () => {
  const [old, now] = [await open({cleanupPolicy: 'compact'}), await open({cleanupPolicy: 'compact'})]
  for (const {append} of [old, now]) await append(0, ['a', '1'], ['b', '1'])
  await old.append(0, ['a', 'lost'])
  await now.append(0, ['c', '1'])
  const [topic] = await now.storage.log.topics()
  const at = {topic: 't', partition: 0}
  const [bounds] = await old.storage.log.bounds([at])
  let primary = old.storage.log
  /** The other server takes over when the compaction begins to write. */
  const log: LogStore = new Proxy(now.storage.log, {
    get: (_, name: keyof LogStore) => {
      if (name === 'replace') primary = now.storage.log
      return primary[name].bind(primary)
    },
  })
  const {clock, storage} = now
  const parts = {log, documents: storage.groups, clock, owner: 'one', signal: new AbortController().signal}
  expect(topic && bounds && (await compactPartition(parts, topic, at, bounds))).toEqual({bytes: 0, isMore: false})
  expect(await now.records()).toEqual(['0 a=1', '1 b=1', '2 c=1'])
})

test('a tombstone does not go before what it removes, where a failover has lost the compaction', async () => {
  const settings = {cleanupPolicy: 'compact', tombstoneRetentionMs: day} as const
  const [old, now] = [await open(settings), await open(settings)]
  for (const {append} of [old, now]) {
    await append(0, ['a', '1'], ['b', '1'])
    await append(0, ['a', null], ['c', '1'])
  }
  await old.round(60_000)
  expect(await old.records()).toEqual(['1 b=1', '2 a=null', '3 c=1'])
  // The documents are on a server that had all.
  const known = (await old.storage.groups.document('compaction/t/0'))?.data
  await now.storage.groups.putDocument('compaction/t/0', 0, known)
  await now.round(2 * day)
  expect(await now.records()).toEqual(['1 b=1', '2 a=null', '3 c=1'])
  await now.round(2 * day)
  expect(await now.records()).toEqual(['1 b=1', '3 c=1'])
})

test('a damaged batch stops the compaction of its partition and nothing else, and the lease is given back', async () => {
  const {append, records, round, storage} = await open({cleanupPolicy: 'compact'})
  await append(0, ['a', '1'])
  await storage.log.append([{topic: 't', partition: 0, bytes: Buffer.from('garbage'), count: 1, maxTimestampMs: 0}])
  await append(0, ['a', '2'])
  expect(await round(60_000)).toEqual({recordsTrimmed: 0, bytesCompacted: 0})
  await expect(records()).rejects.toMatchObject({code: 'BATCH_CORRUPT'})
  expect((await storage.groups.document('compaction/t/0'))?.data).toMatchObject({lease: null})
})
