import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import type {PushBatch, PushSubscription, ProduceRecord} from './engine-api.ts'
import {Engine, type EngineOptions} from './engine.ts'
import {openSimulatedStorage} from './storage/simulated/open.ts'
import {accepted} from './testing/answers.ts'

async function open(options: EngineOptions): Promise<Engine> {
  const engine = await Engine.open(options)
  onTestFinished(() => engine.close())
  return engine
}

const run = async (engine: Engine, sql: string) => accepted(await engine.execute(sql)).statements
const pull = async (engine: Engine, sql: string, after?: string) =>
  accepted(await engine.pull(sql, after === undefined ? {} : {after})).rows
const push = async (engine: Engine, sql: string, after?: string) =>
  accepted(await engine.push(sql, after === undefined ? {} : {after}))

/** The next `count` rows of a subscription, and its cursor behind them. */
async function take(subscription: PushSubscription, count: number): Promise<{rows: PushBatch['rows']; cursor: string}> {
  const rows: PushBatch['rows'][number][] = []
  let cursor = ''
  while (rows.length < count) {
    const {value, done} = await subscription.next()
    if (done) break
    rows.push(...value.rows)
    cursor = value.cursor
  }
  return {rows, cursor}
}

const stores = [
  {name: 'simulated', storage: async () => openSimulatedStorage()},
  {
    name: 'lmdb, in a worker thread',
    storage: async () => {
      const dir = await mkdtemp(join(tmpdir(), 'millrace-'))
      onTestFinished(() => rm(dir, {recursive: true}))
      return {kind: 'lmdb', dir} as const
    },
  },
]

describe.each(stores)('on $name', ({storage}) => {
  test('a filtered stream is seen by a push query that was open before, each row once', async () => {
    const engine = await open({storage: await storage()})
    await run(
      engine,
      `CREATE STREAM syslog (host VARCHAR, program VARCHAR, pid INT, message VARCHAR)
         WITH (KAFKA_TOPIC='syslog', PARTITIONS=4, VALUE_FORMAT='JSON');
       CREATE STREAM invalid_users AS SELECT host, message FROM syslog WHERE message LIKE '%Invalid user%'`,
    )
    const subscription = await push(engine, 'SELECT host, message FROM invalid_users EMIT CHANGES;')
    const records = Array.from({length: 100}, (_, i): ProduceRecord => ({
      timestampMs: i,
      value: {HOST: `h${i}`, PROGRAM: 'sshd', PID: i, MESSAGE: i % 10 === 0 ? 'Invalid user x' : 'ok'},
    }))
    const produced = await engine.produce({topic: 'syslog', records})
    expect(produced).toMatchObject({accepted: 100, rejected: 0})
    const {rows} = await take(subscription, 10)
    expect(rows.map(([host]) => host).sort()).toEqual(Array.from({length: 10}, (_, i) => `h${i * 10}`).sort())
    await subscription.return?.()
    await engine.settle()
    const sink = await engine.topic('INVALID_USERS')
    expect(sink?.partitions.reduce((sum, {endOffset}) => sum + endOffset, 0)).toBe(10)
  })

  test('a windowed count is pulled by key with the token of the write that it must see', async () => {
    const engine = await open({storage: await storage()})
    await run(
      engine,
      `CREATE STREAM attempts (card_number VARCHAR, amount DOUBLE) WITH (KAFKA_TOPIC='attempts', PARTITIONS=2, VALUE_FORMAT='JSON');
       CREATE TABLE possible_fraud AS SELECT card_number, COUNT(*) FROM attempts
         WINDOW TUMBLING (SIZE 5 SECONDS) GROUP BY card_number HAVING COUNT(*)>3;`,
    )
    const swipe = (card: string, timestampMs: number): ProduceRecord => ({timestampMs, value: {CARD_NUMBER: card, AMOUNT: 5}})
    const {token} = await engine.produce({
      topic: 'attempts',
      records: [...[0, 1, 2, 3, 4].map(i => swipe('4111', i)), ...[0, 1, 2].map(i => swipe('4222', i)), swipe('4111', 5000)],
    })
    const rows = await pull(engine, `SELECT * FROM possible_fraud WHERE card_number = '4111';`, token)
    expect(rows).toEqual([['4111', 0, 5000, 5]])
    expect(await pull(engine, `SELECT * FROM possible_fraud WHERE card_number = '4222';`)).toEqual([])
  })

  test('a table over a topic is pulled and pushed by ROWKEY', async () => {
    const engine = await open({storage: await storage()})
    await run(
      engine,
      `CREATE TABLE credit_history (user VARCHAR PRIMARY KEY, credit_score INT) WITH (KAFKA_TOPIC='credit', PARTITIONS=3, VALUE_FORMAT='JSON');`,
    )
    const subscription = await push(engine, `SELECT user, credit_score FROM credit_history WHERE ROWKEY = 'jay' EMIT CHANGES;`)
    const {token} = await engine.produce({
      topic: 'credit',
      records: [
        {key: 'jay', value: {CREDIT_SCORE: 700}},
        {key: 'ann', value: {CREDIT_SCORE: 640}},
        {key: 'jay', value: {CREDIT_SCORE: 710}},
      ],
    })
    expect(await pull(engine, `SELECT user, credit_score FROM credit_history WHERE ROWKEY = 'jay';`, token)).toEqual([
      ['jay', 710],
    ])
    expect((await take(subscription, 2)).rows).toEqual([
      ['jay', 700],
      ['jay', 710],
    ])
    await subscription.return?.()
  })
})

