import fc from 'fast-check'
import {expect, test} from 'vitest'
import {
  BIGINT, BOOLEAN, BYTES, DATE, DOUBLE, INT, TIME, TIMESTAMP, VARCHAR, array, decimal, map, struct,
} from '../../schema/sql-type.ts' // prettier-ignore
import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {parseJson, printJson} from './json-node.ts'
import {call} from './test-call.ts'
import type {Argument} from './test-call.ts'

const s = (value: string | null): Argument => [VARCHAR, value]
const extract = (text: string, path: string) => call('EXTRACTJSONFIELD', s(text), s(path))

test('EXTRACTJSONFIELD walks names and indexes and keeps the spelling of numbers', () => {
  const text = '{"log": {"@type": "A", "sizes": [1, 2.50, 9007199254740993], "odd name": {"deep": null}}} trailing'
  expect(extract(text, '$.log.@type')).toBe('A')
  expect(extract(text, '$.log.sizes[1]')).toBe('2.50')
  expect(extract(text, '$.log.sizes[2]')).toBe('9007199254740993')
  expect(extract(text, '$["log"]["odd name"].deep')).toBe('null')
  expect(extract(text, '$.log.sizes')).toBe('[1,2.50,9007199254740993]')
  expect(extract(text, '$.log.sizes[7]')).toBe(null)
  expect(extract(text, '$.log.sizes.x')).toBe(null)
  expect(extract('', '$.x')).toBe(null)
  expect(() => extract('{"a":', '$.a')).toThrow(/Invalid JSON/)
  expect(() => extract('{}', '$.a-b')).toThrow(/Invalid JSON path/)
  expect(() => extract('{}', 'a')).toThrow(/begin with/)
})

test('IS_JSON_STRING tells JSON from other text', () => {
  expect(['1', '"a"', 'null', ' [1] ', '', 'abc', '{a:1}', '01', '[1,]'].map(text => call('IS_JSON_STRING', s(text)))).toEqual([
    true, true, true, true, false, false, false, false, false,
  ]) // prettier-ignore
  expect(call('IS_JSON_STRING', s(null))).toBe(false)
})

test('JSON_ARRAY_CONTAINS is strict about types', () => {
  const contains = (type: SqlType, value: Value) => call('JSON_ARRAY_CONTAINS', s('[1, 2.5, "x", true, null]'), [type, value])
  expect(contains(INT, 1)).toBe(true)
  expect(contains(BIGINT, 1)).toBe(true)
  expect(contains(DOUBLE, 1)).toBe(false)
  expect(contains(DOUBLE, 2.5)).toBe(true)
  expect(contains(VARCHAR, 'x')).toBe(true)
  expect(contains(BOOLEAN, false)).toBe(false)
  expect(contains(VARCHAR, null)).toBe(true)
  expect(call('JSON_ARRAY_CONTAINS', s('{}'), [INT, 1])).toBe(false)
  expect(call('JSON_ARRAY_CONTAINS', s('[1'), [INT, 1])).toBe(false)
})

test('parts of JSON come out as text', () => {
  expect(call('JSON_ARRAY_LENGTH', s('[1,[2,3]]'))).toBe(2)
  expect(call('JSON_ARRAY_LENGTH', s('{}'))).toBe(null)
  expect(call('JSON_ITEMS', s('[1,"a",{"b":2}]'))).toEqual(['1', '"a"', '{"b":2}'])
  expect(call('JSON_KEYS', s('{"b":1,"a":2}'))).toEqual(['b', 'a'])
  expect(call('JSON_RECORDS', s('{"b":"x","a":[1]}'))).toEqual(new Map([['b', 'x'], ['a', '[1]']])) // prettier-ignore
  expect(() => call('JSON_KEYS', s('{'))).toThrow(/Invalid JSON/)
})

test('JSON_CONCAT merges objects and lines up everything else', () => {
  const concat = (...texts: (string | null)[]) => call('JSON_CONCAT', ...texts.map(s))
  expect(concat('{"a":1,"b":2}', '{"a":3}')).toBe('{"a":3,"b":2}')
  expect(concat('[1]', '2', '{"a":3}')).toBe('[1,2,{"a":3}]')
  expect(concat('1')).toBe('1')
  expect(concat('1', null)).toBe(null)
  expect(concat('1', '')).toBe(null)
})

test('TO_JSON_STRING sorts names and spells times, bytes and decimals', () => {
  const type = struct([
    {name: 'Z', type: map(VARCHAR, array(DOUBLE))},
    {name: 'A', type: decimal(4, 2)},
    {name: 'M', type: TIMESTAMP},
  ])
  const value = [new Map([['y', [1, NaN]], ['x', null]]), 150n, 0] // prettier-ignore
  expect(call('TO_JSON_STRING', [type, value])).toBe('{"A":1.50,"M":"1970-01-01T00:00:00.000","Z":{"x":null,"y":[1.0,"NaN"]}}')
  expect(call('TO_JSON_STRING', [BYTES, Buffer.from('!')])).toBe('"IQ=="')
  expect(call('TO_JSON_STRING', [DATE, 1])).toBe('"1970-01-02"')
  expect(call('TO_JSON_STRING', [TIME, 60_000])).toBe('"00:01"')
  expect(call('TO_JSON_STRING', [BIGINT, 2n ** 60n])).toBe('1152921504606846976')
  expect(call('TO_JSON_STRING', s('a"b'))).toBe('"a\\"b"')
  expect(call('TO_JSON_STRING', s(null))).toBe('null')
})

test('JSON that is read and printed means the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const node = parseJson(JSON.stringify(value))
      expect(node === undefined ? undefined : JSON.parse(printJson(node))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('exponents are printed out, and deep nesting is refused, not overflowed', () => {
  expect(printJson(parseJson('[1E+2, 1.5e-3, -0]') ?? {kind: 'word', text: 'null'})).toBe('[100,0.0015,-0]')
  expect(() => parseJson('['.repeat(100_000))).toThrow(/nesting/)
})
