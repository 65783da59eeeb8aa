import fc from 'fast-check'
import {expect, test} from 'vitest'
import {rowCodec} from '../batch/row-codec.ts'
import type {Chunk} from '../chunk/chunk.ts'
import type {Sink} from '../plan/query-plan.ts'
import type {Step} from '../plan/step.ts'
import {BIGINT, VARCHAR} from '../schema/sql-type.ts'
import type {Row, Value} from '../schema/value.ts'
import {keyCodec} from '../serde/key-codec.ts'
import {storedTypes} from '../state/layout.ts'
import {TopologyDriver} from '../testing/topology-driver.ts'
import * as kit from './testkit.ts'
import {column, count, formats, row, source, sum, type TestRow} from './testkit.ts'

/** Each operator's final table against a recomputation from the whole input, in the plainest code. */

type Event = {readonly topic: 'l' | 'r'; readonly row: TestRow}

const stream = source('l', 'stream', {V: BIGINT})
const left = source('l', 'table', {OF: VARCHAR, V: BIGINT}, {store: 'l'})
const right = source('r', 'table', {W: BIGINT}, {store: 'r'})

const names = fc.constantFrom('a', 'b', 'c', 'd')
const numbers = fc.option(fc.integer({min: -3, max: 3}), {freq: 5})
const times = fc.integer({min: 0, max: 50})
const streamRow = fc.tuple(fc.option(names), fc.option(numbers, {freq: 8}), times).map(([key, v, time]) => row(key, [v], time))
const leftEvent = fc.record({
  topic: fc.constant('l' as const),
  row: fc
    .tuple(names, fc.option(fc.tuple(fc.option(names), numbers), {freq: 4}), times)
    .map(([key, value, time]) => row(key, value, time)),
})
const rightEvent = fc.record({
  topic: fc.constant('r' as const),
  row: fc.tuple(names, fc.option(numbers, {freq: 4}), times).map(([key, w, time]) => row(key, w === null ? null : [w], time)),
})
const tableEvents = fc.array(fc.oneof(leftEvent, rightEvent), {maxLength: 60})

function finalTable(
  plan: Step,
  events: readonly Event[],
  inputs: {readonly l: Step; readonly r?: Step},
): ReadonlyMap<string, unknown> {
  const driver = new TopologyDriver(plan, kit.testEnv())
  events.forEach(({topic, row: each}, i) => {
    driver.pipe(topic, kit.chunkOf([each], inputs[topic] ?? inputs.l))
    if (i % 5 === 4) driver.commit()
    if (i % 11 === 10) {
      driver.commit()
      driver.restart()
    }
  })
  return lastRows(driver.results)
}

function lastRows(results: readonly Chunk[]): ReadonlyMap<string, unknown> {
  const table = new Map<string, unknown>()
  for (const {key, window, value} of kit.rowsOf(results)) {
    const text = JSON.stringify([...key, ...(window ?? [])])
    if (value === null) table.delete(text)
    else table.set(text, value)
  }
  return table
}

const check = <T>(events: fc.Arbitrary<T>, actual: (events: T) => unknown, expected: (events: T) => unknown) =>
  fc.assert(
    fc.property(events, input => {
      expect(actual(input)).toEqual(expected(input))
    }),
    {numRuns: 100},
  )

const tablesOf = (events: readonly Event[]) => {
  const tables = {l: new Map<Value, Row>(), r: new Map<Value, Row>()}
  for (const {
    topic,
    row: {key, value},
  } of events)
    if (value === null) tables[topic].delete(key[0]!)
    else tables[topic].set(key[0]!, value)
  return tables
}

const asTable = (rows: readonly (readonly [Value, Row])[]) => new Map(rows.map(([key, value]) => [JSON.stringify([key]), value]))

test('tumbling and hopping windows hold all rows that came before the window closed', () => {
  for (const advanceMs of [10, 4]) {
    const over = {kind: 'hopping', sizeMs: 10, advanceMs, graceMs: 6, retentionMs: 100} as const
    const plan = kit.aggregate(stream, [count, sum(column(1, BIGINT))], over)
    check(
      fc.array(streamRow, {maxLength: 50}),
      rows =>
        finalTable(
          plan,
          rows.map(each => ({topic: 'l', row: each})),
          {l: stream},
        ),
      rows => {
        const table = new Map<string, Row>()
        let streamTime = -Infinity
        for (const {key, value, time} of rows) {
          if (key[0] === null) continue
          streamTime = Math.max(streamTime, time)
          for (let start = 0; start <= time; start += advanceMs) {
            if (time >= start + 10 || start + 10 <= streamTime - 6) continue
            const text = JSON.stringify([key[0], start, start + 10])
            const [rowsSoFar, total] = (table.get(text) ?? [0, 0]) as [number, number]
            table.set(text, [rowsSoFar + 1, total + Number(value?.[0] ?? 0)])
          }
        }
        return table
      },
    )
  }
})

