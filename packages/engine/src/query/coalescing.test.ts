import {expect, test} from 'vitest'
import {Engine} from '../engine.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'

async function changesOf(statements: string): Promise<number | undefined> {
  const storage = openSimulatedStorage()
  const engine = await Engine.open({storage, tasks: 'manual', properties: {'auto.offset.reset': 'earliest'}})
  await engine.execute(`CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1);`)
  await engine.produce({topic: 's', records: ['a', 'b', 'a', 'a'].map(key => ({key, value: {V: 1}}))})
  const result = await engine.execute(`${statements} CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`)
  expect(result.kind).toBe('executed')
  await engine.settle()
  const topic = await engine.topic('T')
  await engine.close()
  return topic?.partitions[0]?.endOffset
}

test('an aggregate writes every change, or with a cache the last change of each key of a commit', async () => {
  expect(await changesOf('')).toBe(4)
  expect(await changesOf(`SET 'cache.max.bytes.buffering' = '10000000';`)).toBe(2)
  expect(await changesOf(`SET 'cache.max.bytes.buffering' = '0';`)).toBe(4)
})
