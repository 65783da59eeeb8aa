import {expect, test, vi} from 'vitest'
import {Engine} from '../engine.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'

/** As `word n`, sorted. */
async function countsOf(engine: Engine): Promise<readonly string[]> {
  const result = await engine.pull('SELECT word, n FROM counts;')
  return result.kind === 'rows' ? result.rows.map(row => row.join(' ')).sort() : []
}

test('a query forgets what it made of records that a failover lost, and takes those that stand in their places', async () => {
  const storage = openSimulatedStorage()
  const engine = await Engine.open({storage})
  await engine.execute(`
    CREATE STREAM words (word VARCHAR) WITH (KAFKA_TOPIC='words', PARTITIONS=1);
    CREATE TABLE counts AS SELECT word, COUNT(*) AS n FROM words GROUP BY word;
    INSERT INTO words (word) VALUES ('a');`)
  await vi.waitFor(async () => expect(await countsOf(engine)).toEqual(['a 1']))
  const received = storage.snapshot()
  await engine.execute(`INSERT INTO words (word) VALUES ('lost'); INSERT INTO words (word) VALUES ('lost');`)
  await vi.waitFor(async () => expect(await countsOf(engine)).toEqual(['a 1', 'lost 2']))
  storage.takeOver(received)
  await engine.execute(`
    INSERT INTO words (word) VALUES ('b'); INSERT INTO words (word) VALUES ('b'); INSERT INTO words (word) VALUES ('a');`)
  await vi.waitFor(async () => expect(await countsOf(engine)).toEqual(['a 2', 'b 2']))
  await engine.close()
})
