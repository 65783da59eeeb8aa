import {BIGINT, DOUBLE, INT, decimal} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import {decimalToDouble, parseDecimal, powerOfTen} from '../decimal.ts'
import {EvaluationError} from '../evaluation-error.ts'
import {doubleToLong} from '../long.ts'
import type {Long} from '../long.ts'
import type {ArgumentTypes, Overload} from './definition.ts'
import {anyOf, bound, overload, p, scalar} from './define.ts'

/** Drops `digits` decimal digits of an unscaled value. */
type Quotient = (unscaled: bigint, divisor: bigint) => bigint

/** Half up towards +∞, as Java's `Math.round`: -2.5 becomes -2. */
const halfUp: Quotient = (unscaled, divisor) => {
  const twice = unscaled * 2n + divisor
  return floorDivide(twice, divisor * 2n)
}
const towardsZero: Quotient = (unscaled, divisor) => unscaled / divisor
const floorDivide: Quotient = (unscaled, divisor) => {
  const quotient = unscaled / divisor
  return unscaled < 0n && unscaled % divisor !== 0n ? quotient - 1n : quotient
}
const ceilDivide: Quotient = (unscaled, divisor) => -floorDivide(-unscaled, divisor)

/** The value rounded to `places` digits after the point (before it, where negative), at its old scale. */
function roundDecimal(unscaled: bigint, scale: number, places: number, quotient: Quotient): bigint {
  if (places >= scale) return unscaled
  const divisor = powerOfTen(scale - places)
  return quotient(unscaled, divisor) * divisor
}

/** Places outside ±400 cannot change a double; the bound keeps powers of ten small. */
const PLACES_MAX = 400

function roundDouble(value: number, places: number, quotient: Quotient): number {
  if (!Number.isFinite(value)) throw new EvaluationError(`${value} cannot be rounded to decimal places`)
  const exact = parseDecimal(String(value))
  if (exact === undefined || places >= exact.scale) return value
  const rounded = roundDecimal(exact.unscaled, exact.scale, Math.max(places, -PLACES_MAX), quotient)
  return decimalToDouble(rounded, exact.scale)
}

const scaleOf = (type: SqlType | undefined) => (type?.kind === 'DECIMAL' ? type.scale : 0)
const sameType = (args: ArgumentTypes): SqlType => args.types[0] ?? DOUBLE
const wholePart = ({types: [type]}: ArgumentTypes): SqlType =>
  type?.kind === 'DECIMAL' ? decimal(Math.max(1, type.precision - type.scale), 0) : BIGINT

const toPlaces = (quotient: Quotient, ofDouble: (x: number) => Long): Overload[] => [
  overload([p('val', BIGINT)], BIGINT, (x: Long) => x),
  overload([p('val', INT)], BIGINT, (x: number) => x),
  overload([p('val', DOUBLE)], BIGINT, ofDouble),
  overload([p('val', DOUBLE), p('decimalPlaces', INT)], DOUBLE, (x: number, places: number) => roundDouble(x, places, quotient)),
  bound([p('val', anyOf('DECIMAL'))], wholePart, ({types}) => {
    const divisor = powerOfTen(scaleOf(types[0]))
    return (x: bigint) => quotient(x, divisor)
  }),
  bound([p('val', anyOf('DECIMAL')), p('decimalPlaces', INT)], sameType, ({types}) => {
    const scale = scaleOf(types[0])
    return (x: bigint, places: number) => roundDecimal(x, scale, Math.max(places, -PLACES_MAX), quotient)
  }),
]

const toInteger = (ofDouble: (x: number) => number, quotient: Quotient): Overload[] => [
  overload([p('val', INT)], INT, (x: number) => x),
  overload([p('val', BIGINT)], BIGINT, (x: Long) => x),
  overload([p('val', DOUBLE)], DOUBLE, ofDouble),
  bound([p('val', anyOf('DECIMAL'))], sameType, ({types}) => {
    const scale = scaleOf(types[0])
    return (x: bigint) => roundDecimal(x, scale, 0, quotient)
  }),
]

/** Java's `Math.round`. Adding a half first would be wrong just below a half, and past 2^52, where nothing has a fraction. */
function roundToLong(value: number): Long {
  const floor = Math.floor(value)
  return doubleToLong(value - floor >= 0.5 ? floor + 1 : floor)
}

export const roundingFunctions = [
  scalar(
    'CEIL',
    'mathematical',
    'The smallest whole number that is not below the value; a DECIMAL keeps its scale.',
    toInteger(Math.ceil, ceilDivide),
  ),
  scalar(
    'FLOOR',
    'mathematical',
    'The largest whole number that is not above the value; a DECIMAL keeps its scale.',
    toInteger(Math.floor, floorDivide),
  ),
  scalar(
    'ROUND',
    'mathematical',
    'The nearest whole number, or the nearest number with the given decimal places (negative: before the point); halves go up, towards +∞.',
    toPlaces(halfUp, roundToLong),
  ),
  scalar(
    'TRUNC',
    'mathematical',
    'The value cut off, towards zero, to a whole number or to the given decimal places (negative: before the point).',
    toPlaces(towardsZero, doubleToLong),
  ),
]
