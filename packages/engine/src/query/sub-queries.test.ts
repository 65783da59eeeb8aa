import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {Engine} from '../engine.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {accepted, refusal} from '../testing/answers.ts'

let engine: Engine
beforeEach(async () => {
  engine = await Engine.open({storage: openSimulatedStorage(), tasks: 'manual'})
  await run(`
    CREATE STREAM orders (id INT KEY, customer VARCHAR, amount INT, ref INT) WITH (KAFKA_TOPIC='orders', PARTITIONS=2);
    CREATE TABLE people (name VARCHAR PRIMARY KEY, city VARCHAR, boss VARCHAR) WITH (KAFKA_TOPIC='people', PARTITIONS=2);
    CREATE STREAM visits (person VARCHAR KEY, page VARCHAR) WITH (KAFKA_TOPIC='visits', PARTITIONS=2);
  `)
})
afterEach(() => engine.close())

const run = async (sql: string) => accepted(await engine.execute(sql))
const pull = async (sql: string) => accepted(await engine.pull(sql)).rows
const refused = async (sql: string) => refusal(await engine.execute(sql))

const orders = `INSERT INTO orders (ROWTIME, id, customer, amount, ref) VALUES
  (1000, 1, 'ann', 10, NULL), (2000, 2, 'bob', 5, 1), (3000, 3, 'ann', 7, 2), (4000, 4, 'cid', 100, 1);`
const people = `INSERT INTO people (name, city, boss) VALUES
  ('ann', 'AMS', 'bob'), ('bob', 'BER', NULL), ('cid', 'AMS', 'ann'), ('dan', 'AMS', 'bob');`

describe('sub-queries that run on', () => {
  test('a filtered and computed stream feeds a table', async () => {
    await run(`CREATE TABLE totals AS SELECT a.who, SUM(a.twice) AS total
      FROM (SELECT id, UCASE(customer) AS who, amount * 2 AS twice FROM orders WHERE amount < 50) AS a GROUP BY a.who;`)
    await run(orders)
    await engine.settle()
    expect(await pull('SELECT * FROM totals ORDER BY who')).toEqual([
      ['ANN', 34],
      ['BOB', 10],
    ])
  })

  test('a table of groups is grouped again, and takes back what moved', async () => {
    await run(`CREATE TABLE spread AS SELECT n, COUNT(*) AS customers
      FROM (SELECT customer, COUNT(*) AS n FROM orders GROUP BY customer) a GROUP BY n;`)
    await run(orders)
    await engine.settle()
    expect(await pull('SELECT * FROM spread WHERE customers > 0 ORDER BY n')).toEqual([
      [1, 2],
      [2, 1],
    ])
  })

  test('a nested query gives what the same queries one after the other give', async () => {
    await run(`CREATE STREAM cheap AS SELECT id, customer, amount + 1 AS cost FROM orders WHERE amount < 50;
      CREATE STREAM chained AS SELECT id, customer, cost * 2 AS c2 FROM cheap WHERE cost > 6;
      CREATE STREAM nested AS SELECT id, customer, cost * 2 AS c2
        FROM (SELECT id, customer, amount + 1 AS cost FROM orders WHERE amount < 50) x WHERE cost > 6;`)
    await run(orders)
    await engine.settle()
    const nested = await pull('SELECT id, customer, c2, ROWTIME FROM nested ORDER BY id')
    expect(nested).toEqual(await pull('SELECT id, customer, c2, ROWTIME FROM chained ORDER BY id'))
    expect(nested).toHaveLength(2)
  })

  test('WITH names a table of groups that a stream is joined to', async () => {
    await run(`CREATE STREAM enriched AS
      WITH sizes AS (SELECT city, COUNT(*) AS n FROM people GROUP BY city),
           homes AS (SELECT name, city FROM people)
      SELECT v.person, h.city AS home, s.n, v.page FROM visits v
        JOIN homes h ON v.person = h.name JOIN sizes s ON h.city = s.city PARTITION BY v.person;`)
    await run(people)
    await engine.settle()
    await run(`INSERT INTO visits (person, page) VALUES ('cid', '/x'), ('zoe', '/y');`)
    await engine.settle()
    expect(await pull('SELECT person, home, n, page FROM enriched')).toEqual([['cid', 'AMS', 3, '/x']])
  })

  test('a push query reads from one', async () => {
    await run(orders)
    const sql = `SELECT who, cost FROM (SELECT UCASE(customer) AS who, amount + 1 AS cost FROM orders) a
      WHERE cost > 7 EMIT CHANGES LIMIT 3;`
    const push = accepted(await engine.push(sql, {properties: {'auto.offset.reset': 'earliest'}}))
    const rows = []
    for await (const batch of push) rows.push(...batch.rows)
    expect(rows.map(([who]) => who).sort()).toEqual(['ANN', 'ANN', 'CID'])
  })

  test('what belongs to the outermost query is refused inside', async () => {
    expect(await refused('CREATE STREAM x AS SELECT * FROM (SELECT * FROM orders LIMIT 3) a;')).toContain('has no LIMIT')
    expect(await refused('CREATE STREAM x AS SELECT * FROM (SELECT * FROM orders EMIT CHANGES) a;')).toContain('outermost')
    expect(await refused('CREATE STREAM x AS SELECT * FROM (SELECT * FROM orders);')).toContain('needs a name')
    expect(await refused('CREATE STREAM x AS SELECT a.amount FROM (SELECT id, customer FROM orders) a;')).toContain(
      'cannot be resolved',
    )
    expect(await refused('CREATE STREAM x AS SELECT * FROM (SELECT customer FROM orders) a;')).toContain(
      'Key missing from projection',
    )
  })
})

