import {afterEach, beforeEach, expect, test} from 'vitest'
import type {StatementResult} from '../../engine-api.ts'
import {Engine} from '../../engine.ts'
import {openSimulatedStorage} from '../../storage/simulated/open.ts'
import {accepted, refusal} from '../../testing/answers.ts'

let engine: Engine
beforeEach(async () => {
  engine = await Engine.open({storage: openSimulatedStorage(), tasks: 'manual'})
  await run(`CREATE STREAM s (k INT KEY, v VARCHAR, n BIGINT) WITH (KAFKA_TOPIC='events', PARTITIONS=1);`)
})
afterEach(() => engine.close())

async function run(sql: string): Promise<StatementResult> {
  const last = accepted(await engine.execute(sql)).statements.at(-1)
  if (last === undefined) throw new Error('no statement')
  return last
}

const refused = async (sql: string) => refusal(await engine.execute(sql))

test('ASSERT SCHEMA looks at the columns of the sources over a topic', async () => {
  expect((await run(`ASSERT SCHEMA SUBJECT 'events-value' TIMEOUT 3 SECONDS;`)).message).toContain('exists')
  expect((await run(`ASSERT NOT EXISTS SCHEMA SUBJECT 'other-value';`)).message).toContain('does not exist')
  expect(await refused(`ASSERT SCHEMA SUBJECT 'events-other';`)).toContain('does not exist')
  expect(await refused(`ASSERT NOT EXISTS SCHEMA SUBJECT 'events-key';`)).toContain('exists')
  expect(await refused(`ASSERT SCHEMA ID 3;`)).toContain('no ids')
})

test('ASSERT STREAM compares columns', async () => {
  expect((await run('ASSERT STREAM s (k INT KEY, v VARCHAR, n BIGINT);')).message).toContain('as expected')
  expect(await refused('ASSERT STREAM s (k INT KEY, v VARCHAR);')).toContain('other columns')
  expect(await refused('ASSERT TABLE s (k INT KEY);')).toContain('is a stream')
})

test('SHOW VARIABLES tells what the script has defined so far', async () => {
  expect((await run(`DEFINE a = 'x'; DEFINE b = 'y'; UNDEFINE a; SHOW VARIABLES;`)).rows).toEqual([{name: 'B', value: 'y'}])
})

test('ALTER SYSTEM holds for all that follows', async () => {
  await run(`ALTER SYSTEM 'auto.offset.reset'='earliest';`)
  expect((await run('SHOW PROPERTIES;')).rows).toContainEqual({name: 'auto.offset.reset', value: 'earliest'})
})

test('connectors are refused with what to do instead', async () => {
  expect(await refused(`CREATE SOURCE CONNECTOR c WITH ('connector.class'='x');`)).toContain('produce mutation')
  expect(await refused('DROP CONNECTOR c;')).toContain('Kafka Connect')
  expect(await refused('DESCRIBE CONNECTOR c;')).toContain('Kafka Connect')
})

test('EXPLAIN shows plan, topology, state with its bound, and generated code', async () => {
  const {message} = await run(`EXPLAIN CREATE TABLE t AS SELECT v, COUNT(*) AS c, SUM(n + 1) AS s FROM s
    WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 2 DAYS) WHERE n > 3 GROUP BY v;`)
  expect(message).toContain('where (N > 3)')
  expect(message).toContain('Sub-topology 1')
  expect(message).toContain('aggregate-1: accumulators; one for each group and window, kept for 172800000 ms of stream time')
  expect(message).toContain('result: the result, for pull queries')
  expect(message).toMatch(/Generated code\n[^]*filter-1: \(N > 3\)\n[^]*for \(/)
  const unbounded = await run('EXPLAIN CREATE TABLE u AS SELECT v, COUNT(*) AS c FROM s GROUP BY v;')
  expect(unbounded.message).toContain('for ever')
})
