import {expect, test} from 'vitest'
import {Engine} from '../engine.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {instantClock} from '../testing/instant-clock.ts'

async function changesOf(statements: string): Promise<number | undefined> {
  const storage = openSimulatedStorage({clock: instantClock()}).storage
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

test('an aggregate writes the last change of each key of a commit, or every change when the cache is set to 0', async () => {
  expect(await changesOf('')).toBe(2)
  expect(await changesOf(`SET 'cache.max.bytes.buffering' = '0';`)).toBe(4)
})
