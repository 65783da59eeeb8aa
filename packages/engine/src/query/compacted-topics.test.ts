import {expect, onTestFinished, test} from 'vitest'
import {silentLogger} from '../base/logger.ts'
import {Engine} from '../engine.ts'
import {Cleaner} from '../log/cleaner.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {accepted} from '../testing/answers.ts'
import {instantClock} from '../testing/instant-clock.ts'

/** A topic of prices, each written three times, one of them gone; compacted: offsets 3 (b), 6 (a), 7 (c, gone), 8 (d) are left. */
async function open() {
  const storage = openSimulatedStorage()
  const engine = await Engine.open({storage})
  onTestFinished(() => engine.close())
  const run = async (sql: string) => accepted(await engine.execute(sql))
  await run(`CREATE TABLE prices (k VARCHAR PRIMARY KEY, v INT)
    WITH (KAFKA_TOPIC='prices', PARTITIONS=1, VALUE_FORMAT='JSON', CLEANUP_POLICY='compact');`)
  const write = (key: string, v: number | null) =>
    engine.produce({topic: 'prices', records: [{key, value: v === null ? null : {V: v}}]})
  for (const [key, v] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
    ['b', 4],
    ['a', 5],
    ['c', 6],
    ['a', 7],
    ['c', null],
    ['d', 8],
  ] as const)
    await write(key, v)
  const cleaner = new Cleaner({log: storage.log, documents: storage.groups, clock: instantClock(1e15), logger: silentLogger})
  return {engine, run, write, compact: () => cleaner.round()}
}

const page = {topic: 'prices', from: {kind: 'earliest'}, recordsMax: 100} as const

test('a table over a compacted topic that is read from its begin has the latest of every key', async () => {
  const {engine, run, compact} = await open()
  expect((await compact()).bytesCompacted).toBeGreaterThan(0)
  await run('CREATE TABLE t AS SELECT k, v FROM prices;')
  await engine.settle()
  const pulled = await engine.pull('SELECT * FROM t ORDER BY k;')
  expect(pulled.kind === 'rows' && pulled.rows).toEqual([
    ['a', 7],
    ['b', 4],
    ['d', 8],
  ])
})

test('an offset, a time or a cursor in a gap gives the record behind it', async () => {
  const {engine, compact} = await open()
  const {records: before, cursor} = await engine.records({...page, recordsMax: 2})
  await compact()
  const {records} = await engine.records(page)
  expect(records.map(({offset}) => offset)).toEqual([3, 6, 7, 8])
  const offsets = async (from: Parameters<Engine['records']>[0]['from']) =>
    (await engine.records({...page, from, recordsMax: 2})).records.map(({offset}) => offset)
  expect(await offsets({kind: 'offsets', offsets: [{partition: 0, offset: 4}]})).toEqual([6, 7])
  expect(await offsets({kind: 'cursor', cursor})).toEqual([3, 6])
  expect(await offsets({kind: 'timestamp', timestampMs: before[0]?.timestampMs ?? 0})).toEqual([3, 6])
})

test('a group that stands in a gap goes on behind it, and its lag is that to the end', async () => {
  const {engine, compact, write} = await open()
  await engine.commitOffsets({group: 'g', offsets: [{topic: 'prices', partition: 0, offset: 4}]})
  await compact()
  const lag = async () => (await engine.group('g'))?.offsets.map(each => [each.lag, each.lagMs >= 0])
  expect(await lag()).toEqual([[5, true]])
  const consumer = engine.consume({topics: ['prices'], group: 'g'})
  const seen: number[] = []
  while (seen.length < 3) for (const {offset} of (await consumer.next()).value?.records ?? []) seen.push(offset)
  expect(seen).toEqual([6, 7, 8])
  await consumer.return?.()
  await engine.commitOffsets({group: 'g', offsets: [{topic: 'prices', partition: 0, offset: 9}]})
  expect(await lag()).toEqual([[0, true]])
  expect(await write('e', 1)).toMatchObject({ranges: [{firstOffset: 9}]})
})
