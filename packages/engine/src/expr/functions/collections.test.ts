import {expect, test} from 'vitest'
import {BIGINT, BOOLEAN, BYTES, DATE, DOUBLE, INT, VARCHAR, array, decimal, map} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {call, callTyped} from './test-call.ts'
import type {Argument} from './test-call.ts'

const ints = (...values: (number | null)[]): Argument => [array(INT), values]
const list = (type: SqlType, values: Value[] | null): Argument => [array(type), values]
const i = (value: Value): Argument => [INT, value]
const s = (value: Value): Argument => [VARCHAR, value]

test('set operations on arrays count NULL as a value and keep the order of first occurrence', () => {
  expect(call('ARRAY_DISTINCT', ints(2, null, 2, null, 1))).toEqual([2, null, 1])
  expect(call('ARRAY_UNION', ints(2, 1), ints(1, null, 3))).toEqual([2, 1, null, 3])
  expect(call('ARRAY_EXCEPT', ints(1, 2, 2, null), ints(1, null))).toEqual([2])
  expect(call('ARRAY_INTERSECT', ints(3, 1, 1, null), ints(null, 1))).toEqual([1, null])
  expect(call('ARRAY_UNION', ints(1), list(INT, null))).toBe(null)
  expect(call('ARRAY_DISTINCT', list(array(INT), [[1], [1], [2]]))).toEqual([[1], [2]])
})

test('byte strings in arrays are told apart by where one ends', () => {
  const bytes = (...texts: string[]) => texts.map(text => Buffer.from(text))
  const values = [bytes(',', 'a'), bytes('', ',,a'), bytes(',', 'a')]
  expect(call('ARRAY_DISTINCT', list(array(BYTES), values))).toEqual(values.slice(0, 2))
})

test('ARRAY_CONCAT takes a NULL array for an empty one', () => {
  expect(call('ARRAY_CONCAT', ints(1), list(INT, null))).toEqual([1])
  expect(call('ARRAY_CONCAT', list(INT, null), list(INT, null))).toBe(null)
})

test('ARRAY_CONTAINS and ARRAY_REMOVE find NULL and nested values', () => {
  expect(call('ARRAY_CONTAINS', ints(1, null), i(null))).toBe(true)
  expect(call('ARRAY_CONTAINS', list(INT, null), i(1))).toBe(false)
  expect(call('ARRAY_CONTAINS', list(array(INT), [[1, 2]]), list(INT, [1, 2]))).toBe(true)
  expect(call('ARRAY_REMOVE', ints(1, null, 2), i(null))).toEqual([1, 2])
})

test('ARRAY_SORT puts NULLs last in both directions', () => {
  expect(call('ARRAY_SORT', ints(3, null, 1))).toEqual([1, 3, null])
  expect(call('ARRAY_SORT', ints(3, null, 1), s('desc'))).toEqual([3, 1, null])
  expect(call('ARRAY_SORT', ints(1), s('upwards'))).toBe(null)
  expect(call('ARRAY_SORT', list(BIGINT, [2n ** 60n, 5, -(2n ** 60n)]))).toEqual([-(2n ** 60n), 5, 2n ** 60n])
  expect(() => call('ARRAY_SORT', list(array(INT), [[1], [2]]))).toThrow(/primitive/)
})

test('ARRAY_MAX and ARRAY_MIN leave NULLs out', () => {
  expect(call('ARRAY_MAX', ints(null, 3, 5))).toBe(5)
  expect(call('ARRAY_MIN', list(BOOLEAN, [true, false]))).toBe(false)
  expect(call('ARRAY_MIN', ints(null))).toBe(null)
})

test('ARRAY_JOIN spells elements as Java does and refuses what is not primitive', () => {
  expect(call('ARRAY_JOIN', list(DOUBLE, [1, null, 1e7]))).toBe('1.0,null,1.0E7')
  expect(call('ARRAY_JOIN', list(decimal(4, 2), [150n]), s(null))).toBe('1.50')
  expect(() => call('ARRAY_JOIN', list(DATE, [1]))).toThrow(/DATE/)
})

test('GENERATE_SERIES counts down by itself, refuses a wrong step, and is bounded', () => {
  expect(call('GENERATE_SERIES', i(1), i(3))).toEqual([1, 2, 3])
  expect(call('GENERATE_SERIES', i(3), i(1))).toEqual([3, 2, 1])
  expect(call('GENERATE_SERIES', i(1), i(6), i(2))).toEqual([1, 3, 5])
  expect(call('GENERATE_SERIES', i(2), i(2))).toEqual([2])
  expect(call('GENERATE_SERIES', [BIGINT, 9007199254740991], [BIGINT, 9007199254740993n])).toEqual([
    9007199254740991,
    9007199254740992n,
    9007199254740993n,
  ])
  expect(() => call('GENERATE_SERIES', i(1), i(3), i(-1))).toThrow(/wrong sign/)
  expect(() => call('GENERATE_SERIES', i(1), i(3), i(0))).toThrow(/zero/)
  expect(() => call('GENERATE_SERIES', i(1), i(2_000_000_000))).toThrow(/more than/)
})