test('sessions are the runs of rows with no gap above the limit', () => {
  const plan = kit.aggregate(stream, [count], {kind: 'session', gapMs: 3, graceMs: 1000, retentionMs: 2000})
  check(
    fc.array(streamRow, {maxLength: 50}),
    rows =>
      finalTable(
        plan,
        rows.map(each => ({topic: 'l', row: each})),
        {l: stream},
      ),
    rows => {
      const table = new Map<string, Row>()
      for (const name of ['a', 'b', 'c', 'd']) {
        const sorted = rows
          .filter(({key}) => key[0] === name)
          .map(({time}) => time)
          .toSorted((x, y) => x - y)
        for (let from = 0; from < sorted.length;) {
          let to = from
          while (to + 1 < sorted.length && sorted[to + 1]! - sorted[to]! <= 3) to++
          table.set(JSON.stringify([name, sorted[from], sorted[to]]), [to - from + 1])
          from = to + 1
        }
      }
      return table
    },
  )
})

test('an aggregate over a table describes the rows that the table has now', () => {
  const plan = kit.aggregate(kit.rekey(left, [column(1, VARCHAR)]), [count, sum(column(2, BIGINT))])
  check(
    fc.array(leftEvent, {maxLength: 60}),
    events => new Map([...finalTable(plan, events, {l: left})].filter(([, value]) => (value as Row)[0] !== 0)),
    events => {
      const groups = new Map<string, Row>()
      for (const [of, v] of tablesOf(events).l.values()) {
        if (of === null) continue
        const text = JSON.stringify([of])
        const [rows, total] = (groups.get(text) ?? [0, 0]) as [number, number]
        groups.set(text, [rows + 1, total + Number(v ?? 0)])
      }
      return groups
    },
  )
})

for (const join of ['inner', 'left', 'right', 'full'] as const)
  test(`a table-table join, ${join}, has the rows that joining the two tables gives`, () => {
    check(
      tableEvents,
      events => finalTable(kit.tableTableJoin(left, right, join), events, {l: left, r: right}),
      events => {
        const {l, r} = tablesOf(events)
        const rows = [...new Set([...l.keys(), ...r.keys()])].flatMap((key): [Value, Row][] => {
          const [mine, theirs] = [l.get(key), r.get(key)]
          if (mine === undefined && (join === 'inner' || join === 'left')) return []
          if (theirs === undefined && (join === 'inner' || join === 'right')) return []
          return [[key, [...(mine ?? [null, null]), ...(theirs ?? [null])]]]
        })
        return asTable(rows)
      },
    )
  })

for (const join of ['inner', 'left'] as const)
  test(`a foreign-key join, ${join}, has the rows that looking each foreign key up gives`, () => {
    check(
      tableEvents,
      events => finalTable(kit.foreignKeyJoin(left, right, join, column(1, VARCHAR)), events, {l: left, r: right}),
      events => {
        const {l, r} = tablesOf(events)
        const rows = [...l].flatMap(([key, mine]): [Value, Row][] => {
          const theirs = mine[0] === null ? undefined : r.get(mine[0]!)
          return theirs === undefined && join === 'inner' ? [] : [[key, [...mine, ...(theirs ?? [null])]]]
        })
        return asTable(rows)
      },
    )
  })

test('an inner stream-stream join has every pair within the limits, whatever the order of arrival', () => {
  const other = source('r', 'stream', {W: BIGINT})
  const plan = kit.streamStreamJoin(source('l', 'stream', {V: BIGINT}), other, 'inner', {beforeMs: 5, afterMs: 2, graceMs: 1000})
  const event = fc.record({
    topic: fc.constantFrom('l' as const, 'r' as const),
    row: fc.tuple(names, fc.integer(), times).map(([key, v, time]) => row(key, [v], time)),
  })
  check(
    fc.array(event, {maxLength: 40}),
    events => {
      const driver = new TopologyDriver(plan, kit.testEnv())
      for (const {topic, row: each} of events) driver.pipe(topic, kit.chunkOf([each], other))
      return kit
        .rowsOf(driver.results)
        .map(each => JSON.stringify(each))
        .toSorted()
    },
    events => {
      const side = (topic: string) => events.filter(each => each.topic === topic).map(each => each.row)
      const pairs = side('l').flatMap(l =>
        side('r')
          .filter(r => r.key[0] === l.key[0] && r.time - l.time >= -5 && r.time - l.time <= 2)
          .map(r => ({key: l.key, value: [...l.value!, ...r.value!], time: Math.max(l.time, r.time)})),
      )
      return pairs.map(each => JSON.stringify(each)).toSorted()
    },
  )
})

test('the result store holds the final table, as pull queries read it', () => {
  const plan = kit.filter(left, kit.greater(column(2, BIGINT), kit.literal(0, BIGINT)))
  const sink: Sink = {sourceName: 'T', topic: 't', partitions: 1, formats, schema: plan.schema, store: 'result'}
  const keys = keyCodec([VARCHAR])
  const values = rowCodec(storedTypes([VARCHAR, BIGINT]))
  check(
    fc.array(leftEvent, {maxLength: 60}),
    events => {
      const driver = new TopologyDriver(plan, kit.testEnv(), {kind: 'sink', sink})
      events.forEach(({row: each}, i) => {
        driver.pipe('l', kit.chunkOf([each], left))
        if (i % 4 === 0) driver.commit()
      })
      driver.commit()
      return new Map(
        [...driver.committed('result')].map(([key, value]) => [
          JSON.stringify(keys.decode(Buffer.from(key, 'hex')).key),
          values.decode(value).slice(0, -1),
        ]),
      )
    },
    events => asTable([...tablesOf(events).l].filter(([, [, v]]) => v !== null && Number(v) > 0)),
  )
})
