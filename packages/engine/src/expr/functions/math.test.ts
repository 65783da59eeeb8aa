import fc from 'fast-check'
import {expect, test} from 'vitest'
import {BIGINT, BYTES, DOUBLE, INT, VARCHAR, decimal} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {call, callTyped} from './test-call.ts'
import type {Argument} from './test-call.ts'

const d = (value: Value): Argument => [DOUBLE, value]
const i = (value: Value): Argument => [INT, value]
const l = (value: Value): Argument => [BIGINT, value]
const dec = (unscaled: bigint | null, precision: number, scale: number): Argument => [decimal(precision, scale), unscaled]

test('ABS of the lowest numbers wraps as in Java', () => {
  expect(call('ABS', i(-2147483648))).toBe(-2147483648)
  expect(call('ABS', l(-(2n ** 63n)))).toBe(-(2n ** 63n))
  expect(call('ABS', l(-9007199254740993n))).toBe(9007199254740993n)
  expect(callTyped('ABS', [dec(-150n, 4, 2)])).toEqual({type: decimal(4, 2), value: 150n})
})

test('ROUND rounds halves up, towards plus infinity', () => {
  expect([2.5, -2.5, -1.9, 0.49999999999999994, 4503599627370495.5].map(value => call('ROUND', d(value)))).toEqual([
    3, -2, -2, 0, 4503599627370496,
  ])
  expect(call('ROUND', d(1e300))).toBe(2n ** 63n - 1n)
  expect(call('ROUND', d(NaN))).toBe(0)
  expect(call('ROUND', d(1.005), i(2))).toBe(1.01)
  expect(call('ROUND', d(-1.5), i(0))).toBe(-1)
  expect(call('ROUND', d(1234.5), i(-2))).toBe(1200)
  expect(callTyped('ROUND', [dec(-1250n, 5, 2)])).toEqual({type: decimal(3, 0), value: -12n})
  expect(callTyped('ROUND', [dec(1255n, 5, 2), i(1)])).toEqual({type: decimal(5, 2), value: 1260n})
})

test('TRUNC cuts towards zero', () => {
  expect(call('TRUNC', d(-2.9))).toBe(-2)
  expect(call('TRUNC', d(2.99), i(1))).toBe(2.9)
  expect(call('TRUNC', dec(-1259n, 5, 2), i(1))).toBe(-1250n)
})

test('CEIL and FLOOR of a DECIMAL keep its scale', () => {
  expect(callTyped('CEIL', [dec(-150n, 4, 2)])).toEqual({type: decimal(4, 2), value: -100n})
  expect(callTyped('FLOOR', [dec(-150n, 4, 2)])).toEqual({type: decimal(4, 2), value: -200n})
  expect(call('FLOOR', d(-1.5))).toBe(-2)
})

test('rounding a DECIMAL never moves it by more than half a unit', () => {
  fc.assert(
    fc.property(fc.bigInt({min: -(10n ** 12n), max: 10n ** 12n}), fc.integer({min: 0, max: 4}), (unscaled, places) => {
      const rounded = call('ROUND', dec(unscaled, 14, 4), i(places)) as bigint
      const distance = (rounded - unscaled) * 2n
      const unit = 10n ** BigInt(4 - places)
      expect(distance <= unit && distance > -unit).toBe(true)
    }),
  )
})

test('GREATEST and LEAST leave NULLs out and widen DECIMALs', () => {
  expect(call('GREATEST', i(1), i(null), i(3))).toBe(3)
  expect(call('LEAST', l(null), l(2n ** 60n), l(5))).toBe(5)
  expect(call('GREATEST', [VARCHAR, null], [VARCHAR, null])).toBe(null)
  expect(call('GREATEST', [VARCHAR, 'b'], [VARCHAR, 'B'])).toBe('b')
  expect(call('LEAST', [BYTES, Uint8Array.of(1)], [BYTES, Uint8Array.of(255)])).toEqual(Uint8Array.of(255))
  expect(callTyped('GREATEST', [dec(15n, 2, 1), dec(149n, 4, 2)])).toEqual({type: decimal(4, 2), value: 150n})
})

test('logarithms take a natural base unless one is given, and have no value for bases that are none', () => {
  expect(call('LOG', d(Math.E))).toBe(1)
  expect(call('LOG', i(2), i(8))).toBe(3)
  expect([0, 1, -1].map(base => call('LOG', i(base), i(8)))).toEqual([NaN, NaN, NaN])
  expect(call('LN', i(0))).toBe(-Infinity)
})

test('SIGN of NaN is 0, SQRT of a negative number NaN, COT of 0 infinite', () => {
  expect([d(NaN), d(-0.1), l(2n ** 60n)].map(arg => call('SIGN', arg))).toEqual([0, -1, 1])
  expect(call('SQRT', i(-1))).toBe(NaN)
  expect(call('COT', d(0))).toBe(Infinity)
  expect(call('DEGREES', d(Math.PI))).toBe(180)
  expect(call('SQRT', l(2n ** 60n))).toBe(2 ** 30)
  expect(call('POWER', d(null), d(2))).toBe(null)
})

test('RANDOM lies from 0 to 1', () => {
  for (let n = 0; n < 600; n++) {
    const value = Number(call('RANDOM'))
    expect(value >= 0 && value < 1).toBe(true)
  }
})
