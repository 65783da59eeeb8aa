import fc from 'fast-check'
import {expect, onTestFinished, test} from 'vitest'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Engine, type EngineOptions} from '../../engine.ts'
import {openSimulatedStorage} from '../../storage/simulated/open.ts'
import {accepted, refusal} from '../../testing/answers.ts'

async function open(options: EngineOptions): Promise<Engine> {
  const engine = await Engine.open(options)
  onTestFinished(() => engine.close())
  return engine
}

const run = async (engine: Engine, sql: string): Promise<string> =>
  accepted(await engine.execute(sql))
    .statements.map(({message}) => message)
    .join('\n')
const pull = async (engine: Engine, sql: string) => accepted(await engine.pull(sql)).rows

const users = `CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR, city VARCHAR, age INT) WITH (KAFKA_TOPIC='users', PARTITIONS=2);`
const rows = `INSERT INTO users (id, name, city, age) VALUES (1, 'ann', 'AMS', 30), (2, 'bob', 'BER', 41), (3, 'cid', 'AMS', NULL), (4, 'dan', 'AMS', 22);`

test('an index is built from the rows there are, follows their changes, and is named by EXPLAIN', async () => {
  const engine = await open({storage: openSimulatedStorage(), tasks: 'manual'})
  await run(engine, users + rows)
  await engine.settle()
  await run(engine, 'CREATE INDEX by_city ON users (city, age);')
  const sql = `SELECT id FROM users WHERE city = 'AMS' AND age > 20 ORDER BY id`
  expect(await run(engine, `EXPLAIN ${sql};`)).toContain(`index BY_CITY: ('AMS') > 20`)
  expect(await pull(engine, sql)).toEqual([[1], [4]])
  await engine.settle()
  expect(await pull(engine, sql)).toEqual([[1], [4]])
  await run(
    engine,
    `INSERT INTO users (id, name, city, age) VALUES (1, 'ann', 'BER', 30), (3, 'cid', 'AMS', 33); DELETE FROM users WHERE id = 4;`,
  )
  await engine.settle()
  expect(await pull(engine, sql)).toEqual([[3]])
  expect(await pull(engine, `SELECT id FROM users WHERE city IN ('BER', 'AMS', 'PAR') ORDER BY id`)).toEqual([[1], [2], [3]])
  expect(await run(engine, 'SHOW INDEXES;')).toBe('1 indexes')
  expect(await run(engine, 'DESCRIBE users;')).toContain('index BY_CITY on CITY, AGE')
})

test('it serves results of queries, windowed ones too, in the order of its columns', async () => {
  const engine = await open({storage: openSimulatedStorage(), tasks: 'manual'})
  await run(
    engine,
    `CREATE STREAM hits (page VARCHAR, n INT) WITH (KAFKA_TOPIC='hits', PARTITIONS=2);
     CREATE TABLE totals AS SELECT page, SUM(n) AS total FROM hits GROUP BY page;
     CREATE TABLE minutes AS SELECT page, COUNT(*) AS c FROM hits WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY page;
     CREATE INDEX ON totals (total); CREATE INDEX ON minutes (c);
     INSERT INTO hits (ROWTIME, page, n) VALUES (0, 'a', 5), (1, 'b', 7), (2, 'a', 4), (60000, 'a', 1);`,
  )
  await engine.settle()
  expect(await pull(engine, 'SELECT page, total FROM totals WHERE total >= 7 ORDER BY total')).toEqual([
    ['b', 7],
    ['a', 10],
  ])
  expect(await pull(engine, 'SELECT page, WINDOWSTART FROM minutes WHERE c = 2')).toEqual([['a', 0]])
  expect(await pull(engine, 'SELECT page FROM minutes WHERE c BETWEEN 0 AND 1 ORDER BY page')).toEqual([['a'], ['b']])
})

test('a restart keeps it; dropping it takes its entries away; another of its name is another', async () => {
  const storage = openSimulatedStorage()
  const first = await Engine.open({storage, tasks: 'manual'})
  await run(first, users + rows)
  await first.settle()
  await run(first, 'CREATE INDEX by_city ON users (city);')
  await first.settle()
  await first.close()
  const engine = await open({storage, tasks: 'manual'})
  await run(engine, `INSERT INTO users (id, name, city, age) VALUES (1, 'ann', 'PAR', 30);`)
  await engine.settle()
  expect(await pull(engine, `SELECT id FROM users WHERE city = 'AMS' ORDER BY id`)).toEqual([[3], [4]])
  const image = storage.state
  const task = {query: 'TABLE_USERS_1', subTopology: 0, placement: (await storage.log.topic('users'))?.placement ?? ''}
  const states = async (): Promise<number> =>
    (await Promise.all([0, 1].map(partition => image.scan({...task, partition}, 'indexes', {entriesMax: 10})))).flatMap(
      ({entries}) => entries.filter(({value}) => value[0] === 1),
    ).length
  expect(await states()).toBe(2)
  await run(engine, 'DROP INDEX by_city;')
  await engine.settle()
  expect(await states()).toBe(0)
  for (const partition of [0, 1])
    expect((await image.scan({...task, partition}, 'indexes', {entriesMax: 10})).entries).toEqual([])
  await run(engine, 'CREATE INDEX by_city ON users (age);')
  await engine.settle()
  expect(await pull(engine, `SELECT id FROM users WHERE age = 22`)).toEqual([[4]])
})

