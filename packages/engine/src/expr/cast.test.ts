import {expect, test} from 'vitest'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimal,
  DOUBLE,
  INT,
  map,
  struct,
  TIME,
  TIMESTAMP,
  VARCHAR,
  type SqlType,
} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {castFunction} from './cast.ts'

const cast = (value: Value, from: SqlType, to: SqlType): Value => {
  const convert = castFunction(from, to)
  if (convert === undefined) throw new Error('no such cast')
  return convert(value)
}

test.each<[Value, SqlType, SqlType, Value]>([
  [1e7, DOUBLE, VARCHAR, '1.0E7'],
  [9_999_999.5, DOUBLE, VARCHAR, '9999999.5'],
  [0.001, DOUBLE, VARCHAR, '0.001'],
  [0.000_12, DOUBLE, VARCHAR, '1.2E-4'],
  [-0, DOUBLE, VARCHAR, '-0.0'],
  [100, DOUBLE, VARCHAR, '100.0'],
  [Number.NaN, DOUBLE, VARCHAR, 'NaN'],
  [150n, decimal(4, 2), VARCHAR, '1.50'],
  [-5n, decimal(4, 2), VARCHAR, '-0.05'],
  [9_223_372_036_854_775_807n, BIGINT, VARCHAR, '9223372036854775807'],
  [true, BOOLEAN, VARCHAR, 'true'],
  [[1, null, 3], array(INT), VARCHAR, '[1, null, 3]'],
  [new Map([['a', 1.5]]), map(VARCHAR, DOUBLE), VARCHAR, '{a=1.5}'],
  [19_782, DATE, VARCHAR, '2024-02-29'],
  [45_000_250, TIME, VARCHAR, '12:30:00.250'],
  [45_000_000, TIME, VARCHAR, '12:30'],
  [-1, TIMESTAMP, VARCHAR, '1969-12-31T23:59:59.999'],
])('text is spelled as Java spells it (%#)', (value, from, to, expected) => {
  expect(cast(value, from, to)).toBe(expected)
})

test('a struct as text leaves its NULL fields out', () => {
  const type = struct([
    {name: 'F0', type: INT},
    {name: 'gone', type: VARCHAR},
    {name: 'f1', type: INT},
  ])
  expect(cast([1, null, 3], type, VARCHAR)).toBe('Struct{F0=1,f1=3}')
})

test.each<[Value, SqlType, SqlType, Value]>([
  [2_147_483_648, BIGINT, INT, -2_147_483_648],
  [9_223_372_036_854_775_807n, BIGINT, INT, -1],
  [-2.9, DOUBLE, INT, -2],
  [1e300, DOUBLE, INT, 2_147_483_647],
  [1e300, DOUBLE, BIGINT, 9_223_372_036_854_775_807n],
  [Number.NaN, DOUBLE, BIGINT, 0],
  [1999n, decimal(4, 2), INT, 19],
  [99n, decimal(3, 2), decimal(2, 1), 10n],
  [-125n, decimal(3, 2), decimal(2, 1), -13n],
  [0.99, DOUBLE, decimal(2, 1), 10n],
  [1.005, DOUBLE, decimal(3, 2), 101n],
  ['  42 ', VARCHAR, INT, 42],
  ['1e3', VARCHAR, DOUBLE, 1000],
  ['0.99', VARCHAR, decimal(2, 1), 10n],
  ['TR', VARCHAR, BOOLEAN, true],
  ['Yes', VARCHAR, BOOLEAN, true],
  ['truth', VARCHAR, BOOLEAN, false],
  ['', VARCHAR, BOOLEAN, false],
])('numbers round, wrap, truncate and parse as Java does (%#)', (value, from, to, expected) => {
  expect(cast(value, from, to)).toBe(expected)
})

test.each<[string, SqlType, number]>([
  ['2022-04-28T21:44:47.943', TIMESTAMP, 1_651_182_287_943],
  ['2022-04-28T21:44:47.943Z', TIMESTAMP, 1_651_182_287_943],
  ['2022-04-28 21:44:47', TIMESTAMP, 1_651_182_287_000],
  ['2022-04-28T23:44+02:00', TIMESTAMP, 1_651_182_240_000],
  ['2022-04-28T14:44-0700', TIMESTAMP, 1_651_182_240_000],
  ['2022-04-28', TIMESTAMP, 1_651_104_000_000],
  ['1969-12-31', DATE, -1],
  ['2024-02', DATE, 19_754],
  ['01:34', TIME, 5_640_000],
])('text %s is a %j of %d', (text, type, expected) => {
  expect(cast(text, VARCHAR, type)).toBe(expected)
})

test.each<[Value, SqlType, SqlType]>([
  ['4.5', VARCHAR, INT],
  ['2147483648', VARCHAR, INT],
  ['9223372036854775808', VARCHAR, BIGINT],
  ['one', VARCHAR, DOUBLE],
  ['1e99999999', VARCHAR, decimal(5, 2)],
  ['2023-02-29', VARCHAR, DATE],
  ['25:00', VARCHAR, TIME],
  ['yesterday', VARCHAR, TIMESTAMP],
  ['10!', VARCHAR, BYTES],
  ['A', VARCHAR, BYTES],
  [995n, decimal(3, 2), decimal(2, 1)],
  [100, INT, decimal(3, 1)],
  [Infinity, DOUBLE, decimal(3, 1)],
  [['1', 'x'], array(VARCHAR), array(INT)],
])('a value without a counterpart fails (%#)', (value, from, to) => {
  expect(() => cast(value, from, to)).toThrow(expect.objectContaining({name: 'EvaluationError'}))
})

test('containers are cast by their elements, structs by the names of their fields', () => {
  expect(cast([1, 2_147_483_648], array(BIGINT), array(INT))).toEqual([1, -2_147_483_648])
  expect(cast(new Map([['a', 1.7]]), map(VARCHAR, DOUBLE), map(VARCHAR, INT))).toEqual(new Map([['a', 1]]))
  const from = struct([
    {name: 'A', type: BIGINT},
    {name: 'B', type: VARCHAR},
  ])
  const to = struct([
    {name: 'C', type: VARCHAR},
    {name: 'A', type: VARCHAR},
  ])
  expect(cast([1, 'b'], from, to)).toEqual([null, '1'])
})

test('base64 text is BYTES, with or without padding', () => {
  expect(cast(' AQI= ', VARCHAR, BYTES)).toEqual(Uint8Array.of(1, 2))
  expect(cast('AQI', VARCHAR, BYTES)).toEqual(Uint8Array.of(1, 2))
})

test('NULL is NULL as any type, and pairs without a conversion have none', () => {
  expect(cast(null, VARCHAR, INT)).toBeNull()
  expect(castFunction(VARCHAR, array(INT))).toBeUndefined()
  expect(castFunction(array(VARCHAR), array(array(INT)))).toBeUndefined()
  expect(castFunction(BOOLEAN, INT)).toBeUndefined()
  expect(castFunction(BYTES, VARCHAR)).toBeUndefined()
})
