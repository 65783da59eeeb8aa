import {expect, test} from 'vitest'
import type {BadRow} from '../operators/operator.ts'
import type {Step} from '../plan/step.ts'
import {BIGINT, VARCHAR} from '../schema/sql-type.ts'
import {TopologyDriver} from '../testing/topology-driver.ts'
import * as kit from './testkit.ts'
import {column, count, row, source, type ResultRow, type TestRow} from './testkit.ts'

const stream = source('l', 'stream', {V: BIGINT})
const otherStream = source('r', 'stream', {W: BIGINT})
const table = source('l', 'table', {V: BIGINT}, {store: 'l'})
const otherTable = source('r', 'table', {W: BIGINT}, {store: 'r'})

type Script = readonly (readonly ['l' | 'r', TestRow])[]

function run(
  plan: Step,
  script: Script,
  inputs: {readonly l: Step; readonly r?: Step} = {l: stream, r: otherStream},
  bad: BadRow[] = [],
) {
  const driver = new TopologyDriver(plan, kit.testEnv(bad))
  for (const [topic, each] of script) driver.pipe(topic, kit.chunkOf([each], inputs[topic] ?? inputs.l))
  return kit.rowsOf(driver.results)
}

const lefts = (...rows: readonly TestRow[]): Script => rows.map(each => ['l', each])
const brief = (rows: readonly ResultRow[]) =>
  rows.map(
    ({key, window, value, time}) =>
      `${[...key, ...(window ?? [])].join(' ')} -> ${value === null ? 'gone' : value.join(' ')} @${time}`,
  )

test('a row that stops passing HAVING becomes a tombstone, one that never passed gives nothing', () => {
  const grouped = kit.aggregate(kit.rekey(table, [column(1, BIGINT)]), [count])
  const plan = kit.filter(grouped, kit.greater(column(1, BIGINT), kit.literal(1, BIGINT)))
  const rows = run(plan, lefts(row('a', [1]), row('b', [1]), row('c', [2]), row('b', null, 7)), {l: table})
  expect(brief(rows)).toEqual(['1 -> 2 @0', '1 -> gone @7'])
})

test('a change between groups gives the old group first, inside a group it gives one row, and a group never goes away', () => {
  const plan = kit.aggregate(kit.rekey(table, [column(1, BIGINT)]), [count])
  const rows = run(plan, lefts(row('a', [1], 1), row('a', [1], 2), row('a', [2], 3), row('a', null, 4)), {l: table})
  expect(brief(rows)).toEqual(['1 -> 1 @1', '1 -> 1 @2', '1 -> 0 @3', '2 -> 1 @3', '2 -> 0 @4'])
})

test('a late row counts in the windows that are still open, and is reported when there is none', () => {
  const bad: BadRow[] = []
  const plan = kit.aggregate(stream, [count], {kind: 'hopping', sizeMs: 10, advanceMs: 5, graceMs: 0, retentionMs: 100})
  const rows = run(plan, lefts(row('a', [0], 16), row('b', [0], 9), row('a', [0], 14)), {l: stream}, bad)
  expect(brief(rows)).toEqual(['a 10 20 -> 1 @16', 'a 15 25 -> 1 @16', 'a 10 20 -> 2 @16'])
  expect(bad).toMatchObject([{kind: 'late', timestampMs: 9}])
})

test('sessions that a row joins leave tombstones with their old end as time', () => {
  const plan = kit.aggregate(stream, [count], {kind: 'session', gapMs: 5, graceMs: 50, retentionMs: 100})
  const rows = run(plan, lefts(row('a', [0], 10), row('a', [0], 20), row('a', [0], 15), row('a', [0], 15)))
  expect(brief(rows)).toEqual([
    'a 10 10 -> 1 @10',
    'a 20 20 -> 1 @20',
    'a 10 10 -> gone @10',
    'a 20 20 -> gone @20',
    'a 10 20 -> 3 @20',
    'a 10 20 -> gone @20',
    'a 10 20 -> 4 @20',
  ])
})

