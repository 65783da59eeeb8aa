import fc from 'fast-check'
import {expect, test} from 'vitest'
import {BIGINT, BOOLEAN, DOUBLE, INT, VARCHAR, array, decimal, map, struct} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {allFunctions} from '../functions/registry.ts'
import {aggregateRows, aggregatorFor} from '../functions/test-call.ts'
import {aggregator as typedAggregator} from './define.ts'

const over = (name: string, type: SqlType, values: readonly Value[], properties = {}) =>
  aggregateRows(name, [[type, 0]], values.map(value => [value]), properties) // prettier-ignore

test('COUNT counts rows, or values that are not NULL', () => {
  expect(aggregateRows('COUNT', [], [[], [], []])).toBe(3)
  expect(over('COUNT', INT, [1, null, 2])).toBe(2)
})

test('SUM starts at 0, wraps whole numbers, and throws when a DECIMAL outgrows its type', () => {
  expect(over('SUM', INT, [null])).toBe(0)
  expect(over('SUM', INT, [2147483647, 1])).toBe(-2147483648)
  expect(over('SUM', BIGINT, [2n ** 63n - 1n, 1])).toBe(-(2n ** 63n))
  expect(over('SUM', BIGINT, [9007199254740991, 1])).toBe(9007199254740992n)
  expect(over('SUM', DOUBLE, [0.5, 0.25])).toBe(0.75)
  expect(over('SUM', decimal(3, 1), [15n, 5n])).toBe(20n)
  expect(() => over('SUM', decimal(3, 1), [999n, 1n])).toThrow(/overflow/)
})

test('AVG of nothing is 0, and that of INT wraps its sum', () => {
  expect(over('AVG', INT, [null])).toBe(0)
  expect(over('AVG', INT, [1, null, 2])).toBe(1.5)
  expect(over('AVG', INT, [2147483647, 1])).toBe(-1073741824)
  expect(over('AVG', BIGINT, [2147483647, 1])).toBe(1073741824)
})

test('MIN and MAX leave NULLs out and are NULL for nothing', () => {
  expect(over('MAX', VARCHAR, ['b', null, 'B'])).toBe('b')
  expect(over('MIN', BIGINT, [2n ** 60n, 5])).toBe(5)
  expect(over('MIN', decimal(4, 2), [150n, 149n])).toBe(149n)
  expect(over('MAX', INT, [null])).toBe(null)
})

test('MIN and MAX over a table forget values that are taken back', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({min: 0, max: 9}), fc.boolean())), fc.constantFrom('MIN', 'MAX'), (steps, name) => {
      const {initial, add, undo, result} = aggregatorFor(name, [[INT, 0]], {}, 'table')
      let state = initial()
      const present: number[] = []
      for (const [value, isUndo] of steps) {
        const at = present.indexOf(value)
        if (isUndo && at < 0) continue
        if (isUndo) present.splice(at, 1)
        else present.push(value)
        state = (isUndo ? undo : add)?.(state, [value]) ?? null
        const expected = present.length === 0 ? null : Math[name === 'MIN' ? 'min' : 'max'](...present)
        expect(result(state)).toBe(expected)
      }
    }),
  )
})

test('COLLECT_LIST keeps NULLs up to its limit and gives out copies', () => {
  expect(over('COLLECT_LIST', INT, [1, null, 1])).toEqual([1, null, 1])
  expect(over('COLLECT_LIST', INT, [1, 2], {'ksql.functions.collect_list.limit': '1'})).toEqual([1])
  const list = aggregatorFor('COLLECT_LIST', [[INT, 0]])
  const before = list.add(list.initial(), [1])
  const result = list.result(before)
  list.add(before, [2])
  expect(result).toEqual([1])
  expect(list.result(list.undo?.([1, 2, 1], [1]) ?? null)).toEqual([1, 2])
})

test('COLLECT_SET keeps the first of equal values, also for a state that came from storage', () => {
  expect(over('COLLECT_SET', array(INT), [[1], null, [1], null, [2]])).toEqual([[1], null, [2]])
  const set = aggregatorFor('COLLECT_SET', [[INT, 0]])
  expect(set.result(set.add([1, 2], [2]))).toEqual([1, 2])
  expect(set.result(set.merge([1, 2], [2, 3]))).toEqual([1, 2, 3])
  expect(set.undo).toBe(undefined)
})

