import {expect, test} from 'vitest'
import {Engine} from '../../engine.ts'
import {limits} from '../../limits.ts'
import {openSimulatedStorage} from '../../storage/simulated/open.ts'
import {accepted} from '../../testing/answers.ts'

test('a subscriber that is slower than the feed reads the log itself: every row once, in order', async () => {
  const storage = openSimulatedStorage()
  const engine = await Engine.open({storage})
  await engine.execute(`CREATE STREAM s (i INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1);`)
  const slow = accepted(await engine.push('SELECT i FROM s EMIT CHANGES;'))
  const count = limits.feedBatchesMax * 3
  for (let i = 0; i < count; i++) await engine.produce({topic: 's', records: [{value: {I: i}}]})
  const rows: unknown[] = []
  for await (const batch of slow) {
    rows.push(...batch.rows.map(([i]) => i))
    if (rows.length >= count) break
  }
  expect(rows).toEqual(Array.from({length: count}, (_, i) => i))
  await engine.close()
})

test('a subscriber is told how many records were gone before it came to them', async () => {
  const storage = openSimulatedStorage()
  const engine = await Engine.open({storage})
  await engine.execute(`CREATE STREAM s (i INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1);`)
  const produce = (i: number): Promise<unknown> => engine.produce({topic: 's', records: [{value: {I: i}}]})
  for (let i = 0; i < 5; i++) await produce(i)
  await storage.log.trim({topic: 's', partition: 0}, 0)
  const slow = accepted(await engine.push('SELECT i FROM s EMIT CHANGES;', {properties: {'auto.offset.reset': 'earliest'}}))
  await slow.next()
  await storage.log.trim({topic: 's', partition: 0}, 3)
  const {value} = await slow.next()
  expect(value).toMatchObject({rows: [[3]], dropped: 3})
  await slow.return?.()
  await engine.close()
})
