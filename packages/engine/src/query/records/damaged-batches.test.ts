import {afterEach, expect, test} from 'vitest'
import {must} from '../../base/assert.ts'
import {Engine} from '../../engine.ts'
import type {ConsumedBatch, PushSubscription, RecordsRequest} from '../../engine-api.ts'
import {openSimulatedStorage} from '../../storage/simulated/open.ts'

const engines: Engine[] = []
afterEach(async () => {
  await Promise.all(engines.splice(0).map(engine => engine.close()))
})

const place = {topic: 'S', partition: 0, offset: 2, records: 2}

/** Six records in three batches, of which the second is garbage. */
async function open() {
  const storage = openSimulatedStorage()
  const engine = await Engine.open({storage})
  engines.push(engine)
  await execute(engine, "CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='S', VALUE_FORMAT='JSON');")
  for (const v of [0, 2, 4]) await engine.produce({topic: 'S', records: [{value: {V: v}}, {value: {V: v + 1}}]})
  const at = {topic: 'S', partition: 0}
  const [found] = await storage.log.read([{...at, from: 2, to: 4, bytesMax: 1}])
  const batch = must(found?.batches[0], 'second batch')
  const bytes = Uint8Array.from(batch.bytes)
  bytes[bytes.length - 3] = must(bytes.at(-3), 'byte') ^ 0xff
  await storage.log.replace(at, 2, 4, [{...batch, bytes}])
  return engine
}

async function execute(engine: Engine, sql: string): Promise<void> {
  const result = await engine.execute(sql)
  if (result.kind === 'rejected') throw new Error(result.message)
}

async function until<T>(look: () => T | Promise<T>, isDone: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look()
    if (isDone(seen)) return seen
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

const valuesIn = (records: readonly {readonly value: unknown}[]) => records.map(({value}) => (value as {V: number}).V)
const reasons = async (engine: Engine) => {
  const {records} = await engine.records({topic: 'millrace_processing_log', from: {kind: 'earliest'}, recordsMax: 10})
  return records.map(({value}) => value as Record<string, unknown>)
}

test('a page of records names the damaged batch, or skips it where the request or the topic says so', async () => {
  const engine = await open()
  const request: RecordsRequest = {topic: 'S', from: {kind: 'earliest'}, recordsMax: 100}
  const failed = expect(engine.records(request)).rejects
  await failed.toMatchObject({code: 'BATCH_CORRUPT', details: place, message: expect.stringContaining('S/0, offset 2 to 3')})
  expect(valuesIn((await engine.records({...request, onCorruptBatch: 'skip'})).records)).toEqual([0, 1, 4, 5])
  await engine.alterTopic('S', {onCorruptBatch: 'skip'})
  expect(valuesIn((await engine.records(request)).records)).toEqual([0, 1, 4, 5])
  await expect(engine.records({...request, onCorruptBatch: 'fail'})).rejects.toMatchObject({code: 'BATCH_CORRUPT'})
  expect((await engine.metrics()).corruptBatchesSkipped).toBe(2)
  const log = await until(
    () => reasons(engine),
    entries => entries.length === 2,
  )
  expect(log[0]).toMatchObject({KIND: 'corrupt-batch', QUERY: 'records of S', TOPIC: 'S', PARTITION: 0, OFFSET: 2})
})

test('a consumer stops at a damaged batch, or goes on behind it where it says so', async () => {
  const engine = await open()
  const consume = async (onCorruptBatch: 'fail' | 'skip', count: number) => {
    const batches = engine.consume({topics: ['S'], group: onCorruptBatch, onCorruptBatch})
    const all: ConsumedBatch[] = []
    try {
      while (all.length < count) all.push(must((await batches.next()).value as ConsumedBatch | undefined, 'batch'))
    } finally {
      await batches.return?.()
    }
    return all.flatMap(({records}) => valuesIn(records))
  }
  await expect(consume('fail', 2)).rejects.toMatchObject({code: 'BATCH_CORRUPT', details: place})
  expect(await consume('skip', 2)).toEqual([0, 1, 4, 5])
  expect(
    await until(
      () => reasons(engine),
      entries => entries.length === 1,
    ),
  ).toMatchObject([{QUERY: 'consumer group skip'}])
})

test('a query fails and says where; the topic is told to skip, and the query is resumed', async () => {
  const engine = await open()
  await execute(engine, 'CREATE STREAM t AS SELECT v + 10 AS v FROM s;')
  const state = () => engine.queries()[0]
  const failed = await until(state, query => query?.state === 'FAILED')
  expect(failed?.error).toContain('S/0, offset 2 to 3')
  await execute(engine, "ALTER TOPIC S WITH (ON_CORRUPT_BATCH='skip');")
  await execute(engine, `RESUME ${failed?.id};`)
  await engine.settle()
  const {records} = await engine.records({topic: 'T', from: {kind: 'earliest'}, recordsMax: 100})
  expect(valuesIn(records)).toEqual([10, 11, 14, 15])
  expect((await engine.metrics()).badRecords).toBe(1)
  expect(
    await until(
      () => reasons(engine),
      entries => entries.length === 1,
    ),
  ).toMatchObject([{KIND: 'corrupt-batch', OFFSET: 2}])
})

test('a session property makes the queries that it starts skip damaged batches', async () => {
  const engine = await open()
  const skip = {properties: {'auto.offset.reset': 'earliest', 'millrace.on.corrupt.batch': 'SKIP'}}
  await execute(engine, "SET 'millrace.on.corrupt.batch'='skip'; CREATE STREAM t AS SELECT v FROM s;")
  await engine.settle()
  const {records} = await engine.records({topic: 'T', from: {kind: 'earliest'}, recordsMax: 100})
  expect(valuesIn(records)).toEqual([0, 1, 4, 5])
  expect(await engine.pull('SELECT v FROM s;', skip)).toMatchObject({rows: [[0], [1], [4], [5]]})
  await expect(engine.pull('SELECT v FROM s;')).rejects.toMatchObject({code: 'BATCH_CORRUPT', details: place})
  expect(await engine.execute("SET 'millrace.on.corrupt.batch'='never';")).toMatchObject({
    kind: 'rejected',
    code: 'INVALID_CONFIG',
  })
})

test('a push query ends at a damaged batch, or says how many rows it has skipped', async () => {
  const engine = await open()
  const push = async (onCorruptBatch: string) => {
    const properties = {'auto.offset.reset': 'earliest', 'millrace.on.corrupt.batch': onCorruptBatch}
    const subscription = (await engine.push('SELECT v FROM s EMIT CHANGES;', {properties})) as PushSubscription
    const rows: unknown[] = []
    let dropped = 0
    try {
      while (rows.length < 4) {
        const {value} = await subscription.next()
        if (value === undefined) break
        rows.push(...value.rows.map(([v]: readonly unknown[]) => v))
        dropped += value.dropped ?? 0
      }
    } finally {
      await subscription.return?.()
    }
    return {rows, dropped}
  }
  await expect(push('fail')).rejects.toMatchObject({code: 'BATCH_CORRUPT', details: place})
  expect(await push('skip')).toEqual({rows: [0, 1, 4, 5], dropped: 2})
})