describe('self joins', () => {
  test('a stream with itself, within a window: a record meets itself and its neighbours', async () => {
    await run(`CREATE STREAM pairs AS SELECT a.id AS id, b.id AS other FROM orders a JOIN orders b WITHIN 1 SECOND ON a.customer = b.customer PARTITION BY a.id;
      CREATE STREAM refs AS SELECT a.id AS id, b.customer AS of FROM orders a JOIN orders b WITHIN 1 HOUR ON a.ref = b.id PARTITION BY a.id;`)
    await run(orders)
    await engine.settle()
    expect(await pull('SELECT id, other FROM pairs ORDER BY id, other')).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ])
    expect(await pull('SELECT id, of FROM refs ORDER BY id')).toEqual([
      [2, 'ann'],
      [3, 'bob'],
      [4, 'ann'],
    ])
  })

  test('a table with itself, by its key and by another column', async () => {
    await run(`CREATE TABLE doubled AS SELECT a.name AS name, a.city AS c1, b.city AS c2 FROM people a JOIN people b ON a.name = b.name;
      CREATE TABLE bosses AS SELECT a.name AS name, b.city AS boss_city FROM people a JOIN people b ON a.boss = b.name;`)
    await run(people)
    await engine.settle()
    await run(`INSERT INTO people (name, city, boss) VALUES ('bob', 'PAR', NULL); DELETE FROM people WHERE name = 'cid';`)
    await engine.settle()
    expect(await pull('SELECT * FROM doubled ORDER BY name')).toEqual([
      ['ann', 'AMS', 'AMS'],
      ['bob', 'PAR', 'PAR'],
      ['dan', 'AMS', 'AMS'],
    ])
    expect(await pull('SELECT * FROM bosses ORDER BY name')).toEqual([
      ['ann', 'PAR'],
      ['dan', 'PAR'],
    ])
  })

  test('three times the same table, and a stream with a table over its own topic', async () => {
    await run(`CREATE TABLE thrice AS SELECT a.name AS name, b.city AS c2, c.city AS c3
        FROM people a JOIN people b ON a.name = b.name JOIN people c ON a.name = c.name;
      CREATE TABLE last_visit (person VARCHAR PRIMARY KEY, page VARCHAR) WITH (KAFKA_TOPIC='visits');
      CREATE STREAM seen AS SELECT v.person AS person, v.page AS now, l.page AS newest FROM visits v LEFT JOIN last_visit l ON v.person = l.person;`)
    await run(`${people} INSERT INTO visits (person, page) VALUES ('ann', '/1'), ('ann', '/2');`)
    await engine.settle()
    expect(await pull(`SELECT * FROM thrice WHERE name = 'ann'`)).toEqual([['ann', 'AMS', 'AMS']])
    // The left side of a record is done before its right side: a row sees what the table held before it.
    expect(await pull('SELECT now, newest FROM seen ORDER BY now')).toEqual([
      ['/1', null],
      ['/2', '/1'],
    ])
  })

  test('both sides under one name are refused', async () => {
    expect(await refused('CREATE TABLE x AS SELECT * FROM people JOIN people ON people.name = people.name;')).toContain(
      'a name of its own',
    )
  })
})