test('after a restart queries go on where they were, with their state', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-'))
  onTestFinished(() => rm(dir, {recursive: true}))
  const storage = {kind: 'lmdb', dir} as const
  const words = (...list: string[]): ProduceRecord[] => list.map(WORD => ({value: {WORD}}))
  const first = await Engine.open({storage})
  await run(
    first,
    `CREATE STREAM words (word VARCHAR) WITH (KAFKA_TOPIC='words', PARTITIONS=2); CREATE TABLE counts AS SELECT word, COUNT(*) AS n FROM words GROUP BY word;`,
  )
  await first.produce({topic: 'words', records: words('a', 'b', 'a')})
  await first.settle()
  await first.close()
  const second = await open({storage})
  expect(second.sources().map(({name}) => name)).toEqual(['WORDS', 'COUNTS'])
  const {token} = await second.produce({topic: 'words', records: words('a', 'c')})
  expect((await pull(second, 'SELECT * FROM counts;', token)).toSorted()).toEqual([
    ['a', 3],
    ['b', 1],
    ['c', 1],
  ])
  const [query] = second.queries()
  expect(query).toMatchObject({state: 'RUNNING', sink: 'COUNTS'})
})

test('a push query goes on from a cursor with no gap and no repeat, with state and without', async () => {
  const engine = await open({storage: openSimulatedStorage()})
  await run(engine, `CREATE STREAM words (word VARCHAR, i INT) WITH (KAFKA_TOPIC='words', PARTITIONS=3);`)
  const produce = (from: number, to: number): Promise<unknown> =>
    engine.produce({
      topic: 'words',
      records: Array.from({length: to - from}, (_, i) => ({timestampMs: from + i, value: {WORD: 'a', I: from + i}})),
    })
  for (const sql of ['SELECT i FROM words EMIT CHANGES;', 'SELECT word, COUNT(*) AS n FROM words GROUP BY word EMIT CHANGES;']) {
    const first = await push(engine, sql)
    for (let i = 0; i < 60; i += 5) await produce(i, i + 5)
    const seen = await take(first, 20)
    await first.return?.()
    const second = await push(engine, sql, seen.cursor)
    const rest = await take(second, 60 - seen.rows.length)
    await second.return?.()
    const last = [...seen.rows, ...rest.rows].map(row => Number(row.at(-1))).sort((left, right) => left - right)
    expect(new Set(last).size).toBe(60)
    expect(last[59]! - last[0]!).toBe(59)
  }
  const wrong = engine.push('SELECT word FROM words EMIT CHANGES;', {after: 'x.y'})
  await expect(wrong).rejects.toMatchObject({code: 'CURSOR_INVALID'})
})

