import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {Engine} from '../../engine.ts'
import {openSimulatedStorage} from '../../storage/simulated/open.ts'
import {accepted, refusal} from '../../testing/answers.ts'

let engine: Engine
beforeEach(async () => {
  engine = await Engine.open({storage: openSimulatedStorage(), tasks: 'manual'})
  await run(`
    CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR, city VARCHAR, age INT) WITH (KAFKA_TOPIC='users', PARTITIONS=3);
    CREATE TABLE cities (code VARCHAR PRIMARY KEY, country VARCHAR) WITH (KAFKA_TOPIC='cities', PARTITIONS=2);
    CREATE STREAM clicks (user_id INT KEY, page VARCHAR) WITH (KAFKA_TOPIC='clicks', PARTITIONS=2);
    INSERT INTO users (id, name, city, age) VALUES
      (1, 'ann', 'AMS', 30), (2, 'bob', 'BER', 41), (3, 'cid', 'AMS', NULL), (4, 'dan', 'XXX', 22), (5, 'eve', NULL, 41);
    INSERT INTO cities (code, country) VALUES ('AMS', 'NL'), ('BER', 'DE'), ('PAR', 'FR');
    INSERT INTO clicks (user_id, page) VALUES (1, '/a'), (1, '/b'), (2, '/a'), (9, '/c');
  `)
  await engine.settle()
})
afterEach(() => engine.close())

const run = async (sql: string) => accepted(await engine.execute(sql))
const pull = async (sql: string) => accepted(await engine.pull(sql)).rows
const refused = async (sql: string) => refusal(await engine.pull(sql))

describe('grouping', () => {
  test('groups are folded over the rows there are; NULL is a group', async () => {
    const rows = await pull('SELECT city, COUNT(*) AS n, MAX(age) AS oldest FROM users GROUP BY city ORDER BY n DESC, city')
    expect(rows).toEqual([
      ['AMS', 2, 30],
      ['BER', 1, 41],
      ['XXX', 1, 22],
      [null, 1, 41],
    ])
  })

  test('HAVING keeps groups, also by a function that is not selected', async () => {
    expect(await pull('SELECT city FROM users GROUP BY city HAVING COUNT(*) > 1')).toEqual([['AMS']])
  })

  test('without GROUP BY there is one row, also of nothing', async () => {
    expect(await pull('SELECT COUNT(*), SUM(age) FROM users')).toEqual([[5, 134]])
    expect(await pull('SELECT COUNT(*) AS n FROM users WHERE age > 1000')).toEqual([[0]])
  })

  test('GROUP BY without functions gives each value once', async () => {
    expect(await pull('SELECT city FROM users GROUP BY city ORDER BY city NULLS FIRST')).toEqual([
      [null],
      ['AMS'],
      ['BER'],
      ['XXX'],
    ])
  })

  test('a stream is grouped up to its end', async () => {
    expect(await pull('SELECT page, COUNT(*) AS n FROM clicks GROUP BY page ORDER BY n DESC, page')).toEqual([
      ['/a', 2],
      ['/b', 1],
      ['/c', 1],
    ])
  })

  test('a column that is neither grouped nor folded is refused', async () => {
    expect(await refused('SELECT name, COUNT(*) FROM users GROUP BY city')).toContain('not part of GROUP BY: NAME')
    expect(await refused('SELECT city FROM users GROUP BY city ORDER BY name')).toContain(
      'ORDER BY expression not part of GROUP BY',
    )
  })
})

describe('ordering', () => {
  test('several keys; NULLs come last unless asked otherwise', async () => {
    expect(await pull('SELECT id FROM users ORDER BY age DESC, name')).toEqual([[2], [5], [1], [4], [3]])
    expect(await pull('SELECT id FROM users ORDER BY age NULLS FIRST, id DESC')).toEqual([[3], [4], [1], [5], [2]])
  })

  test('by an expression, by a name and by a number', async () => {
    expect(await pull('SELECT id, LEN(name) + id AS x FROM users ORDER BY x DESC LIMIT 1')).toEqual([[5, 8]])
    expect(await pull('SELECT id FROM users ORDER BY -id LIMIT 1')).toEqual([[5]])
    expect(await pull('SELECT name, id FROM users ORDER BY 2 LIMIT 1')).toEqual([['ann', 1]])
    expect(await refused('SELECT id FROM users ORDER BY 2')).toContain('the SELECT list has 1 columns')
  })

  test('LIMIT and OFFSET page through a result', async () => {
    expect(await pull('SELECT id FROM users ORDER BY id LIMIT 2 OFFSET 1')).toEqual([[2], [3]])
    expect(await pull('SELECT id FROM users ORDER BY id LIMIT 2 OFFSET 4')).toEqual([[5]])
    expect(await pull('SELECT id FROM users ORDER BY id LIMIT 0')).toEqual([])
  })
})

