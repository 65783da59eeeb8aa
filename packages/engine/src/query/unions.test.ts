import fc from 'fast-check'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {Engine} from '../engine.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {accepted, refusal} from '../testing/answers.ts'

let engine: Engine
beforeEach(async () => {
  engine = await Engine.open({storage: openSimulatedStorage(), tasks: 'manual'})
  await run(`
    CREATE STREAM web (id INT KEY, amount INT, shop VARCHAR) WITH (KAFKA_TOPIC='web', PARTITIONS=2);
    CREATE STREAM till (id INT KEY, amount BIGINT, shop VARCHAR) WITH (KAFKA_TOPIC='till', PARTITIONS=3, KEY_FORMAT='JSON', VALUE_FORMAT='JSON');
    CREATE TABLE shops (name VARCHAR PRIMARY KEY, city VARCHAR) WITH (KAFKA_TOPIC='shops', PARTITIONS=2);
  `)
})
afterEach(() => engine.close())

async function run(sql: string): Promise<void> {
  accepted(await engine.execute(sql))
  await engine.settle()
}

const pull = async (sql: string) => accepted(await engine.pull(sql)).rows

async function push(sql: string): Promise<unknown[]> {
  const result = accepted(await engine.push(sql, {properties: {'auto.offset.reset': 'earliest'}}))
  const rows = []
  for await (const batch of result)
    for (const [i, row] of batch.rows.entries()) rows.push(batch.tombstones?.[i] ? ['gone', ...row] : row)
  return rows
}

const refused = async (sql: string) => refusal(await engine.execute(sql))

const sales = `
  INSERT INTO web (ROWTIME, id, amount, shop) VALUES (1000, 1, 10, 'a'), (3000, 2, 20, 'b'), (5000, 1, 30, 'a');
  INSERT INTO till (ROWTIME, id, amount, shop) VALUES (2000, 1, 5000000000, 'a'), (4000, 7, 2, 'c');`

test('UNION ALL merges streams of other partitions, key formats and narrower types; rows keep their times', async () => {
  await run(`CREATE STREAM all_sales AS SELECT id, amount FROM web UNION ALL SELECT id, amount FROM till;`)
  await run(sales)
  expect(await pull('SELECT id, amount, ROWTIME FROM all_sales ORDER BY ROWTIME')).toEqual([
    [1, 10, 1000],
    [1, 5_000_000_000, 2000],
    [2, 20, 3000],
    [7, 2, 4000],
    [1, 30, 5000],
  ])
})

test('equal keys of both sides meet: a merged sub-query is grouped, and joined, by its key', async () => {
  await run(`
    CREATE TABLE totals AS SELECT id, COUNT(*) AS n, SUM(amount) AS total
      FROM (SELECT id, amount FROM web UNION ALL SELECT id, amount FROM till WHERE amount < 1000000) s GROUP BY id;
    CREATE TABLE by_shop AS WITH s AS (SELECT id, shop FROM web UNION ALL SELECT id, shop FROM till UNION ALL SELECT id, shop FROM web)
      SELECT shop, COUNT(*) AS n FROM s GROUP BY shop;`)
  await run(sales)
  expect(await pull('SELECT * FROM totals ORDER BY id')).toEqual([
    [1, 2, 40],
    [2, 1, 20],
    [7, 1, 2],
  ])
  expect(await pull('SELECT * FROM by_shop ORDER BY shop')).toEqual([
    ['a', 5],
    ['b', 2],
    ['c', 1],
  ])
})

test('INSERT INTO takes a UNION; push and pull queries need no common key', async () => {
  await run(`CREATE STREAM big (id INT KEY, amount BIGINT) WITH (KAFKA_TOPIC='big', PARTITIONS=1);
    INSERT INTO big SELECT id, CAST(amount AS BIGINT) AS amount FROM web WHERE amount > 25 UNION ALL SELECT id, amount FROM till WHERE amount > 25;`)
  await run(sales)
  expect(await pull('SELECT id, amount FROM big ORDER BY ROWTIME')).toEqual([
    [1, 5_000_000_000],
    [1, 30],
  ])
  const rows = await push(`SELECT shop, amount FROM web UNION ALL SELECT UCASE(shop), amount FROM till EMIT CHANGES LIMIT 5;`)
  expect(rows).toEqual(
    expect.arrayContaining([
      ['a', 10],
      ['A', 5_000_000_000],
      ['b', 20],
      ['C', 2],
      ['a', 30],
    ]),
  )
})