test('a push query ends at its LIMIT, and when its subscriber leaves', async () => {
  const engine = await open({storage: openSimulatedStorage()})
  await run(engine, `CREATE STREAM s (i INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1);`)
  await run(engine, `INSERT INTO s VALUES (1); INSERT INTO s VALUES (2); INSERT INTO s (i) VALUES (3);`)
  const limited = accepted(
    await engine.push('SELECT i FROM s EMIT CHANGES LIMIT 2;', {properties: {'auto.offset.reset': 'earliest'}}),
  )
  const rows = []
  for await (const batch of limited) rows.push(...batch.rows)
  expect(rows).toEqual([[1], [2]])
  const waiting = await push(engine, 'SELECT i FROM s EMIT CHANGES;')
  await waiting.next()
  const next = waiting.next()
  await waiting.return?.()
  expect((await next).done).toBe(true)
  expect((await engine.metrics()).pushSubscriptions).toBe(0)
})

test('bad input is refused by name and the rest goes on', async () => {
  const engine = await open({storage: openSimulatedStorage()})
  await run(engine, `CREATE STREAM s (i INT) WITH (KAFKA_TOPIC='s', PARTITIONS=2, VALUE_FORMAT='JSON');`)
  const {accepted, errors} = await engine.produce({
    topic: 's',
    records: [{value: {I: 1}}, {value: {I: 'x'}}, {value: 5}, {value: {I: 2}, partition: 9}, {value: {I: 3}}],
  })
  expect(accepted).toBe(2)
  expect(errors.map(({index, code}) => [index, code])).toEqual([
    [1, 'RECORD_INVALID'],
    [2, 'RECORD_INVALID'],
    [3, 'PARTITION_NOT_FOUND'],
  ])
  await expect(engine.produce({topic: 'none', records: []})).rejects.toMatchObject({code: 'TOPIC_NOT_FOUND'})
  const refused = await engine.execute('CREATE TABLE t AS\nSELEECT i FROM s;')
  expect(refused).toMatchObject({kind: 'rejected', line: 2, column: 1})
  expect(JSON.stringify(refused)).toMatch(/SELECT/)
  expect(await engine.pull('SELECT i FROM nowhere;')).toMatchObject({kind: 'rejected'})
  expect(await engine.pull('SELECT i FROM s EMIT CHANGES;')).toMatchObject({kind: 'rejected', code: 'SQL_INVALID'})
  expect(await pull(engine, 'SELECT i FROM s;')).toHaveLength(2)
})

test('a script is checked as a whole before any of it takes effect', async () => {
  const engine = await open({storage: openSimulatedStorage()})
  const refused = await engine.execute(
    `CREATE STREAM a (i INT) WITH (KAFKA_TOPIC='a', PARTITIONS=1); CREATE STREAM b AS SELECT j FROM a;`,
  )
  expect(refused.kind).toBe('rejected')
  expect(engine.sources()).toEqual([])
  expect(await engine.topic('a')).toBeUndefined()
})

test('SHOW, DESCRIBE, EXPLAIN and PRINT answer with rows; DROP and TERMINATE end what they name', async () => {
  const engine = await open({storage: openSimulatedStorage()})
  await run(
    engine,
    `CREATE STREAM s (i INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1); CREATE STREAM t AS SELECT i + 1 AS j FROM s; INSERT INTO s VALUES (1);`,
  )
  await engine.settle()
  const shown = await run(
    engine,
    'SHOW STREAMS; SHOW QUERIES; SHOW TOPICS; DESCRIBE t; EXPLAIN SELECT * FROM t EMIT CHANGES; PRINT T FROM BEGINNING; SHOW FUNCTIONS;',
  )
  expect(shown.map(({rows}) => (rows?.length ?? 0) > 0)).toEqual([true, true, true, true, true, true, true])
  const {id} = engine.queries()[0]!
  await run(engine, `TERMINATE ${id};`)
  expect(engine.queries()).toEqual([])
  await run(engine, 'DROP STREAM t DELETE TOPIC; DROP STREAM s;')
  expect(engine.sources()).toEqual([])
  expect(await engine.topic('T')).toBeUndefined()
})