test('ATTR is the one value of the group, NULL once there are several', () => {
  const attr = aggregatorFor('ATTR', [[VARCHAR, '']])
  const one = attr.add(attr.add(attr.initial(), ['a']), ['a'])
  expect(attr.result(one)).toBe('a')
  const two = attr.add(one, [null])
  expect(attr.result(two)).toBe(null)
  expect(attr.result(attr.undo?.(two, [null]) ?? null)).toBe('a')
})

test('EARLIEST and LATEST keep what was processed first and last', () => {
  const rows = [[null], [1], [null], [2]]
  expect(aggregateRows('EARLIEST_BY_OFFSET', [[INT, 0]], rows)).toBe(1)
  expect(aggregateRows('EARLIEST_BY_OFFSET', [[INT, 0], [BOOLEAN, false]], rows)).toBe(null) // prettier-ignore
  expect(aggregateRows('LATEST_BY_OFFSET', [[INT, 0]], [...rows, [null]])).toBe(2)
  expect(aggregateRows('LATEST_BY_OFFSET', [[INT, 0], [INT, 2]], rows)).toEqual([1, 2]) // prettier-ignore
  expect(aggregateRows('EARLIEST_BY_OFFSET', [[INT, 0], [INT, 2], [BOOLEAN, false]], rows)).toEqual([null, 1]) // prettier-ignore
  expect(() => aggregatorFor('LATEST_BY_OFFSET', [[INT, 0], [INT, 0]])).toThrow(/1 or greater/) // prettier-ignore
})

test('of merged sessions, the one whose value was processed first or last counts, not the one that lies first in time', () => {
  const latest = aggregatorFor('LATEST_BY_OFFSET', [[INT, 0]])
  const [early, late] = [latest.add(latest.initial(), [1], 8), latest.add(latest.initial(), [2], 5)]
  expect(latest.result(latest.merge(early, late))).toBe(1)
  expect(latest.result(latest.merge(latest.initial(), late))).toBe(2)
})

test('TOPK is descending, keeps the earlier of equals, and gives structs for further columns', () => {
  expect(aggregateRows('TOPK', [[INT, 0], [INT, 2]], [[1, 2], [3, 2], [null, 2], [3, 2]])).toEqual([3, 3]) // prettier-ignore
  const rows = [[1, 'a', 2], [3, 'b', 2], [3, 'c', 2], [2, 'd', 2]] // prettier-ignore
  expect(aggregateRows('TOPK', [[INT, 0], [VARCHAR, ''], [INT, 2]], rows)).toEqual([[3, 'b'], [3, 'c']]) // prettier-ignore
  expect(aggregatorFor('TOPK', [[INT, 0], [VARCHAR, ''], [INT, 2]]).resultType).toEqual(array(struct([{name: 'sort_col', type: INT}, {name: 'col0', type: VARCHAR}]))) // prettier-ignore
  expect(aggregateRows('TOPK', [[INT, 0], [VARCHAR, ''], [BOOLEAN, true], [INT, 1]], [[1, 'a', true, 1]])).toEqual([[1, 'a', true]]) // prettier-ignore
  expect(aggregateRows('TOPKDISTINCT', [[VARCHAR, ''], [INT, 2]], [['a'], ['c'], ['c'], ['b']])).toEqual(['c', 'b']) // prettier-ignore
  expect(() => aggregatorFor('TOPK', [[INT, 0], [INT, 0]])).toThrow(/k must be/) // prettier-ignore
})

test('HISTOGRAM counts up to 1000 different values and lets go of those taken back', () => {
  expect(over('HISTOGRAM', VARCHAR, ['a', 'b', null, 'a'])).toEqual(new Map([['a', 2], ['b', 1]])) // prettier-ignore
  const many = over('HISTOGRAM', VARCHAR, [...Array.from({length: 1001}, (_, i) => `v${i}`), 'v0']) as ReadonlyMap<Value, Value>
  expect([many.size, many.get('v0'), many.has('v1000')]).toEqual([1000, 2, false])
  const {undo} = aggregatorFor('HISTOGRAM', [[VARCHAR, '']])
  expect(undo?.(new Map([['a', 1]]), ['a'])).toEqual(new Map())
  expect(aggregatorFor('HISTOGRAM', [[VARCHAR, '']]).stateType).toEqual(map(VARCHAR, BIGINT))
})

