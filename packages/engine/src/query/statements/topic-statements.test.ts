import {expect, onTestFinished, test} from 'vitest'
import {Engine} from '../../engine.ts'
import type {PushSubscription, RecordsPage} from '../../engine-api.ts'
import {limits} from '../../limits.ts'
import {openSimulatedStorage} from '../../storage/simulated/open.ts'
import {accepted} from '../../testing/answers.ts'

async function open() {
  const engine = await Engine.open({storage: openSimulatedStorage()})
  onTestFinished(() => engine.close())
  const run = async (sql: string) => accepted(await engine.execute(sql)).statements
  const refused = async (sql: string) => {
    const result = await engine.execute(sql)
    if (result.kind !== 'rejected') throw new Error('nothing was refused')
    return result
  }
  return {engine, run, refused}
}

test('a topic is made, described, altered and dropped by statements; its name keeps its case', async () => {
  const {engine, run} = await open()
  await run(`CREATE TOPIC Orders WITH (PARTITIONS=2, RETENTION_MS=60000, RETENTION_BYTES=1000, CLEANUP_POLICY='compact,delete',
    COMPRESSION='none', TOMBSTONE_RETENTION_MS=5, MIN_CLEANABLE_DIRTY_RATIO=0.1, MAX_COMPACTION_LAG_MS=90, MIN_COMPACTION_LAG_MS=9,
    TIMESTAMP_TYPE='append', ON_CORRUPT_BATCH='skip');`)
  expect((await engine.topic('Orders'))?.settings).toEqual({
    retentionMs: 60_000,
    retentionBytes: 1000,
    cleanupPolicy: 'compact,delete',
    compression: 'none',
    tombstoneRetentionMs: 5,
    minCleanableDirtyRatio: 0.1,
    maxCompactionLagMs: 90,
    minCompactionLagMs: 9,
    keyIndex: false,
    timestampType: 'append',
    onCorruptBatch: 'skip',
  })
  const [altered, described] = await run(`ALTER TOPIC Orders WITH (PARTITIONS=3, RETENTION_MS=-1); DESCRIBE TOPIC 'Orders';`)
  expect(altered).toMatchObject({kind: 'ALTER_TOPIC', message: 'Topic Orders altered'})
  expect(described?.message).toContain('retentionMs: no bound')
  expect(described?.message).toMatch(/acks LEADER survives: .+\nacks ALL survives: .+/)
  expect(described?.rows).toHaveLength(3)
  await run('CREATE TOPIC IF NOT EXISTS Orders; DROP TOPIC Orders; DROP TOPIC IF EXISTS Orders;')
  expect(await engine.topic('Orders')).toBeUndefined()
})

test('what a topic can not be is refused with its place', async () => {
  const {run, refused} = await open()
  await run("CREATE TOPIC t WITH (PARTITIONS=4); CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='t');")
  expect(await refused('CREATE TOPIC t;')).toMatchObject({message: "A topic with the name 't' exists already."})
  expect(await refused('ALTER TOPIC t WITH (PARTITIONS=3);')).toMatchObject({line: 1, column: 32})
  expect(await refused('ALTER TOPIC t WITH (RETENTION_MS=0);')).toMatchObject({line: 1, column: 34})
  expect(await refused('ALTER TOPIC t WITH (MIN_CLEANABLE_DIRTY_RATIO=50);')).toMatchObject({
    message: expect.stringContaining('MIN_CLEANABLE_DIRTY_RATIO: 50. Expected a number from 0 to 1.'),
    ...{line: 1, column: 47},
  })
  expect(await refused('ALTER TOPIC t WITH (MIN_COMPACTION_LAG_MS=2, MAX_COMPACTION_LAG_MS=1);')).toMatchObject({
    message: expect.stringContaining('found minCompactionLagMs 2, expected at most maxCompactionLagMs, which is 1'),
  })
  expect(await refused("ALTER TOPIC t WITH (COMPRESSION='gzip');")).toMatchObject({
    message: expect.stringContaining('none or zstd'),
  })
  expect(await refused('ALTER TOPIC t WITH (KEY_INDEX=true);')).toMatchObject({code: 'SQL_INVALID'})
  expect(await refused("CREATE TOPIC u WITH (KEY_INDEX=true, CLEANUP_POLICY='compact');")).toMatchObject({line: 1, column: 53})
  expect(await refused('DROP TOPIC t;')).toMatchObject({message: "Cannot drop topic 't': S stands over it."})
  expect(await refused('DESCRIBE TOPIC u;')).toMatchObject({message: "There is no topic 'u'."})
  expect(await refused(`CREATE TOPIC u WITH (PARTITIONS=${limits.partitionsPerTopicMax + 1});`)).toMatchObject({line: 1})
})

