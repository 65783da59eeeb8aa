import fc from 'fast-check'
import {expect, test} from 'vitest'
import {toLong} from '../schema/value.ts'
import {decimalToText, divideHalfUp, parseDecimal, rescale} from './decimal.ts'
import {addLong, divideLong, multiplyLong, negateLong, parseLong, remainderLong, subtractLong} from './long.ts'

const edge = fc.constantFrom(0n, 1n, -1n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n))
const long = fc.oneof(edge, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-1000n, 1000n))

test('longs wrap as 64 bits do, and safe integers stay numbers', () => {
  fc.assert(
    fc.property(long, long, (a, b) => {
      const [l, r] = [toLong(a), toLong(b)]
      expect(addLong(l, r)).toBe(toLong(a + b))
      expect(subtractLong(l, r)).toBe(toLong(a - b))
      expect(multiplyLong(l, r)).toBe(toLong(a * b))
      expect(negateLong(l)).toBe(toLong(-a))
      expect(parseLong(String(a))).toBe(l)
      if (b === 0n) expect(() => divideLong(l, r)).toThrow('/ by zero')
      else {
        expect(divideLong(l, r)).toBe(toLong(a / b))
        expect(remainderLong(l, r)).toBe(toLong(a % b))
      }
    }),
    {numRuns: 2_000},
  )
})

test('a decimal reads back from its text', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.nat(30), (unscaled, scale) => {
      expect(parseDecimal(decimalToText(unscaled, scale))).toEqual({unscaled, scale})
    }),
  )
})

test('halves round away from zero', () => {
  expect([25n, -25n, 24n, -26n].map(value => rescale(value, 1, 0))).toEqual([3n, -3n, 2n, -3n])
  expect(divideHalfUp(-1n, -2n)).toBe(1n)
  expect(divideHalfUp(1n, -3n)).toBe(0n)
})