describe('joins', () => {
  test('inner and left, by any equality', async () => {
    expect(await pull('SELECT u.name, c.country FROM users u JOIN cities c ON u.city = c.code ORDER BY u.name')).toEqual([
      ['ann', 'NL'],
      ['bob', 'DE'],
      ['cid', 'NL'],
    ])
    expect(await pull('SELECT u.id, c.country FROM users u LEFT JOIN cities c ON c.code = u.city ORDER BY u.id')).toEqual([
      [1, 'NL'],
      [2, 'DE'],
      [3, 'NL'],
      [4, null],
      [5, null],
    ])
  })

  test('right and full keep what meets nobody', async () => {
    expect(await pull('SELECT u.id, c.code FROM users u RIGHT JOIN cities c ON c.code = u.city ORDER BY c.code, u.id')).toEqual([
      [1, 'AMS'],
      [3, 'AMS'],
      [2, 'BER'],
      [null, 'PAR'],
    ])
    expect(await pull('SELECT COUNT(*) FROM users u FULL JOIN cities c ON c.code = u.city')).toEqual([[6]])
  })

  test('further conditions decide who meets', async () => {
    const sql =
      'SELECT u.id, c.country FROM users u LEFT JOIN cities c ON c.code = u.city AND u.age < 35 WHERE u.id < 4 ORDER BY u.id'
    expect(await pull(sql)).toEqual([
      [1, 'NL'],
      [2, null],
      [3, null],
    ])
  })

  test('a table with itself, three sources, and a stream with a table', async () => {
    expect(await pull('SELECT a.id, b.id FROM users a JOIN users b ON a.age = b.age WHERE a.id < b.id')).toEqual([[2, 5]])
    const sql = `SELECT c.country, COUNT(*) AS n FROM clicks k JOIN users u ON k.user_id = u.id JOIN cities c ON u.city = c.code
      GROUP BY c.country ORDER BY n DESC`
    expect(await pull(sql)).toEqual([
      ['NL', 2],
      ['DE', 1],
    ])
  })

  test('without an equality, with WITHIN, or under one name twice they are refused', async () => {
    expect(await refused('SELECT * FROM users u JOIN cities c ON u.age > 3')).toContain('at least one equality')
    expect(await refused('SELECT * FROM users u JOIN cities c WITHIN 1 HOUR ON u.city = c.code')).toContain('WITHIN is for joins')
    expect(await refused('SELECT * FROM users JOIN users ON users.id = users.id')).toContain('needs a name of its own')
  })
})

describe('sub-queries', () => {
  test('of a grouped query', async () => {
    const sql = `SELECT MAX(a.n) AS most FROM (SELECT city, COUNT(*) AS n FROM users GROUP BY city) AS a`
    expect(await pull(sql)).toEqual([[2]])
  })

  test('WITH names queries that later ones may read', async () => {
    const sql = `WITH adults AS (SELECT id, city, age + 1 AS next FROM users WHERE age > 25),
        places AS (SELECT a.id, a.next, c.country FROM adults a JOIN cities c ON a.city = c.code)
      SELECT * FROM places WHERE next > 31 ORDER BY id`
    expect(await pull(sql)).toEqual([[2, 42, 'DE']])
  })

  test('their LIMIT is applied before the outer WHERE', async () => {
    expect(await pull('SELECT id FROM (SELECT id FROM users ORDER BY id LIMIT 2) a WHERE id > 1')).toEqual([[2]])
  })

  test('they need a name, and see no names from outside', async () => {
    expect(await refused('SELECT * FROM (SELECT id FROM users)')).toContain('needs a name')
    expect(await refused('SELECT a.name FROM (SELECT id FROM users) a')).toContain('cannot be resolved')
  })
})