test('pull queries: tables and streams, UNION gives each row once, ORDER BY and LIMIT are for all, WHERE reaches each side', async () => {
  await run(`${sales} INSERT INTO shops (name, city) VALUES ('a', 'AMS'), ('z', 'BER');`)
  expect(await pull(`SELECT shop FROM web UNION SELECT name FROM shops ORDER BY shop DESC`)).toEqual([['z'], ['b'], ['a']])
  expect(await pull(`SELECT shop AS x FROM web UNION ALL SELECT name FROM shops ORDER BY x LIMIT 3 OFFSET 1`)).toEqual([
    ['a'],
    ['a'],
    ['b'],
  ])
  const sql = `SELECT x FROM (SELECT shop AS x FROM web UNION ALL SELECT name FROM shops) u WHERE x = 'a'`
  expect(await pull(sql)).toEqual([['a'], ['a'], ['a']])
  const explained = await engine.execute(`EXPLAIN ${sql};`)
  expect(explained.kind === 'executed' && explained.statements[0]?.message).toContain('table SHOPS: look-up of 1 keys')
})

test('what does not fit together is refused with what was found and expected', async () => {
  expect(await refused('CREATE STREAM x AS SELECT id, shop FROM web UNION ALL SELECT id, amount FROM till;')).toContain(
    'The column SHOP of a UNION is STRING in one query and BIGINT in another',
  )
  expect(await refused('CREATE STREAM x AS SELECT id, shop FROM web UNION ALL SELECT id FROM till;')).toContain('2 and 1')
  expect(await refused('CREATE STREAM x AS SELECT id, amount FROM web UNION ALL SELECT amount, id FROM web;')).toContain(
    'found INTEGER in column 2, expected INTEGER in column 1',
  )
  expect(await refused('CREATE TABLE x AS SELECT name, city FROM shops UNION ALL SELECT name, city FROM shops;')).toContain(
    'UNION is for streams',
  )
  expect(
    await refused(
      'CREATE STREAM x AS SELECT id, shop FROM web UNION ALL SELECT id, shop FROM till UNION SELECT id, shop FROM web;',
    ),
  ).toContain('cannot be mixed')
})

test('SELECT DISTINCT makes a table by its columns; a row goes when the last that gave it goes', async () => {
  await run(`CREATE TABLE used AS SELECT DISTINCT UCASE(shop) AS shop FROM web; CREATE TABLE cities AS SELECT DISTINCT city FROM shops;
    CREATE TABLE pairs AS SELECT DISTINCT id, shop FROM (SELECT id, shop FROM web UNION ALL SELECT id, shop FROM till) s;
    CREATE TABLE either AS SELECT id, shop FROM web UNION SELECT id, shop FROM till;`)
  await run(`${sales} INSERT INTO shops (name, city) VALUES ('a', 'AMS'), ('b', 'AMS'), ('c', 'BER');`)
  expect(await pull('SELECT * FROM used ORDER BY shop')).toEqual([['A'], ['B']])
  expect(await pull('SELECT id, shop FROM pairs ORDER BY id')).toEqual([
    [1, 'a'],
    [2, 'b'],
    [7, 'c'],
  ])
  expect(await pull('SELECT id, shop FROM either ORDER BY id')).toEqual([
    [1, 'a'],
    [2, 'b'],
    [7, 'c'],
  ])
  await run(`DELETE FROM shops WHERE name = 'a';`)
  expect(await pull('SELECT * FROM cities ORDER BY city')).toEqual([['AMS'], ['BER']])
  await run(`INSERT INTO shops (name, city) VALUES ('b', 'BER');`)
  expect(await pull('SELECT * FROM cities')).toEqual([['BER']])
})

