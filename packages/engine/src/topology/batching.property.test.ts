import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {Chunk} from '../chunk/chunk.ts'
import type {Step} from '../plan/step.ts'
import {BIGINT, VARCHAR} from '../schema/sql-type.ts'
import {TopologyDriver} from '../testing/topology-driver.ts'
import {buildInline} from './inline-topology.ts'
import * as kit from './testkit.ts'
import {column, count, max, row, source, sum, type ResultRow, type TestRow} from './testkit.ts'

type Event = {readonly topic: string; readonly row: TestRow}

const left = source('l', 'stream', {V: BIGINT})
const right = source('r', 'stream', {W: BIGINT})
const leftTable = source('l', 'table', {V: BIGINT}, {store: 'l'})
const rightTable = source('r', 'table', {W: BIGINT}, {store: 'r'})
const people = source('l', 'table', {OF: VARCHAR}, {store: 'l'})
const value = column(1, BIGINT)
const atLeast3 = kit.greater(value, kit.literal(2, BIGINT))
const tumbling = {kind: 'tumbling', sizeMs: 10, graceMs: 5, retentionMs: 1000} as const
const hopping = {kind: 'hopping', sizeMs: 10, advanceMs: 4, graceMs: 5, retentionMs: 1000} as const
const session = {kind: 'session', gapMs: 5, graceMs: 10, retentionMs: 100} as const
const near = {beforeMs: 4, afterMs: 7}

const distinct = kit.project(
  kit.filter(kit.aggregate(kit.rekey(leftTable, [value]), [count]), kit.greater(value, kit.literal(0, BIGINT))),
  [],
)

const plans: Readonly<Record<string, Step>> = {
  'filter over a stream': kit.filter(left, atLeast3),
  'filter over a table': kit.filter(leftTable, atLeast3),
  'projection of a filtered table': kit.filter(kit.project(leftTable, [value, value]), atLeast3),
  'aggregate over a stream': kit.aggregate(left, [count, sum(value), max(value)]),
  'aggregate over a rekeyed stream, with HAVING': kit.filter(kit.aggregate(kit.rekey(left, [value]), [count]), atLeast3),
  'aggregate over a table': kit.aggregate(kit.rekey(leftTable, [value]), [count, sum(value)]),
  'tumbling windows': kit.aggregate(left, [count, sum(value)], tumbling),
  'tumbling windows with HAVING': kit.filter(kit.aggregate(left, [count], tumbling), atLeast3),
  'hopping windows': kit.aggregate(left, [count, sum(value)], hopping),
  sessions: kit.aggregate(left, [count, sum(value)], session),
  'sessions with HAVING': kit.filter(kit.aggregate(left, [count], session), atLeast3),
  'final tumbling windows': kit.suppress(kit.aggregate(left, [count], tumbling), 5),
  'final hopping windows': kit.suppress(kit.aggregate(left, [count], hopping), 5),
  'final sessions': kit.suppress(kit.aggregate(left, [count], session), 10),
  'stream-stream join, inner': kit.streamStreamJoin(left, right, 'inner', near),
  'stream-stream join, left, eager': kit.streamStreamJoin(left, right, 'left', near),
  'stream-stream join, left': kit.streamStreamJoin(left, right, 'left', {...near, graceMs: 3}),
  'stream-stream join, full': kit.streamStreamJoin(left, right, 'full', {...near, graceMs: 0}),
  'stream-stream join of a rekeyed stream': kit.streamStreamJoin(
    kit.rekey(left, [column(0, VARCHAR)], {onNullKey: 'drop-all-null'}),
    right,
    'right',
    {...near, graceMs: 3},
  ),
  'stream-table join, inner': kit.streamTableJoin(left, rightTable, 'inner'),
  'stream-table join, left': kit.streamTableJoin(left, rightTable, 'left'),
  'table-table join, inner, filtered': kit.filter(kit.tableTableJoin(leftTable, rightTable, 'inner'), atLeast3),
  'table-table join, left': kit.tableTableJoin(leftTable, rightTable, 'left'),
  'table-table join, right': kit.tableTableJoin(leftTable, rightTable, 'right'),
  'table-table join, full': kit.tableTableJoin(leftTable, rightTable, 'full'),
  'foreign-key join, inner': kit.foreignKeyJoin(people, rightTable, 'inner', column(1, VARCHAR)),
  'foreign-key join, left, aggregated': kit.aggregate(
    kit.rekey(kit.foreignKeyJoin(people, rightTable, 'left', column(1, VARCHAR)), [column(1, VARCHAR)]),
    [count],
  ),
  union: {kind: 'union', version: 1, id: 'union', schema: left.schema, gives: 'stream', left, right},
  'distinct groups of a table': {...distinct, kind: 'distinct', id: 'distinct', input: distinct},
  'stream joined with itself': kit.streamStreamJoin(left, source('l2', 'stream', {W: BIGINT}, {topic: 'l'}), 'left', near),
}