test('SUM_LIST adds the elements that are there', () => {
  expect(over('SUM_LIST', array(INT), [[1, null, 2], null, [3]])).toBe(6)
  expect(over('SUM_LIST', array(BIGINT), [[2n ** 62n, 2n ** 62n]])).toBe(-(2n ** 63n))
})

test('STDDEV_SAMPLE is the root of STDDEV_SAMP; CORRELATION of a line is 1, of a constant NaN', () => {
  expect(over('STDDEV_SAMP', INT, [2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(32 / 7, 9)
  expect(over('STDDEV_SAMPLE', DOUBLE, [2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 9)
  expect(over('STDDEV_SAMPLE', INT, [7])).toBe(0)
  const pairs = (rows: readonly (readonly Value[])[]) => aggregateRows('CORRELATION', [[INT, 0], [INT, 0]], rows) // prettier-ignore
  expect(pairs([[1, 3], [2, 5], [null, 9], [4, 9]])).toBeCloseTo(1, 9) // prettier-ignore
  expect(pairs([[1, 3], [2, 3]])).toBe(NaN) // prettier-ignore
})

test('COUNT_DISTINCT is exact for small sets and within 3 % for large ones, also merged', () => {
  expect(over('COUNT_DISTINCT', VARCHAR, ['a', 'b', null, 'a'])).toBe(2)
  expect(
    over(
      'COUNT_DISTINCT',
      INT,
      Array.from({length: 1500}, (_, i) => i % 500),
    ),
  ).toBe(500)
  const {initial, add, merge, result} = aggregatorFor('COUNT_DISTINCT', [[INT, 0]])
  const [left, right] = [0, 10_000].map(start => {
    let state = initial()
    for (let i = 0; i < 20_000; i++) state = add(state, [start + i])
    return state
  })
  expect(Math.abs(Number(result(left ?? null)) / 20_000 - 1)).toBeLessThan(0.03)
  expect(Math.abs(Number(result(merge(left ?? null, right ?? null))) / 30_000 - 1)).toBeLessThan(0.03)
})

const undoable = ['COUNT', 'SUM', 'AVG', 'COLLECT_LIST', 'STDDEV_SAMP', 'STDDEV_SAMPLE']

test('adding and taking back leaves what was there before; merging is adding the rows of both', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer({min: -50, max: 50}))),
      fc.option(fc.integer({min: -50, max: 50})),
      fc.constantFrom(...undoable),
      (rows, extra, name) => {
        const {initial, add, undo, merge, result} = aggregatorFor(name, [[INT, 0]])
        const fold = (values: readonly Value[]) => values.reduce((state, value) => add(state, [value]), initial())
        const expected = result(fold(rows))
        const near = (value: Value) =>
          typeof value === 'number' ? expect(value).toBeCloseTo(Number(expected), 6) : expect(value).toEqual(expected)
        near(result(undo?.(add(fold(rows), [extra]), [extra]) ?? null))
        near(result(merge(fold(rows.slice(0, 3)), fold(rows.slice(3)))))
      },
    ),
  )
})

test('which functions may stand over a table is what ksqlDB allows, and MIN and MAX', () => {
  const overTables = allFunctions().flatMap(definition => {
    if (definition.kind !== 'aggregate') return []
    const [overload] = definition.overloads
    if (overload?.bindOnTable !== undefined) return [definition.name]
    const args = {types: [decimal(4, 2), INT], literals: [undefined, 1], variables: new Map([['T', INT]]), result: INT}
    const bound = overload?.bind({...args, settings: {get: () => undefined, nowMs: () => 0}})
    return bound?.undo === undefined ? [] : [definition.name]
  })
  expect(overTables).toEqual(['ATTR', 'AVG', 'COLLECT_LIST', 'CORRELATION', 'COUNT', 'HISTOGRAM', 'MAX', 'MIN', 'STDDEV_SAMP', 'STDDEV_SAMPLE', 'SUM', 'SUM_LIST']) // prettier-ignore
})

test('an aggregator without undo has none', () => {
  const bare = typedAggregator<number>({
    stateType: INT,
    initial: () => 0,
    add: state => state,
    merge: state => state,
    result: state => state,
  })
  expect('undo' in bare).toBe(false)
})