test('a push query with DISTINCT gives each row once, and says when it is gone', async () => {
  await run(
    `${sales} INSERT INTO shops (name, city) VALUES ('a', 'AMS'), ('b', 'AMS'); DELETE FROM shops WHERE name IN ('a', 'b');`,
  )
  expect(await push('SELECT DISTINCT shop FROM web EMIT CHANGES LIMIT 2;')).toEqual(expect.arrayContaining([['a'], ['b']]))
  expect(await push('SELECT DISTINCT city FROM shops EMIT CHANGES LIMIT 2;')).toEqual([['AMS'], ['gone', 'AMS']])
})

test('a pull query with DISTINCT takes NULL as a value, and orders by what it selects', async () => {
  await run(`INSERT INTO web (id, amount, shop) VALUES (1, 1, 'a'), (1, 2, NULL), (2, 3, 'a'), (3, 4, NULL);`)
  expect(await pull('SELECT DISTINCT shop FROM web ORDER BY shop')).toEqual([['a'], [null]])
  expect(await pull('SELECT DISTINCT COUNT(*) AS n FROM web GROUP BY shop')).toEqual([[2]])
  const ordered = await engine.pull('SELECT DISTINCT shop FROM web ORDER BY amount')
  expect(refusal(ordered)).toContain('not in the list of SELECT DISTINCT')
})

test('a table of distinct rows equals what a pull query finds, whatever came and wherever it was restarted', async () => {
  const change = fc.record({name: fc.constantFrom('a', 'b', 'c', 'd'), city: fc.option(fc.constantFrom('X', 'Y'), {nil: null})})
  await fc.assert(
    fc.asyncProperty(fc.array(change, {maxLength: 12}), fc.nat(12), async (changes, restartAt) => {
      const storage = openSimulatedStorage()
      let own = await Engine.open({storage, tasks: 'manual'})
      await own.execute(`CREATE TABLE shops (name VARCHAR PRIMARY KEY, city VARCHAR) WITH (KAFKA_TOPIC='shops', PARTITIONS=2);
        CREATE TABLE cities AS SELECT DISTINCT city FROM shops;`)
      for (const [i, {name, city}] of changes.entries()) {
        const sql = city === null ? `DELETE FROM shops WHERE name = $1;` : `INSERT INTO shops (name, city) VALUES ($1, $2);`
        await own.execute(sql, {parameters: {1: name, 2: city}})
        await own.settle()
        if (i !== restartAt) continue
        await own.close()
        own = await Engine.open({storage, tasks: 'manual'})
      }
      const rowsOf = async (sql: string) => {
        const result = await own.pull(sql)
        return result.kind === 'rows' ? result.rows : result.message
      }
      expect(await rowsOf('SELECT city FROM cities ORDER BY city')).toEqual(
        await rowsOf('SELECT DISTINCT city FROM shops ORDER BY city'),
      )
      await own.close()
    }),
    {numRuns: 25},
  )
})

test.each([
  "'); globalThis.stolen = true; ('",
  '"]; globalThis.stolen = true; //',
  '${globalThis.stolen = true}',
  '*/ globalThis.stolen = true /*',
  '\\u0022; globalThis.stolen = true; //',
  '__proto__',
])('code in names and texts of UNION, DISTINCT, ASSERT VALUES and CASCADE stays text: %s', async code => {
  const name = `\`${code.replaceAll('`', '')}\``
  const text = `'${code.replaceAll("'", "''")}'`
  await run(`
    CREATE STREAM ${name} WITH (KAFKA_TOPIC='merged') AS SELECT id, ${text} AS ${name} FROM web UNION ALL SELECT id, CONCAT(shop, ${text}) FROM till;
    CREATE TABLE picked AS SELECT DISTINCT ${name} FROM ${name} WHERE ${name} = ${text} OR ${name} LIKE ${text};
    CREATE TABLE windows AS SELECT ${name}, COUNT(*) AS n
      FROM (SELECT id, COUNT(*) AS ${name} FROM ${name} WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY id) ${name} GROUP BY ${name};`)
  await run(sales)
  await run(`ASSERT VALUES ${name} (id, ${name}) VALUES (1, ${text});`)
  expect(await pull(`SELECT DISTINCT ${name} FROM picked UNION SELECT ${text} FROM web`)).toEqual([[code]])
  await run(`DROP STREAM ${name} CASCADE;`)
  expect(engine.sources().map(source => source.name)).toEqual(['WEB', 'TILL', 'SHOPS'])
  expect('stolen' in globalThis).toBe(false)
})