const keys = fc.constantFrom('a', 'b', 'c', null)
const times = fc.oneof(fc.integer({min: 0, max: 60}), fc.integer({min: 20, max: 30}))
const numbers = fc.option(fc.option(fc.integer({min: 0, max: 4}), {freq: 5}), {freq: 6})

const eventsOf = (plan: Step): fc.Arbitrary<readonly Event[]> => {
  const isPeople = JSON.stringify(plan).includes('"name":"OF"')
  const values = (topic: string) =>
    isPeople && topic === 'l'
      ? fc.option(
          keys.map(key => [key]),
          {freq: 6},
        )
      : numbers.map(v => (v === null ? null : [v]))
  const event = (topic: string) =>
    fc.record({topic: fc.constant(topic), row: fc.tuple(keys, values(topic), times).map(([key, of, time]) => row(key, of, time))})
  return fc.array(usesBoth(plan) ? fc.oneof(event('l'), event('r')) : event('l'), {maxLength: 40})
}

const usesBoth = (plan: Step): boolean => JSON.stringify(plan).includes('"topic":"r"')

const sourceOf = (plan: Step, topic: string): Step => {
  if (plan.kind === 'source') return plan.topic === topic ? plan : left
  if ('input' in plan) return sourceOf(plan.input, topic)
  return topic === 'r' ? right : sourceOf(plan.left, topic)
}

type Cut = {readonly rowsMax: number; readonly commitEvery: number; readonly restartEvery: number}

function run(plan: Step, events: readonly Event[], cut: Cut): readonly ResultRow[] {
  const driver = new TopologyDriver(plan, kit.testEnv())
  let chunks = 0
  for (let from = 0; from < events.length;) {
    const {topic} = events[from]!
    let to = from
    while (to < events.length && to - from < cut.rowsMax && events[to]!.topic === topic) to++
    const chunk = kit.chunkOf(
      events.slice(from, to).map(event => event.row),
      sourceOf(plan, topic),
    )
    const offsets = Array.from({length: to - from}, (_, i) => from + i)
    driver.pipe(topic, {...chunk, origin: {topic, partition: 0, offsets}})
    chunks++
    if (chunks % cut.commitEvery === 0) driver.commit()
    if (chunks % cut.restartEvery === 0) {
      driver.commit()
      driver.restart()
    }
    from = to
  }
  return kit.rowsOf(driver.results, plan.schema.key.length)
}

function runInline(plan: Step, events: readonly Event[]): readonly ResultRow[] {
  const inline = buildInline(plan, kit.testEnv())
  const results: Chunk[] = []
  events.forEach(({topic, row: each}, i) => {
    const chunk = {...kit.chunkOf([each], sourceOf(plan, topic)), origin: {topic, partition: 0, offsets: [i]}}
    const parts = inline.inputs.flatMap((input, at) => (input.topic === topic ? [{input: at, chunk}] : []))
    inline.processShared(parts, result => results.push(result))
  })
  return kit.rowsOf(results, plan.schema.key.length)
}

for (const [name, plan] of Object.entries(plans))
  test(`${name}: what comes out does not depend on how the input was cut, nor on restarts`, () => {
    fc.assert(
      fc.property(eventsOf(plan), fc.integer({min: 2, max: 7}), fc.integer({min: 1, max: 5}), (events, rowsMax, restartEvery) => {
        const oneByOne = run(plan, events, {rowsMax: 1, commitEvery: Infinity, restartEvery: Infinity})
        expect(run(plan, events, {rowsMax: Infinity, commitEvery: Infinity, restartEvery: Infinity})).toEqual(oneByOne)
        expect(runInline(plan, events)).toEqual(oneByOne)
        expect(run(plan, events, {rowsMax, commitEvery: 2, restartEvery: Infinity})).toEqual(oneByOne)
        expect(run(plan, events, {rowsMax, commitEvery: 3, restartEvery})).toEqual(oneByOne)
      }),
      {numRuns: 60},
    )
  })
