import fc from 'fast-check'
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
  VARCHAR,
  type SqlType,
} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {anyType, anyValue} from '../testing/arbitrary-value.ts'
import {jsonSerde} from './json.ts'
import {blobsOf} from './serde.ts'

const read = (type: SqlType, text: string, name = 'A') =>
  jsonSerde([{name, type}], false).decode(blobsOf([Buffer.from(text)]), 0)?.[0]
const write = (type: SqlType, value: Value) => jsonSerde([{name: 'A', type}], false).encode([[value]], 0)
const invalid = expect.objectContaining({code: 'RECORD_INVALID'})

test('a field is found by its exact name, else by a name that is equal in upper case, else it is NULL', () => {
  expect(read(INT, '{"a":1,"A":2}')).toBe(2)
  expect(read(INT, '{"a":1}')).toBe(1)
  expect(read(INT, '{"A":null,"a":1}')).toBe(null)
  expect(read(INT, '{"b":1}')).toBe(null)
  expect(read(INT, '{"A":1}', 'a')).toBe(null)
  expect(read(INT, '{}', 'toString')).toBe(null)
  expect(read(struct([{name: 'X', type: INT}]), '{"a":{"x":7}}')).toEqual([7])
})

test('numbers come as numbers or text, without their fraction, and must fit', () => {
  expect(read(INT, '{"A":1.9}')).toBe(1)
  expect(read(INT, '{"A":"-12"}')).toBe(-12)
  expect(read(DOUBLE, '{"A":"NaN"}')).toBeNaN()
  expect(read(BIGINT, '{"A":9223372036854775807}')).toBe(9223372036854775807n)
  expect(read(BIGINT, '{"A":9007199254740993.7}')).toBe(9007199254740993n)
  expect(read(BIGINT, '{"A":7.9999999999999999999}')).toBe(7)
  expect(read(BIGINT, '{"A":-4503599627370495.9}')).toBe(-4503599627370495)
  expect(read(DATE, '{"A":"19000"}')).toBe(19000)
  for (const text of ['3000000000', '"1.5"', '"x"', 'true', '{}', '1e999'])
    expect(() => read(INT, `{"A":${text}}`), text).toThrow(invalid)
  expect(() => read(BIGINT, '{"A":9223372036854775808}')).toThrow(invalid)
})

test('a DECIMAL keeps all digits and is never rounded', () => {
  expect(read(decimal(30, 10), '{"A":12345678901234567890.0123456789}')).toBe(123456789012345678900123456789n)
  expect(read(decimal(4, 2), '{"A":"10.10"}')).toBe(1010n)
  expect(() => read(decimal(4, 2), '{"A":10.105}')).toThrow(invalid)
  expect(() => read(decimal(4, 2), '{"A":100}')).toThrow(invalid)
})

test('text takes anything, spelled as it stood', () => {
  expect(read(VARCHAR, '{"A":1.0}')).toBe('1.0')
  expect(read(VARCHAR, '{"A":true}')).toBe('true')
  expect(read(VARCHAR, '{"A":{"x": [1.50, "y"]}}')).toBe('{"x":[1.50,"y"]}')
  expect(read(VARCHAR, '{"A":["a", 1.0, null]}')).toBe('[a, 1.0, null]')
})

test('other types take their own form only; one bad field refuses the record and is named', () => {
  expect(() => read(BOOLEAN, '{"A":"true"}')).toThrow(invalid)
  expect(() => read(BYTES, '{"A":"not base64!"}')).toThrow(invalid)
  expect(() => read(array(INT), '{"A":{}}')).toThrow(invalid)
  const type = struct([{name: 'X', type: array(map(VARCHAR, INT))}])
  expect(() => read(type, '{"A":{"X":[{"k":"no"}]}}')).toThrow('field `A`->`X`[]{}: found "no", expected INTEGER')
  for (const text of ['', '{', '7', '[1]', '['.repeat(50_000)]) expect(() => read(INT, text), text.slice(0, 9)).toThrow(invalid)
})

test('writing: NULL is explicit, DOUBLE is spelled as Java does, DECIMAL keeps its scale', () => {
  expect(write(INT, null)).toBe('{"A":null}')
  expect(write(DOUBLE, 1e10)).toBe('{"A":1.0E10}')
  expect(write(DOUBLE, Number.NEGATIVE_INFINITY)).toBe('{"A":"-Infinity"}')
  expect(write(decimal(5, 2), 150n)).toBe('{"A":1.50}')
  expect(write(BYTES, Uint8Array.of(255))).toBe('{"A":"/w=="}')
})

test('a null record is a null value when wrapped, a NULL column when bare; a bare NULL is written as nothing', () => {
  const bare = jsonSerde([{name: 'A', type: INT}], true)
  expect(jsonSerde([{name: 'A', type: INT}], false).decode(blobsOf([Buffer.from('null')]), 0)).toBe(null)
  expect(bare.decode(blobsOf([Buffer.from('null')]), 0)).toEqual([null])
  expect(bare.encode([[null]], 0)).toBe(null)
  expect(bare.encode([[7]], 0)).toBe('7')
})

test('any values are read as they were written', () => {
  const row = fc.array(anyType, {minLength: 1, maxLength: 4}).chain(types =>
    fc.record({
      columns: fc.constant(types.map((type, i) => ({name: `F${i}`, type}))),
      values: fc.tuple(...types.map(anyValue)),
    }),
  )
  fc.assert(
    fc.property(row, ({columns, values}) => {
      const serde = jsonSerde(columns, false)
      const text = serde.encode(
        values.map(value => [value]),
        0,
      )
      expect(serde.decode(blobsOf([Buffer.from(String(text))]), 0)).toEqual(values)
    }),
  )
})