test('a look-up by index finds what a scan finds, whatever happened to the rows', async () => {
  const value = fc.oneof(fc.constant('NULL'), fc.constantFrom('-3', '0', '1', '2', '100'))
  const change = fc.record({id: fc.integer({min: 0, max: 6}), a: value, b: value, isGone: fc.boolean(), settles: fc.boolean()})
  const bound = fc.constantFrom('-3', '0', '1', '2')
  const question = fc.oneof(
    bound.map(x => `a = ${x}`),
    fc.tuple(bound, bound).map(([x, y]) => `a = ${x} AND b > ${y}`),
    fc.tuple(bound, bound).map(([x, y]) => `a BETWEEN ${x} AND ${y}`),
    fc.tuple(bound, bound).map(([x, y]) => `a IN (${x}, ${y}) AND b <= ${y}`),
    bound.map(x => `${x} > a`),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, {maxLength: 25}),
      fc.array(question, {minLength: 1, maxLength: 4}),
      async (changes, questions) => {
        const engine = await Engine.open({storage: openSimulatedStorage(), tasks: 'manual'})
        await run(engine, `CREATE TABLE t (id INT PRIMARY KEY, a BIGINT, b DOUBLE) WITH (KAFKA_TOPIC='t', PARTITIONS=2);`)
        for (const [i, {id, a, b, isGone, settles}] of changes.entries()) {
          if (i === 10) await run(engine, 'CREATE INDEX ON t (a, b);')
          await run(engine, isGone ? `DELETE FROM t WHERE id = ${id};` : `INSERT INTO t (id, a, b) VALUES (${id}, ${a}, ${b});`)
          if (settles) await engine.settle()
        }
        await engine.settle()
        for (const where of questions) {
          const byIndex = await pull(engine, `SELECT * FROM t WHERE ${where} ORDER BY id`)
          // The sum hides the column from the index.
          const scanned = await pull(
            engine,
            `SELECT * FROM t WHERE ${where.replaceAll('a ', 'a + 0 ').replace(/a$/, 'a + 0')} ORDER BY id`,
          )
          expect(byIndex).toEqual(scanned)
        }
        await engine.close()
      },
    ),
    {numRuns: 40},
  )
})

test('in a worker thread over LMDB it becomes ready by itself', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-'))
  onTestFinished(() => rm(dir, {recursive: true}))
  const engine = await open({storage: {kind: 'lmdb', dir}})
  await run(engine, users + rows)
  await engine.settle()
  await run(engine, 'CREATE INDEX ON users (city);')
  await run(engine, `INSERT INTO users (id, name, city, age) VALUES (9, 'zoe', 'AMS', 1);`)
  await engine.settle()
  expect(await pull(engine, `SELECT id FROM users WHERE city = 'AMS' ORDER BY id`)).toEqual([[1], [3], [4], [9]])
})

test('what cannot be indexed is refused', async () => {
  const engine = await open({storage: openSimulatedStorage(), tasks: 'manual'})
  await run(
    engine,
    `${users} CREATE STREAM s (a INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1); CREATE TABLE l (id INT PRIMARY KEY, tags ARRAY<INT>) WITH (KAFKA_TOPIC='l', PARTITIONS=1);`,
  )
  const refused = async (sql: string) => refusal(await engine.execute(sql))
  expect(await refused('CREATE INDEX ON s (a);')).toContain('S is a stream')
  expect(await refused('CREATE INDEX ON l (tags);')).toContain('has no order')
  expect(await refused('CREATE INDEX ON users (id);')).toContain('it is the key')
  expect(await refused('CREATE INDEX ON users (town);')).toContain('no column TOWN')
  expect(await refused('CREATE INDEX i ON users (city); CREATE INDEX i ON users (age);')).toContain('already exists')
  expect(
    await refused(
      'CREATE INDEX i ON users (city); CREATE INDEX IF NOT EXISTS i ON users (city); DROP TABLE users; DROP INDEX i;',
    ),
  ).toContain('does not exist')
  expect(await refused('DROP INDEX IF EXISTS i;')).toBe('accepted')
})
