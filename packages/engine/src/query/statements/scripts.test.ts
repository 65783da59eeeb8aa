import {afterEach, beforeEach, expect, test} from 'vitest'
import type {SqlRejection} from '../../engine-api.ts'
import {Engine} from '../../engine.ts'
import {openSimulatedStorage, type SimulatedStorage} from '../../storage/simulated/open.ts'
import {accepted} from '../../testing/answers.ts'

let storage: SimulatedStorage
let engine: Engine
beforeEach(async () => {
  storage = openSimulatedStorage()
  engine = await Engine.open({storage, tasks: 'manual'})
  await done(`CREATE STREAM s (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='events', PARTITIONS=1);
    CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR) WITH (KAFKA_TOPIC='things', PARTITIONS=1);`)
})
afterEach(() => engine.close())

async function done(sql: string): Promise<readonly string[]> {
  const {statements} = accepted(await engine.execute(sql))
  await engine.settle()
  return statements.map(({message}) => message)
}

async function refused(sql: string): Promise<SqlRejection> {
  const result = await engine.execute(sql)
  if (result.kind !== 'rejected') throw new Error('accepted')
  return result
}

const names = (): readonly string[] => engine.sources().map(({name}) => name)

test('ASSERT VALUES waits for a record of a stream or a row of a table', async () => {
  await done(`INSERT INTO s (k, v) VALUES (1, 'x'), (2, NULL); INSERT INTO t (id, name) VALUES (7, 'seven');`)
  expect(
    await done(
      `ASSERT VALUES s (k, v) VALUES (1, 'x'); ASSERT VALUES s (k, v) VALUES (2, NULL); ASSERT VALUES t VALUES (7, 'seven');`,
    ),
  ).toEqual(['S has these values', 'S has these values', 'T has these values'])
  const {message, line, column} = await refused(
    `SHOW STREAMS;\n  ASSERT VALUES s (k, v) VALUES (1, 'y') TIMEOUT 20 MILLISECONDS;`,
  )
  expect([message, line, column]).toEqual(['S has no row with these values', 2, 3])
  expect((await refused(`ASSERT VALUES s (k, w) VALUES (1, 'y');`)).message).toContain("column 'W' cannot be resolved")
  expect((await refused(`ASSERT VALUES s (k, v) VALUES (1);`)).message).toContain('2, 1')
})

test('ASSERT NULL VALUES waits until a table has no row of that key', async () => {
  await done(`INSERT INTO t (id, name) VALUES (7, 'seven');`)
  expect((await refused('ASSERT NULL VALUES t (id) KEY (7) TIMEOUT 20 MILLISECONDS;')).message).toContain('[7,"seven"]')
  await done('DELETE FROM t WHERE id = 7;')
  expect(await done('ASSERT NULL VALUES t (id) KEY (7);')).toEqual(['T has no row with this key'])
  expect((await refused('ASSERT NULL VALUES s (k) KEY (7);')).message).toContain('for tables')
})

test('an assertion that fails stops the script there: what stands before it took effect, and nothing behind it', async () => {
  await refused(
    `CREATE STREAM before AS SELECT * FROM s; ASSERT TOPIC nowhere TIMEOUT 20 MILLISECONDS; CREATE STREAM behind AS SELECT * FROM s;`,
  )
  expect(names()).toEqual(['S', 'T', 'BEFORE'])
  await done(
    `INSERT INTO s (k, v) VALUES (1, 'x'); ASSERT VALUES s (k) VALUES (1); CREATE STREAM behind AS SELECT * FROM before;`,
  )
  expect(await engine.pull('SELECT k FROM behind')).toMatchObject({rows: [[1]]})
})

test('a script that would fail later is refused before any of it runs, also where it holds a SELECT', async () => {
  expect((await refused('CREATE STREAM x AS SELECT * FROM s; DROP STREAM y;')).message).toContain('Y does not exist')
  const {message, line, column} = await refused('CREATE STREAM x AS SELECT * FROM s;\nSELECT * FROM x;')
  expect([message, line, column]).toEqual(['A SELECT gives rows, and a script that is executed does not.', 2, 1])
  expect(names()).toEqual(['S', 'T'])
})

test('DROP … CASCADE takes what queries made of it, the topics too when it says so', async () => {
  await done(`CREATE TABLE counts AS SELECT v, COUNT(*) AS n FROM s GROUP BY v; CREATE TABLE spread AS SELECT n, COUNT(*) AS m FROM counts GROUP BY n;
    CREATE STREAM copy AS SELECT * FROM s; CREATE STREAM kept (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='kept', PARTITIONS=1);
    INSERT INTO kept SELECT * FROM copy; CREATE INDEX by_n ON counts (n);`)
  expect((await refused('DROP STREAM s;')).hint).toContain('DROP STREAM S CASCADE')
  const [message] = await done('DROP STREAM s CASCADE DELETE TOPIC;')
  expect(message).toBe('Source S was dropped, and what was made of it: SPREAD, COPY, COUNTS')
  expect(names()).toEqual(['T', 'KEPT'])
  expect(engine.queries()).toEqual([])
  expect((await engine.topics()).map(({name}) => name).filter(name => !name.startsWith('millrace'))).toEqual(['kept', 'things'])
  await done(
    `CREATE STREAM s (k INT KEY) WITH (KAFKA_TOPIC='events', PARTITIONS=1); CREATE STREAM copy AS SELECT k, 1 AS one FROM s; DROP STREAM s CASCADE;`,
  )
  expect(names()).toEqual(['T', 'KEPT'])
})