test('SLICE counts from 1 with both ends, is open at NULL, and NULL out of range', () => {
  expect(call('SLICE', ints(1, 2, 3), i(2), i(3))).toEqual([2, 3])
  expect(call('SLICE', ints(1, 2, 3), i(null), i(2))).toEqual([1, 2])
  expect(call('SLICE', ints(1, 2, 3), i(2), i(9))).toBe(null)
  expect(call('SLICE', ints(1, 2, 3), i(0), i(2))).toBe(null)
})

const people: Argument = [map(VARCHAR, INT), new Map([['b', 2], ['a', 1]])] // prettier-ignore

test('map functions keep entries together', () => {
  expect(call('AS_MAP', list(VARCHAR, ['k', 'l', 'k']), ints(1, 2, 3, 4))).toEqual(new Map([['k', 3], ['l', 2]])) // prettier-ignore
  expect(call('AS_MAP', list(VARCHAR, ['k', 'l']), ints(1))).toEqual(new Map([['k', 1], ['l', null]])) // prettier-ignore
  expect(call('ENTRIES', people, [BOOLEAN, true])).toEqual([['a', 1], ['b', 2]]) // prettier-ignore
  expect(call('MAP_KEYS', people)).toEqual(['a', 'b'])
  expect(call('MAP_VALUES', people)).toEqual([1, 2])
  expect(call('MAP_UNION', people, [map(VARCHAR, INT), new Map([['a', 9]])])).toEqual(new Map([['b', 2], ['a', 9]])) // prettier-ignore
  expect(call('MAP_UNION', people, [map(VARCHAR, INT), null])).toEqual(new Map([['b', 2], ['a', 1]])) // prettier-ignore
})

test('maps are gone through in the order of their keys’ hashes, not as they were filled', () => {
  const [one, other] = [['b', 'a', 'd'], ['d', 'b', 'a']].map((keys): Argument => [map(VARCHAR, INT), new Map(keys.map(key => [key, 0]))]) // prettier-ignore
  for (const argument of [one, other]) expect(call('MAP_KEYS', argument ?? people)).toEqual(['d', 'a', 'b'])
})

const isBig = {body: BOOLEAN, arity: 1, apply: (x: number | null) => (x === null ? null : x > 1)}

test('FILTER keeps what the lambda accepts; a NULL condition is an error', () => {
  expect(callTyped('FILTER', [ints(1, 2, 3), isBig])).toEqual({type: array(INT), value: [2, 3]})
  expect(() => call('FILTER', ints(2, null), isBig)).toThrow(/NULL/)
  const ofEntry = {body: BOOLEAN, arity: 2, apply: (_: string, x: number) => x > 1}
  expect(call('FILTER', people, ofEntry)).toEqual(new Map([['b', 2]]))
  expect(call('FILTER', list(INT, null), isBig)).toBe(null)
})

test('REDUCE starts from the state; NULL state is NULL, a NULL collection leaves the state', () => {
  const add = {body: INT, arity: 2, apply: (state: number, x: number) => state + x}
  expect(call('REDUCE', ints(1, 2, 3), i(10), add)).toBe(16)
  expect(call('REDUCE', ints(1), i(null), add)).toBe(null)
  expect(call('REDUCE', list(INT, null), i(10), add)).toBe(10)
  const withKeys = {body: VARCHAR, arity: 3, apply: (state: string, key: string, x: number) => `${state}${key}${x}`}
  expect(call('REDUCE', people, s(''), withKeys)).toBe('a1b2')
})

test('TRANSFORM makes values anew; equal new keys and NULL new values are errors', () => {
  const double = {body: BIGINT, arity: 1, apply: (x: number) => x * 2}
  expect(callTyped('TRANSFORM', [ints(1, 2), double])).toEqual({type: array(BIGINT), value: [2, 4]})
  const upper = {body: VARCHAR, arity: 2, apply: (key: string) => key.toUpperCase()}
  const value = {body: INT, arity: 2, apply: (_: string, x: number) => x}
  expect(call('TRANSFORM', people, upper, value)).toEqual(new Map([['B', 2], ['A', 1]])) // prettier-ignore
  expect(() => call('TRANSFORM', people, {...upper, apply: () => 'same'}, value)).toThrow(/twice/)
  expect(() => call('TRANSFORM', people, upper, {...value, apply: () => null})).toThrow(/NULL/)
})

test('EXPLODE gives the elements, CUBE_EXPLODE every combination with NULL', () => {
  expect(callTyped('EXPLODE', [ints(1, 2)])).toEqual({type: INT, value: [1, 2]})
  expect(callTyped('EXPLODE', [list(decimal(4, 2), [1n])])).toEqual({type: decimal(4, 2), value: [1n]})
  expect(callTyped('CUBE_EXPLODE', [ints(1, 2)])).toEqual({type: array(INT), value: [[null, null], [null, 2], [1, null], [1, 2]]}) // prettier-ignore
  expect(call('CUBE_EXPLODE', ints(1, null))).toEqual([[null, null], [1, null]]) // prettier-ignore
  expect(() => call('CUBE_EXPLODE', ints(...Array.from({length: 21}, () => 1)))).toThrow(/20/)
})

test('null handling finds the first value that is there', () => {
  expect(call('COALESCE', i(null), i(2), i(3))).toBe(2)
  expect(call('IFNULL', i(null), i(2))).toBe(2)
  expect(call('NULLIF', i(2), i(2))).toBe(null)
  expect(call('NULLIF', i(null), i(2))).toBe(null)
  expect(call('NULLIF', i(1), i(null))).toBe(1)
})