test('a topic does not grow under a query or a table', async () => {
  const {engine, run, refused} = await open()
  await run(`CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=2); CREATE STREAM t AS SELECT * FROM s;
    CREATE TABLE u (k VARCHAR PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='u', PARTITIONS=1);`)
  expect(await refused('ALTER TOPIC s WITH (PARTITIONS=3);')).toMatchObject({message: expect.stringContaining('query CSAS_T_0')})
  expect(await refused('ALTER TOPIC u WITH (PARTITIONS=3);')).toMatchObject({message: expect.stringContaining('table U')})
  await expect(engine.alterTopic('T', {partitions: 5})).rejects.toMatchObject({code: 'TOPIC_MISMATCH'})
  await run('TERMINATE CSAS_T_0; ALTER TOPIC s WITH (RETENTION_MS=1000);')
  expect((await engine.alterTopic('s', {partitions: 3})).partitions).toHaveLength(3)
})

test('a tail reads the partitions that a topic gets while it runs; a push query asks to be started again', async () => {
  const {engine, run} = await open()
  await run("CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1);")
  const tail = engine.tail({topic: 's', from: {kind: 'earliest'}})
  const push = (await engine.push('SELECT v FROM s EMIT CHANGES;')) as PushSubscription
  await Promise.all([tail.next(), push.next()])
  await engine.alterTopic('s', {partitions: 2})
  await engine.produce({topic: 's', records: [{value: {V: 7}, partition: 1}]})
  const [page] = await Promise.all([
    tail.next(),
    expect(push.next()).rejects.toMatchObject({code: 'CLOSED', message: expect.stringContaining('grown from 1 to 2')}),
  ])
  expect((page.value as RecordsPage).records).toMatchObject([{partition: 1, value: {V: 7}}])
  await tail.return?.()
})

test('a group that begins at the end reads the partitions that its topic gets from their begin', async () => {
  const {engine} = await open()
  await engine.createTopic({name: 't'})
  const consumer = engine.consume({topics: ['t'], group: 'g', onNoOffset: 'latest', sessionTimeoutMs: 600})
  const next = consumer.next()
  await expect.poll(async () => (await engine.group('g'))?.offsets[0]?.committedOffset).toBe(0)
  await engine.alterTopic('t', {partitions: 2})
  await engine.produce({topic: 't', records: [{value: 'new', partition: 1}]})
  expect((await next).value).toMatchObject({partition: 1, records: [{value: 'new'}]})
  await consumer.return?.()
})

test('a topic with a key index numbers inserted rows too, and no query writes to it', async () => {
  const {engine, run, refused} = await open()
  await run("CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, KEY_INDEX=true);")
  await run("INSERT INTO s VALUES ('a', 1); INSERT INTO s VALUES ('a', 2);")
  expect(await engine.keyEvents({topic: 's', key: 'a'})).toMatchObject({version: 2, events: [{value: {V: 1}}, {value: {V: 2}}]})
  await run("CREATE STREAM t (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='t', PARTITIONS=1);")
  const message = expect.stringContaining('topic s numbers the events of its keys (KEY_INDEX)')
  expect(await refused('INSERT INTO s SELECT * FROM t;')).toMatchObject({code: 'INVALID_ARGUMENT', message})
  expect(await refused("CREATE STREAM w WITH (KAFKA_TOPIC='s') AS SELECT * FROM t;")).toMatchObject({message})
  expect(await refused('CREATE STREAM w WITH (KEY_INDEX=true) AS SELECT * FROM t;')).toMatchObject({line: 1, column: 23})
})

test('records of a topic with append time have the time of the append, whatever they say', async () => {
  const {engine, run} = await open()
  await run("CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', TIMESTAMP_TYPE='append');")
  const fromMs = Date.now()
  await engine.produce({topic: 's', records: [{value: {V: 1}, timestampMs: 5}]})
  await run('INSERT INTO s (ROWTIME, v) VALUES (7, 2);')
  const {records} = await engine.records({topic: 's', from: {kind: 'earliest'}, recordsMax: 10})
  expect(records).toHaveLength(2)
  for (const {timestampMs} of records) expect(timestampMs).toBeGreaterThanOrEqual(fromMs)
})

test('where a log is read that has no such position, the policy decides', async () => {
  const {engine} = await open()
  await engine.createTopic({name: 't', partitions: 1})
  await engine.produce({topic: 't', records: [{value: 0}, {value: 1}]})
  const read = async (offset: number, onOutOfRange?: 'earliest' | 'latest' | 'error') => {
    const from = {kind: 'offsets', offsets: [{partition: 0, offset}]} as const
    const page = await engine.records({topic: 't', from, recordsMax: 10, ...(onOutOfRange && {onOutOfRange})})
    return page.records.map(({value}) => value)
  }
  expect(await read(1)).toEqual([1])
  expect(await read(9)).toEqual([])
  expect(await read(9, 'earliest')).toEqual([0, 1])
  expect(await read(9, 'latest')).toEqual([])
  await expect(read(9, 'error')).rejects.toMatchObject({code: 'OFFSET_OUT_OF_RANGE', details: {found: 9, begin: 0, end: 2}})
  await expect(read(-1)).rejects.toMatchObject({code: 'OFFSET_OUT_OF_RANGE'})
})
