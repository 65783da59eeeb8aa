import {toLong} from '../schema/value.ts'
import {divisionByZero} from './evaluation-error.ts'

/**
 * 64-bit arithmetic on the canonical long of `schema/value.ts`: a safe integer is a number, anything else a bigint.
 * Two numbers whose result is safe never touch `bigint`; everything wraps as Java does. `+ 0` turns -0 into 0.
 */
export type Long = number | bigint

export function addLong(left: Long, right: Long): Long {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right
    if (Number.isSafeInteger(sum)) return sum
  }
  return toLong(BigInt(left) + BigInt(right))
}

export function subtractLong(left: Long, right: Long): Long {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right
    if (Number.isSafeInteger(difference)) return difference
  }
  return toLong(BigInt(left) - BigInt(right))
}

export function multiplyLong(left: Long, right: Long): Long {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right
    if (Number.isSafeInteger(product)) return product + 0
  }
  return toLong(BigInt(left) * BigInt(right))
}

/** Truncates towards zero. Throws EvaluationError for a divisor of 0. */
export function divideLong(left: Long, right: Long): Long {
  if (right === 0) throw divisionByZero
  if (typeof left === 'number' && typeof right === 'number') return Math.trunc(left / right) + 0
  return toLong(BigInt(left) / BigInt(right))
}

/** Has the sign of the dividend. Throws EvaluationError for a divisor of 0. */
export function remainderLong(left: Long, right: Long): Long {
  if (right === 0) throw divisionByZero
  if (typeof left === 'number' && typeof right === 'number') return (left % right) + 0
  return toLong(BigInt(left) % BigInt(right))
}

export const negateLong = (value: Long): Long => (typeof value === 'number' ? 0 - value : toLong(-value))

/** Throws EvaluationError for a divisor of 0. `-2147483648 / -1` wraps. */
export function divideInt(left: number, right: number): number {
  if (right === 0) throw divisionByZero
  return (left / right) | 0
}

export function remainderInt(left: number, right: number): number {
  if (right === 0) throw divisionByZero
  return (left % right) | 0
}

/** The low 32 bits, as Java's `(int) aLong`. */
export const longToInt = (value: Long): number => (typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value)))

/** Java's `(int) aDouble`: truncates, saturates, NaN is 0. */
export function doubleToInt(value: number): number {
  if (value >= 2147483647) return 2147483647
  if (value <= -2147483648) return -2147483648
  return value | 0
}

/** Java's `(long) aDouble`: truncates, saturates, NaN is 0. */
export function doubleToLong(value: number): Long {
  if (Number.isNaN(value)) return 0
  if (value >= 2 ** 63) return MAX_LONG
  if (value <= -(2 ** 63)) return MIN_LONG
  const truncated = Math.trunc(value) + 0
  return Number.isSafeInteger(truncated) ? truncated : toLong(BigInt(truncated))
}

export const MAX_LONG = 0x7fffffffffffffffn
export const MIN_LONG = -0x8000000000000000n

/** Digits with an optional sign, nothing else; undefined for other text and for what 64 bits cannot hold. */
export function parseLong(text: string): Long | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const short = Number(text)
  if (Number.isSafeInteger(short)) return short + 0
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return value < MIN_LONG || value > MAX_LONG ? undefined : toLong(value)
}

/** As `parseLong`, for 32 bits. */
export function parseInteger(text: string): number | undefined {
  const value = parseLong(text)
  return typeof value === 'number' && value === (value | 0) ? value : undefined
}
