import {BIGINT, BYTES, DATE, DOUBLE, INT, TIME, TIMESTAMP, VARCHAR, decimal} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {rescale} from '../decimal.ts'
import type {ArgumentTypes, Overload} from './definition.ts'
import {NULL_SAFE, anyOf, bound, overload, p, scalar} from './define.ts'
import {compareValues} from './value-order.ts'

/** The DECIMAL that holds every argument exactly. */
function widest({types}: ArgumentTypes): SqlType {
  let scale = 0
  let whole = 0
  for (const type of types)
    if (type.kind === 'DECIMAL') {
      scale = Math.max(scale, type.scale)
      whole = Math.max(whole, type.precision - type.scale)
    }
  return decimal(whole + scale, scale)
}

/** The argument at the end of the order that `sign` names (1: greatest, -1: least); NULLs are left out. */
const extreme =
  (sign: 1 | -1) =>
  (...values: Value[]): Value =>
    values.reduce<Value>(
      (best, value) => (best === null || (value !== null && compareValues(value, best) * sign > 0) ? value : best),
      null,
    )

function overloads(sign: 1 | -1): Overload[] {
  const pick = extreme(sign)
  const extras = {isVariadic: true, ...NULL_SAFE}
  const plain = [INT, BIGINT, DOUBLE, VARCHAR, BYTES, DATE, TIME, TIMESTAMP].map(type =>
    overload([p('val', type), p('vals', type)], type, pick, extras),
  )
  const ofDecimals = bound(
    [p('val', anyOf('DECIMAL')), p('vals', anyOf('DECIMAL'))],
    widest,
    ({types, result}) => {
      const scale = result.kind === 'DECIMAL' ? result.scale : 0
      const scales = types.map(type => (type.kind === 'DECIMAL' ? type.scale : 0))
      return (...values: (bigint | null)[]) =>
        pick(...values.map((value, i) => (value === null ? null : rescale(value, scales[i] ?? 0, scale))))
    },
    extras,
  )
  return [...plain, ofDecimals]
}

export const comparisonFunctions = [
  scalar('GREATEST', 'mathematical', 'The highest of the arguments; NULL arguments are left out.', overloads(1)),
  scalar('LEAST', 'mathematical', 'The lowest of the arguments; NULL arguments are left out.', overloads(-1)),
]