test('EMIT FINAL gives windows once, in order of start and key; windows that time jumped over are lost unless asked for', () => {
  const plan = kit.suppress(kit.aggregate(stream, [count], {kind: 'tumbling', sizeMs: 2, graceMs: 1, retentionMs: 100}), 1)
  const script = lefts(row('b', [0], 0), row('a', [0], 2), row('b', [0], 1), row('b', [0], 2), row('a', [0], 5))
  expect(brief(run(plan, script))).toEqual(['a 2 4 -> 1 @2', 'b 2 4 -> 1 @2'])
  const driver = new TopologyDriver(plan, {...kit.testEnv(), options: {suppressLosesSkippedWindows: false}})
  for (const [topic, each] of script) driver.pipe(topic, kit.chunkOf([each], stream))
  expect(brief(kit.rowsOf(driver.results))).toEqual(['b 0 2 -> 2 @1', 'a 2 4 -> 1 @2', 'b 2 4 -> 1 @2'])
})

test('a left stream join without grace gives the unmatched row at once, and the pair when it comes', () => {
  const plan = kit.streamStreamJoin(stream, otherStream, 'left', {beforeMs: 10, afterMs: 10})
  const rows = run(plan, [
    ['l', row('a', [1], 5)],
    ['r', row('a', [2], 15)],
    ['r', row('a', [3], 16)],
  ])
  expect(brief(rows)).toEqual(['a -> 1  @5', 'a -> 1 2 @15'])
})

test('with grace, unmatched rows come when their time is over, before the row that shows it is joined', () => {
  const plan = kit.streamStreamJoin(stream, otherStream, 'full', {beforeMs: 10, afterMs: 10, graceMs: 5})
  const rows = run(plan, [
    ['l', row('a', [1], 0)],
    ['r', row('b', [2], 0)],
    ['l', row('c', [3], 15)],
    ['r', row('c', [4], 16)],
    ['l', row('d', [5], 1)],
  ])
  expect(brief(rows)).toEqual(['a -> 1  @0', 'b ->  2 @0', 'c -> 3 4 @16', 'd -> 5  @1'])
})

test('a late row is not kept, but finds what the other side retains', () => {
  const plan = kit.streamStreamJoin(stream, otherStream, 'right', {beforeMs: 10, afterMs: 10, graceMs: 10})
  const rows = run(plan, [
    ['l', row('x', [0], 100)],
    ['r', row('a', [1], 30)],
    ['l', row('a', [2], 35)],
    ['r', row('a', [3], 40)],
  ])
  expect(brief(rows)).toEqual(['a ->  1 @30', 'a -> 2 1 @35', 'a ->  3 @40'])
})

test('a stream row without a key is unmatched in a left join, and a null value gives nothing', () => {
  const rows = run(kit.streamTableJoin(stream, otherTable, 'left'), [
    ['r', row('a', [7], 9)],
    ['l', row('a', [1], 1)],
    ['l', row(null, [2], 2)],
    ['l', row('a', null, 3)],
    ['r', row('a', null, 9)],
    ['l', row('a', [4], 4)],
  ])
  expect(brief(rows)).toEqual(['a -> 1 7 @1', ' -> 2  @2', 'a -> 4  @4'])
})

test('a foreign-key join answers in the order of left keys, and gives a tombstone where a row loses its partner', () => {
  const people = source('l', 'table', {OF: VARCHAR}, {store: 'l'})
  const rows = run(
    kit.foreignKeyJoin(people, otherTable, 'inner', column(1, VARCHAR)),
    [
      ['l', row('2', ['x'], 1)],
      ['l', row('1', ['x'], 2)],
      ['r', row('x', [9], 1)],
      ['l', row('1', ['y'], 3)],
      ['r', row('x', null, 4)],
      ['l', row('2', null, 5)],
    ],
    {l: people, r: otherTable},
  )
  expect(brief(rows)).toEqual(['1 -> x 9 @1', '2 -> x 9 @1', '1 -> gone @3', '2 -> gone @4', '2 -> gone @5'])
})

test('rows of a group with a NULL column are dropped and reported, and do not move stream time', () => {
  const bad: BadRow[] = []
  const plan = kit.aggregate(kit.rekey(stream, [column(1, BIGINT)]), [count], {
    kind: 'tumbling',
    sizeMs: 5,
    graceMs: 0,
    retentionMs: 50,
  })
  const rows = run(plan, lefts(row('a', [null], 50), row('a', [1], 2), row('a', null, 60)), {l: stream}, bad)
  expect(brief(rows)).toEqual(['1 0 5 -> 1 @2'])
  expect(bad).toMatchObject([{kind: 'null-key', timestampMs: 50}])
})
