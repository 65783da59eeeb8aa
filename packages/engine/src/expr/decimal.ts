import {toLong} from '../schema/value.ts'
import {divisionByZero, EvaluationError} from './evaluation-error.ts'
import type {Long} from './long.ts'

/** DECIMAL values are unscaled bigints; their scale stands in the type, so every operation here is told the scales. */
export type ScaledDecimal = {readonly unscaled: bigint; readonly scale: number}

const powers: bigint[] = []

/** 10 to the `exponent`, which is not negative. */
export function powerOfTen(exponent: number): bigint {
  const known = powers[exponent]
  if (known !== undefined) return known
  const power = 10n ** BigInt(exponent)
  if (exponent <= 400) powers[exponent] = power
  return power
}

/** Digits of the unscaled value: 1 for 0. */
export function precisionOf(unscaled: bigint): number {
  const digits = String(unscaled)
  return unscaled < 0n ? digits.length - 1 : digits.length
}

/** The quotient rounded HALF_UP (away from zero). `divisor` is not 0. */
export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const remainder = dividend % divisor
  const twice = remainder < 0n ? -remainder * 2n : remainder * 2n
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** The same number with another scale, rounded HALF_UP where digits are lost. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (from === to) return unscaled
  return to > from ? unscaled * powerOfTen(to - from) : divideHalfUp(unscaled, powerOfTen(from - to))
}

/** `unscaled`, if it has no more than `precision` digits. Throws EvaluationError otherwise: "Numeric field overflow: …". */
export function fitDecimal(unscaled: bigint, precision: number, scale: number): bigint {
  const limit = powerOfTen(precision)
  if (unscaled < limit && unscaled > -limit) return unscaled
  const bound = precision - scale
  throw new EvaluationError(
    `Numeric field overflow: A field with precision ${precision} and scale ${scale} ` +
      `must round to an absolute value less than 10^${bound}. Got ${decimalToText(unscaled, scale)}`,
  )
}

/** From one DECIMAL type to another: HALF_UP. Throws EvaluationError when it does not fit. */
export const convertDecimal = (unscaled: bigint, from: number, precision: number, to: number): bigint =>
  fitDecimal(rescale(unscaled, from, to), precision, to)

/** At `max(leftScale, rightScale)`. */
export const addDecimal = (left: bigint, leftScale: number, right: bigint, rightScale: number): bigint =>
  leftScale === rightScale
    ? left + right
    : rescale(left, leftScale, Math.max(leftScale, rightScale)) + rescale(right, rightScale, Math.max(leftScale, rightScale))

/** The quotient at `scale`, HALF_UP. Throws EvaluationError for a divisor of 0. */
export function divideDecimal(left: bigint, leftScale: number, right: bigint, rightScale: number, scale: number): bigint {
  if (right === 0n) throw divisionByZero
  const shift = scale + rightScale - leftScale
  return shift >= 0 ? divideHalfUp(left * powerOfTen(shift), right) : divideHalfUp(left, right * powerOfTen(-shift))
}

/** At `max(leftScale, rightScale)`, with the dividend's sign. Throws EvaluationError for a divisor of 0. */
export function remainderDecimal(left: bigint, leftScale: number, right: bigint, rightScale: number): bigint {
  if (right === 0n) throw divisionByZero
  const scale = Math.max(leftScale, rightScale)
  return rescale(left, leftScale, scale) % rescale(right, rightScale, scale)
}

/** Plain digits with exactly `scale` places: `1.50`, `-0.05`. */
export function decimalToText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled)
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  return `${unscaled < 0n ? '-' : ''}${whole}.${digits.slice(digits.length - scale)}`
}

/**
 * Text as Java's BigDecimal reads it: sign, digits, point, exponent; no blanks. The scale is what the text has, never
 * negative. Undefined for other text and for exponents past ±10,000, which would only serve to fill the memory.
 */
export function parseDecimal(text: string): ScaledDecimal | undefined {
  const match = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:[eE]([+-]?\d+))?$/.exec(text)
  if (match === null) return undefined
  const fraction = match[3] || match[4] || ''
  const exponent = Number(match[5] ?? 0)
  if (Math.abs(exponent) > 10_000) return undefined
  const magnitude = BigInt((match[2] ?? '') + fraction)
  const unscaled = match[1] === '-' ? -magnitude : magnitude
  const scale = fraction.length - exponent
  return scale >= 0 ? {unscaled, scale} : {unscaled: unscaled * powerOfTen(-scale), scale: 0}
}

/** The shortest decimal that reads back as `value`, at `scale`, HALF_UP. Throws EvaluationError for NaN and infinities. */
export function doubleToDecimal(value: number, precision: number, scale: number): bigint {
  const parsed = parseDecimal(String(value))
  if (parsed === undefined) throw new EvaluationError(`${value} has no DECIMAL value`)
  return convertDecimal(parsed.unscaled, parsed.scale, precision, scale)
}

export const longToDecimal = (value: Long, precision: number, scale: number): bigint =>
  fitDecimal(BigInt(value) * powerOfTen(scale), precision, scale)

/** The nearest double. */
export const decimalToDouble = (unscaled: bigint, scale: number): number => Number(`${unscaled}e-${scale}`)

/** Truncated towards zero, wrapped to 64 bits. */
export const decimalToLong = (unscaled: bigint, scale: number): Long => toLong(unscaled / powerOfTen(scale))
