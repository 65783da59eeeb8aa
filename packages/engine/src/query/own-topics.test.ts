import {afterEach, expect, test} from 'vitest'
import {commandTopic} from '../catalog/command-log.ts'
import {Engine} from '../engine.ts'
import {processingLogTopic} from '../runtime/processing-log.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'

const engines: Engine[] = []
afterEach(async () => {
  await Promise.all(engines.splice(0).map(engine => engine.close()))
})

async function open() {
  const engine = await Engine.open({storage: openSimulatedStorage(), tasks: 'manual'})
  engines.push(engine)
  await engine.execute(`CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=2, VALUE_FORMAT='JSON');
    CREATE TABLE t AS SELECT v, COUNT(*) AS n FROM s GROUP BY v;`)
  return engine
}

test("the catalog's topic and those between parts of a query are neither dropped nor altered nor written to", async () => {
  const engine = await open()
  const own = (await engine.topics()).filter(({isInternal, name}) => isInternal && name !== processingLogTopic)
  expect(own.map(({name}) => name)).toEqual([expect.stringMatching(/^CTAS_T_.*-repartition$/), commandTopic])
  const refused = {code: 'TOPIC_MISMATCH', message: expect.stringContaining("it is one of Millrace's own")}
  for (const {name} of own) {
    await expect(engine.dropTopic(name)).rejects.toMatchObject(refused)
    await expect(engine.alterTopic(name, {retentionMs: 1})).rejects.toMatchObject(refused)
    await expect(engine.produce({topic: name, records: [{value: 1}]})).rejects.toMatchObject(refused)
    for (const sql of [`DROP TOPIC '${name}';`, `ALTER TOPIC '${name}' WITH (RETENTION_MS=1);`])
      expect(await engine.execute(`CREATE TOPIC before; ${sql}`)).toMatchObject({kind: 'rejected', ...refused})
  }
  expect(await engine.topic('before')).toBeUndefined()
})

test('no stream stands over what a query keeps between its parts, so that none is written to or dropped by it', async () => {
  const engine = await open()
  const name = (await engine.topics()).find(topic => topic.name.endsWith('-repartition'))?.name
  for (const sql of ['CREATE STREAM x (a INT)', 'CREATE STREAM x'])
    expect(
      await engine.execute(`${sql} WITH (KAFKA_TOPIC='${name}')${sql.endsWith('x') ? ' AS SELECT * FROM s' : ''};`),
    ).toMatchObject({kind: 'rejected'})
  expect(await engine.execute(`CREATE STREAM x (query VARCHAR) WITH (KAFKA_TOPIC='${processingLogTopic}');`)).toMatchObject({
    kind: 'executed',
  })
})

test('the processing log may be kept shorter, and dropped', async () => {
  const engine = await open()
  await engine.alterTopic(processingLogTopic, {retentionMs: 1000})
  await engine.dropTopic(processingLogTopic)
  expect(await engine.topic(processingLogTopic)).toBeUndefined()
})