test('driven by hand, a query stops before the offsets it is given', async () => {
  const engine = await open({storage: openSimulatedStorage(), tasks: 'manual'})
  await run(engine, `CREATE STREAM s (i INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1); CREATE STREAM t AS SELECT i FROM s;`)
  await run(engine, 'INSERT INTO s VALUES (1); INSERT INTO s VALUES (2); INSERT INTO s VALUES (3);')
  const [query] = engine.queries()
  await engine.drive(query!.id, {s: [2]})
  expect((await engine.topic('T'))?.partitions[0]?.endOffset).toBe(2)
  await engine.settle()
  expect((await engine.topic('T'))?.partitions[0]?.endOffset).toBe(3)
})

test('a paused query keeps its place, and a resumed one goes on', async () => {
  const engine = await open({storage: openSimulatedStorage()})
  await run(engine, `CREATE STREAM s (i INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1); CREATE STREAM t AS SELECT i FROM s;`)
  await run(engine, 'PAUSE ALL; INSERT INTO s VALUES (1);')
  expect(engine.queries()[0]?.state).toBe('PAUSED')
  await engine.settle()
  expect((await engine.topic('T'))?.partitions[0]?.endOffset).toBe(0)
  await run(engine, 'RESUME ALL;')
  await engine.settle()
  expect((await engine.topic('T'))?.partitions[0]?.endOffset).toBe(1)
})

test('records that a query cannot read are counted and written to the processing log', async () => {
  const engine = await open({storage: openSimulatedStorage()})
  await engine.createTopic({name: 's', partitions: 1})
  await engine.produce({topic: 's', records: [{value: {I: 1}}, {value: 'no object'}, {value: {I: 2}}]})
  await run(engine, `CREATE STREAM s (i INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON'); CREATE STREAM t AS SELECT i FROM s;`)
  await engine.settle()
  expect(await pull(engine, 'SELECT * FROM t;')).toEqual([[1], [2]])
  const {records} = await engine.records({topic: 'millrace_processing_log', from: {kind: 'earliest'}, recordsMax: 10})
  expect(records.map(({value}) => value)).toMatchObject([{TOPIC: 's', PARTITION: 0, OFFSET: 1}])
  expect((await engine.metrics()).badRecords).toBe(1)
})

test('a consumer hands out no more than it may ahead of the commits of its group', async () => {
  const engine = await open({storage: openSimulatedStorage()})
  await engine.createTopic({name: 's', partitions: 1})
  await engine.produce({topic: 's', records: [1, 2, 3, 4, 5].map(value => ({value}))})
  const consumer = engine.consume({topics: ['s'], group: 'g', unackedMax: 2})
  const values = async (): Promise<unknown[]> => {
    const {value, done} = await consumer.next()
    return done ? [] : value.records.map(record => record.value)
  }
  expect(await values()).toEqual([1, 2])
  await engine.commitOffsets({group: 'g', offsets: [{topic: 's', partition: 0, offset: 2}]})
  expect(await values()).toEqual([3, 4])
  await consumer.return?.()
  expect(await engine.group('g')).toMatchObject({offsets: [{committedOffset: 2, lag: 3}]})
})

test('what one process creates, another one over the same storage knows and pulls from', async () => {
  const storage = openSimulatedStorage()
  const one = await open({storage})
  const two = await open({storage: openSimulatedStorage({world: storage.world})})
  await run(
    one,
    `CREATE STREAM s (w VARCHAR) WITH (KAFKA_TOPIC='s', PARTITIONS=2); CREATE TABLE c AS SELECT w, COUNT(*) AS n FROM s GROUP BY w;`,
  )
  await run(two, `CREATE TABLE p (k VARCHAR PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='p', PARTITIONS=1);`)
  const {token} = await two.produce({topic: 's', records: [{value: {W: 'a'}}, {value: {W: 'a'}}]})
  expect(await pull(two, 'SELECT * FROM c;', token)).toEqual([['a', 2]])
  await run(one, `INSERT INTO p VALUES ('k', 1);`)
  await two.settle()
  expect(await pull(one, `SELECT v FROM p WHERE k = 'k';`)).toEqual([[1]])
  await run(two, `DROP TABLE p;`)
  await run(one, `CREATE TABLE p (k VARCHAR PRIMARY KEY) WITH (KAFKA_TOPIC='p2', PARTITIONS=1);`)
  expect(one.sources().map(({name}) => name)).toEqual(['S', 'C', 'P'])
})
