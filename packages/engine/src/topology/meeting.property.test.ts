import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {Chunk} from '../chunk/chunk.ts'
import type {Step} from '../plan/step.ts'
import {BIGINT, VARCHAR} from '../schema/sql-type.ts'
import {buildTask} from './build-task.ts'
import {splitTopology} from './split.ts'
import type {TaskTopology} from './task-topology.ts'
import * as kit from './testkit.ts'
import {column, row, source, type ResultRow, type TestRow} from './testkit.ts'

type Event = {readonly port: 0 | 1; readonly row: TestRow; readonly isMarked: boolean}

const left = source('l', 'stream', {V: BIGINT})
const right = source('r', 'stream', {W: BIGINT})
const leftTable = source('l', 'table', {V: BIGINT}, {store: 'l'})
const rightTable = source('r', 'table', {W: BIGINT}, {store: 'r'})
const few = kit.filter(left, kit.greater(column(1, BIGINT), kit.literal(1, BIGINT)))
const sameKey = kit.rekey(right, [column(0, VARCHAR)], {onNullKey: 'drop-all-null', needsRepartition: false})
const near = {beforeMs: 4, afterMs: 7}

const plans: Readonly<Record<string, Step>> = {
  'streams, inner': kit.streamStreamJoin(left, right, 'inner', near),
  'streams, left without grace': kit.streamStreamJoin(left, right, 'left', near),
  'streams, full, filtered and rekeyed': kit.streamStreamJoin(few, sameKey, 'full', {...near, graceMs: 3}),
  'streams, right, then filtered': kit.filter(
    kit.streamStreamJoin(left, kit.project(right, [column(1, BIGINT)]), 'right', {...near, graceMs: 0}),
    kit.greater(column(2, BIGINT), kit.literal(1, BIGINT)),
  ),
  'a stream and a table, inner': kit.streamTableJoin(few, rightTable, 'inner'),
  'a stream and a table, left': kit.streamTableJoin(left, rightTable, 'left'),
  'tables, inner': kit.tableTableJoin(leftTable, rightTable, 'inner'),
  'tables, full, then filtered': kit.filter(
    kit.tableTableJoin(leftTable, kit.project(rightTable, [column(1, BIGINT)]), 'full'),
    kit.greater(column(2, BIGINT), kit.literal(1, BIGINT)),
  ),
}

const events = fc.array(
  fc.record({
    port: fc.constantFrom(0 as const, 1 as const),
    row: fc
      .tuple(fc.constantFrom('a', 'b', null), fc.option(fc.option(fc.nat(4), {freq: 5}), {freq: 6}), fc.nat(40))
      .map(([key, v, time]) => row(key, v === null ? null : [v], time)),
    isMarked: fc.boolean(),
  }),
  {maxLength: 40},
)

const taskOf = (plan: Step): TaskTopology => buildTask(splitTopology(plan, 'q', {kind: 'result'})[0]!, 0, kit.testEnv())

function chunkOf(all: readonly Event[], port: 0 | 1, from: number): Chunk {
  const offsets = all.flatMap((event, i) => (event.port === port ? [from + i] : []))
  const ofPort = all.filter(event => event.port === port)
  const chunk = kit.chunkOf(
    ofPort.map(event => event.row),
    port === 0 ? left : right,
  )
  const headers = ofPort.map((event, i) => (event.isMarked ? [{key: `${port}/${offsets[i]}`, value: null}] : []))
  return {
    ...chunk,
    origin: {topic: port === 0 ? 'l' : 'r', partition: 0, offsets},
    ...(headers.some(each => each.length > 0) && {headers}),
  }
}

/** Where each run of events of one side ends. */
const turnsOf = (all: readonly Event[], from: number) => ({
  first: all[0]?.port ?? 0,
  ends: all.flatMap((event, i) => (event.port === all[i + 1]?.port ? [] : [from + i + 1])),
})

type Result = ResultRow & {readonly headers: readonly string[]}

function collect(task: TaskTopology): Result[] {
  const results = task.collect().flatMap(({chunk}) => {
    const headers = chunk.headers ?? []
    return kit.rowsOf([chunk]).map((each, i) => ({...each, headers: (headers[i] ?? []).map(({key}) => key)}))
  })
  task.drain()
  return results
}

function oneByOne(plan: Step, all: readonly Event[]): Result[] {
  const task = taskOf(plan)
  return all.flatMap((event, i) => {
    task.process(event.port, chunkOf([event], event.port, i))
    return collect(task)
  })
}

function together(plan: Step, all: readonly Event[], rowsMax: number): Result[] {
  const task = taskOf(plan)
  const results: Result[] = []
  for (let from = 0; from < all.length; from += rowsMax) {
    const part = all.slice(from, from + rowsMax)
    task.processBoth!({input: 0, chunk: chunkOf(part, 0, from)}, {input: 1, chunk: chunkOf(part, 1, from)}, turnsOf(part, from))
    if (from % 3 === 0) results.push(...collect(task))
  }
  return [...results, ...collect(task)]
}

for (const [name, plan] of Object.entries(plans))
  test(`join of ${name}: rows of both sides given at once come out as one by one`, () => {
    fc.assert(
      fc.property(events, fc.integer({min: 1, max: 12}), (all, rowsMax) => {
        expect(together(plan, all, rowsMax)).toEqual(oneByOne(plan, all))
      }),
      {numRuns: 80},
    )
  })

test('only two topics meet, with nothing on the way that makes other rows of theirs', () => {
  const self = source('l2', 'stream', {W: BIGINT}, {topic: 'l'})
  const looked = {...kit.streamTableJoin(left, rightTable, 'inner'), rightStore: 'table'}
  expect(taskOf(kit.streamStreamJoin(left, right, 'inner', near)).processBoth).toBeDefined()
  expect(taskOf(kit.streamStreamJoin(left, self, 'inner', near)).processBoth).toBeUndefined()
  expect(taskOf(kit.streamStreamJoin(looked, right, 'inner', near)).processBoth).toBeUndefined()
  expect(taskOf(kit.streamTableJoin(left, kit.aggregate(right, [kit.count]), 'inner')).processBoth).toBeUndefined()
})
