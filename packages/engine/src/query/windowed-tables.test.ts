import fc from 'fast-check'
import {expect, test} from 'vitest'
import {Engine} from '../engine.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'

const declared = `CREATE STREAM hits (page VARCHAR KEY, n INT) WITH (KAFKA_TOPIC='hits', PARTITIONS=2);`

async function open(sql: string): Promise<{
  run: (sql: string) => Promise<string>
  pull: (sql: string) => Promise<unknown>
  close: () => Promise<void>
}> {
  const engine = await Engine.open({storage: openSimulatedStorage(), tasks: 'manual'})
  const run = async (text: string): Promise<string> => {
    const result = await engine.execute(text)
    await engine.settle()
    return result.kind === 'rejected' ? result.message : 'done'
  }
  const pull = async (text: string): Promise<unknown> => {
    const result = await engine.pull(text)
    return result.kind === 'rejected' ? result.message : result.rows
  }
  expect(await run(declared + sql)).toBe('done')
  return {run, pull, close: () => engine.close()}
}

const hits = `INSERT INTO hits (ROWTIME, page, n) VALUES (0, 'a', 1), (1000, 'a', 2), (2000, 'b', 3), (61000, 'a', 4), (62000, 'b', 5);`

test('a windowed sub-query of a query that runs on is grouped again, and takes back what changed', async () => {
  const {run, pull, close} = await open(`CREATE TABLE spread AS SELECT c, COUNT(*) AS windows
    FROM (SELECT page, COUNT(*) AS c FROM hits WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY page) w GROUP BY c;`)
  await run(hits)
  expect(await pull('SELECT * FROM spread WHERE windows > 0 ORDER BY c')).toEqual([
    [1, 3],
    [2, 1],
  ])
  await close()
})

test('its windows are those of the result when it is not grouped', async () => {
  const {run, pull, close} = await open(`CREATE TABLE busy AS WITH w AS
      (SELECT page, COUNT(*) AS c, WINDOWSTART AS since FROM hits WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY page)
    SELECT page, c * 10 AS tens, since FROM w WHERE c > 1;`)
  await run(hits)
  expect(await pull('SELECT page, tens, since, WINDOWSTART, WINDOWEND FROM busy')).toEqual([['a', 20, 0, 0, 60_000]])
  await close()
})

test('EMIT FINAL in a sub-query passes windows on when they are over', async () => {
  const {run, pull, close} = await open(`CREATE TABLE ended AS SELECT page, COUNT(*) AS windows
    FROM (SELECT page, COUNT(*) AS c FROM hits WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY page EMIT FINAL) w GROUP BY page;`)
  await run(hits)
  expect(await pull('SELECT * FROM ended ORDER BY page')).toEqual([
    ['a', 1],
    ['b', 1],
  ])
  await close()
})

test('a windowed table is filtered and grouped again; a join with one is refused', async () => {
  const {run, pull, close} = await open(`
    CREATE TABLE minutes AS SELECT page, COUNT(*) AS c FROM hits WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY page;
    CREATE TABLE busy AS SELECT page, c FROM minutes WHERE c > 1;
    CREATE TABLE per_page AS SELECT page, SUM(c) AS hits, COUNT(*) AS windows FROM minutes GROUP BY page;`)
  await run(hits)
  expect(await pull('SELECT page, c, WINDOWSTART FROM busy')).toEqual([['a', 2, 0]])
  expect(await pull('SELECT * FROM per_page ORDER BY page')).toEqual([
    ['a', 3, 2],
    ['b', 2, 2],
  ])
  expect(await run('CREATE TABLE x AS SELECT m.page AS page, m.c, b.c FROM minutes m JOIN busy b ON m.page = b.page;')).toContain(
    'windowed tables',
  )
  expect(await run('CREATE TABLE x AS SELECT c, COUNT(*) AS n FROM minutes WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY c;')).toContain(
    'Windowing not supported for table aggregations',
  )
  await close()
})

test.each(['TUMBLING (SIZE 10 SECONDS)', 'HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS)', 'SESSION (3 SECONDS)'])(
  'windows of %s that are grouped again agree with a pull query over the windows, whatever the order of the input',
  async window => {
    const hit = fc.tuple(fc.nat(40_000), fc.constantFrom('a', 'b', 'c'))
    await fc.assert(
      fc.asyncProperty(fc.array(hit, {minLength: 1, maxLength: 12}), async input => {
        const {run, pull, close} = await open(`
          CREATE TABLE windows AS SELECT page, COUNT(*) AS c FROM hits WINDOW ${window} GROUP BY page;
          CREATE TABLE spread AS SELECT c, COUNT(*) AS n FROM windows GROUP BY c;
          CREATE TABLE nested AS SELECT c, COUNT(*) AS n FROM (SELECT page, COUNT(*) AS c FROM hits WINDOW ${window} GROUP BY page) w GROUP BY c;`)
        for (const [time, page] of input) await run(`INSERT INTO hits (ROWTIME, page, n) VALUES (${time}, '${page}', 1);`)
        const expected = await pull('SELECT c, COUNT(*) AS n FROM windows GROUP BY c ORDER BY c')
        expect(await pull('SELECT c, n FROM spread WHERE n > 0 ORDER BY c')).toEqual(expected)
        expect(await pull('SELECT c, n FROM nested WHERE n > 0 ORDER BY c')).toEqual(expected)
        await close()
      }),
      {numRuns: 15},
    )
  },
)
