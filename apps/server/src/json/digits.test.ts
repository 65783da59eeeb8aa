import {expect, test} from 'vitest'
import {longDigits, parseJson, stringifyJson} from './digits.ts'

test('a long is written as an integer with all its digits', () => {
  expect(stringifyJson({a: [longDigits(9007199254740993n), longDigits(-9223372036854775808n)], b: 'text'})).toBe(
    '{"a":[9007199254740993,-9223372036854775808],"b":"text"}',
  )
})

test('a long is read with all its digits, small numbers stay numbers', () => {
  expect(parseJson('{"a": 9007199254740993, "b": 5, "c": [1.5, -9223372036854775808], "d": "12345678901234567890"}')).toEqual({
    a: 9007199254740993n,
    b: 5,
    c: [1.5, -9223372036854775808n],
    d: '12345678901234567890',
  })
})

test('text that looks like digits stays text', () => {
  expect(stringifyJson({a: '9007199254740993'})).toBe('{"a":"9007199254740993"}')
})