test('after a restart nothing of what went with CASCADE is there', async () => {
  await done('CREATE STREAM copy AS SELECT * FROM s; CREATE STREAM more AS SELECT * FROM copy; DROP STREAM s CASCADE;')
  await engine.close()
  engine = await Engine.open({storage: openSimulatedStorage({world: storage.world}), tasks: 'manual'})
  expect(names()).toEqual(['T'])
  expect(engine.queries()).toEqual([])
})

test('all that is wrong with a script is found, and nothing that only follows from it', async () => {
  const found = await engine.validate(`CREATE STREAM a (x INT;
CREATE STREAM b (y INTT); CREATE TABLE c AS SELECT y, COUNT(*) AS n FROM b GROUP BY y; SELECT * FROM c;
SELECT w FROM s; SELECT * FRM t;
DROP STREAM nowhere; 'no end`)
  expect(found.map(({line, message}) => [line, message.split(':')[0]])).toEqual([
    [1, 'Syntax Error at the end of the statement'],
    [2, 'Cannot resolve unknown type'],
    [3, "SELECT column 'W' cannot be resolved."],
    [3, "Syntax Error at or near 'FRM'"],
    [4, 'Stream NOWHERE does not exist.'],
    [4, 'Syntax Error'],
  ])
  expect(await engine.validate('SELECT * FROM s; CREATE STREAM x AS SELECT * FROM s;')).toEqual([])
})

test('connectors: none are there, so none are listed or dropped, and none can be made', async () => {
  expect(await done('SHOW CONNECTORS; LIST CONNECTOR PLUGINS; DROP CONNECTOR IF EXISTS c;')).toEqual([
    '0 connectors',
    '0 connector plugins',
    'Connector C does not exist.',
  ])
  expect((await refused(`CREATE SINK CONNECTOR c WITH ('a'='b');`)).hint).toContain('produces to a topic')
})

test.each([
  [`SET 'auto.offset.reset'='earlyest';`, 'expected earliest or latest', 1],
  [`PRINT nowhere;`, 'Topic nowhere does not exist', 1],
  [`PRINT events INTERVAL 0;`, 'INTERVAL 0', 23],
  ['INSERT INTO s SELECT * FROM s WHERE k > 1;', 'each row would come back', 29],
  ['CREATE TYPE date AS INT;', 'built-in type', 13],
  ['ALTER STREAM s ADD COLUMN v INT;', 'already exists', 27],
  ["CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='millrace_commands');", 'holds the catalog', 43],
  ['CREATE STREAM `a b` (a INT);', "Invalid topic name 'a b'", 15],
  ["INSERT INTO s WITH (QUERY_ID='a b') SELECT k, name AS v FROM s JOIN t ON s.k = t.id;", 'Invalid query id', 30],
  ['ASSERT TOPIC events WITH (PARTITION=1);', 'PARTITION', 27],
  ['INSERT INTO s (ROWTIME, k) VALUES (9223372036854775807, 1);', 'ROWTIME 9223372036854775807 is no time', 36],
  ['INSERT INTO s (ROWTIME, k) VALUES (8640000000000001, 1);', 'ROWTIME 8640000000000001 is no time', 36],
  ["INSERT INTO s (ROWTIME, k) VALUES ('1969-12-31T00:00:00', 1);", 'ROWTIME must not be negative', 36],
])('%s is refused where it is wrong', async (sql, message, column) => {
  const refusal = await refused(sql)
  expect(refusal.message).toContain(message)
  expect(refusal.column).toBe(column)
})

test('a property that nothing reads is no mistake, and is said', async () => {
  const result = await engine.execute(
    `SET 'commit.interval.ms'='1'; SET 'auto.ofset.reset'='earliest'; SET 'auto.offset.reset'='earliest';`,
  )
  expect(result.kind === 'executed' && result.statements.map(({warnings}) => warnings)).toEqual([
    ['Nothing here reads the property commit.interval.ms.'],
    ['Nothing here reads the property auto.ofset.reset. Did you mean "auto.offset.reset"?'],
    undefined,
  ])
})

test('PRINT gives the first records, or the newest; DESCRIBE EXTENDED says how much there is', async () => {
  await done(`INSERT INTO s (ROWTIME, k, v) VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c'), (4, 4, 'd');`)
  const keys = async (sql: string): Promise<unknown> => {
    const result = await engine.execute(sql)
    return result.kind === 'executed' ? result.statements[0]?.rows?.map(({key}) => key) : result.message
  }
  expect(await keys('PRINT events FROM BEGINNING LIMIT 2;')).toEqual([1, 2])
  expect(await keys('PRINT events LIMIT 2;')).toEqual([3, 4])
  expect(await keys('PRINT events FROM BEGINNING INTERVAL 2 LIMIT 2;')).toEqual([1, 3])
  const [described] = await done('DESCRIBE s EXTENDED;')
  expect(described).toContain('4 records')
  const [windowed] = await done(
    'CREATE TABLE w AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY k; DESCRIBE w;',
  ).then(messages => messages.slice(1))
  expect(windowed).toContain('tumbling window of 60000 ms')
})
