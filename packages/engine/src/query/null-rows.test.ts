import {expect, onTestFinished, test} from 'vitest'
import {instantClock} from '../testing/instant-clock.ts'
import {must} from '../base/assert.ts'
import {Engine} from '../engine.ts'
import type {LogRecord, ProduceRecord} from '../engine-api.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {accepted} from '../testing/answers.ts'

async function openEngine(...statements: readonly string[]): Promise<Engine> {
  const storage = openSimulatedStorage()
  const properties = {'auto.offset.reset': 'earliest'}
  const engine = await Engine.open({storage, threads: 0, tasks: 'manual', clock: instantClock(), properties})
  onTestFinished(() => engine.close())
  for (const statement of statements) expect(await engine.execute(statement)).toMatchObject({kind: 'executed'})
  return engine
}

async function feed(engine: Engine, ...records: readonly ProduceRecord[]): Promise<void> {
  expect((await engine.produce({topic: 'in', records})).errors).toEqual([])
  await engine.settle()
}

const recordsOf = async (engine: Engine, topic: string): Promise<readonly Pick<LogRecord, 'key' | 'value'>[]> =>
  (await engine.records({topic, from: {kind: 'earliest'}, recordsMax: 100})).records.map(({key, value}) => ({key, value}))

const pulled = async (engine: Engine, sql: string): Promise<unknown> => {
  const result = await engine.pull(sql)
  return result.kind === 'rows' ? result.rows : result.message
}

test('what PARTITION BY computes from a null value is NULL, unless it reads the key alone', async () => {
  const engine = await openEngine(
    `CREATE STREAM s (id INT KEY, name STRING) WITH (kafka_topic = 'in', format = 'JSON', partitions = 1)`,
    `CREATE STREAM by_value AS SELECT name IS NULL AS k, id AS was FROM s PARTITION BY (name IS NULL)`,
    `CREATE STREAM by_key AS SELECT id + 1 AS k, name FROM s PARTITION BY id + 1`,
  )
  await feed(engine, {key: 1, value: null}, {key: 2, value: {NAME: null}})
  expect((await recordsOf(engine, 'BY_VALUE')).map(({key}) => key)).toEqual([null, true])
  expect(await recordsOf(engine, 'BY_KEY')).toEqual([
    {key: 2, value: null},
    {key: 3, value: {NAME: null}},
  ])
})

test('a key of several columns that PARTITION BY computes is there even where all of them are NULL', async () => {
  const engine = await openEngine(
    `CREATE STREAM s (a INT, b INT, c INT) WITH (kafka_topic = 'in', format = 'JSON', partitions = 1)`,
    `CREATE STREAM two AS SELECT * FROM s PARTITION BY a, b`,
    `CREATE STREAM one AS SELECT * FROM s PARTITION BY a`,
  )
  await feed(engine, {value: {A: null, B: null, C: 1}})
  expect((await recordsOf(engine, 'TWO')).map(({key}) => key)).toEqual([{A: null, B: null}])
  expect((await recordsOf(engine, 'ONE')).map(({key}) => key)).toEqual([null])
})

test('null values of a stream are no rows of a query', async () => {
  const engine = await openEngine(
    `CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic = 'in', format = 'JSON', partitions = 1)`,
  )
  await feed(engine, {key: 1, value: null}, {key: 2, value: {V: null}}, {key: 3, value: {V: 3}})
  const seen = [
    [2, null],
    [3, 3],
  ]
  expect(await pulled(engine, 'SELECT * FROM s;')).toEqual(seen)
  const push = accepted(await engine.push('SELECT * FROM s EMIT CHANGES LIMIT 2;'))
  const rows: unknown[] = []
  for await (const batch of push) rows.push(...batch.rows)
  expect(rows).toEqual(seen)
})

test('records come back as they were given, whatever stands around their key and value', async () => {
  const engine = await openEngine(
    `CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic = 'in', key_format = 'PROTOBUF', value_format = 'KAFKA', partitions = 1)`,
  )
  await feed(engine, {key: {K: 'a'}, value: 1}, {key: {K: null}, value: 2}, {key: null, value: 3})
  expect(await recordsOf(engine, 'in')).toEqual([
    {key: {K: 'a'}, value: 1},
    {key: {K: ''}, value: 2},
    {key: null, value: 3},
  ])
})

test('a declared table keeps the headers that it has columns of', async () => {
  const engine = await openEngine(
    `CREATE TABLE t (id INT PRIMARY KEY, v INT, h BYTES HEADER('h')) WITH (kafka_topic = 'in', format = 'JSON', partitions = 1)`,
  )
  await feed(engine, {key: 1, value: {V: 1}, headers: [{key: 'h', value: Buffer.from('x')}]}, {key: 2, value: {V: 2}})
  const rows = must(await pulled(engine, 'SELECT id, h FROM t;'), 'rows')
  expect(rows).toEqual([
    [1, new Uint8Array(Buffer.from('x'))],
    [2, null],
  ])
})

test('a pull query shows a row as its PROTOBUF topic holds it: NULL scalars are defaults', async () => {
  const engine = await openEngine(
    `CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic = 'in', format = 'JSON', partitions = 1)`,
    `CREATE TABLE t WITH (value_format = 'PROTOBUF') AS SELECT id, LATEST_BY_OFFSET(v, false) AS v, COUNT(*) AS n FROM s GROUP BY id`,
  )
  await feed(engine, {key: 1, value: {V: null}})
  expect(await pulled(engine, 'SELECT * FROM t;')).toEqual([[1, '', 1]])
})
