import type {Rows} from '../chunk/chunk.ts'
import {compareBytes, valuesEqual} from '../expr/compare.ts'
import {divideDecimal, remainderDecimal, rescale} from '../expr/decimal.ts'
import {divisionByZero, nullOperand} from '../expr/evaluation-error.ts'
import {concatBytes, elementAt} from '../expr/interpret.ts'
import {matchesLike, parseLike} from '../expr/like.ts'
import {addLong, divideLong, multiplyLong, negateLong, remainderLong, subtractLong} from '../expr/long.ts'
import type {SystemColumn} from '../schema/schema.ts'
import type {Value} from '../schema/value.ts'

/** Everything that generated code may call, as `s`. */
export const support = {
  nullOperand,
  divisionByZero,
  addLong,
  subtractLong,
  multiplyLong,
  divideLong,
  remainderLong,
  negateLong,
  rescale,
  divideDecimal,
  remainderDecimal,
  concatBytes,
  compareBytes,
  valuesEqual,
  elementAt,
  systemValue,
  headerValue,
  putApart,
  like: (text: string, pattern: string, escape?: string) => matchesLike(text, parseLike(pattern, escape)),
}

export type Support = typeof support

/** A pseudocolumn of a row; NULL where the rows do not have it. */
export function systemValue(rows: Rows, row: number, name: SystemColumn): Value {
  switch (name) {
    case 'ROWTIME':
      return rows.timestamps[row] ?? null
    case 'ROWPARTITION':
      return rows.origin?.partition ?? null
    case 'ROWOFFSET':
      return rows.origin?.offsets[row] ?? null
    case 'WINDOWSTART':
      return rows.windows?.starts[row] ?? null
    case 'WINDOWEND':
      return rows.windows?.ends[row] ?? null
  }
}

/** All headers as `[key, value]` structs, or the value of the last one with this key (NULL without one). */
export function headerValue(rows: Rows, row: number, header: string | undefined): Value {
  const headers = rows.headers?.[row] ?? []
  if (header === undefined) return headers.map(({key, value}) => [key, value])
  return headers.findLast(({key}) => key === header)?.value ?? null
}

/** A column with the values that were kept apart from it: row, value, row, value, … Stays typed if they are numbers. */
export function putApart(column: Int32Array | Float64Array | Value[], apart: readonly Value[]): ArrayLike<Value> {
  const isGeneric = apart.some(value => typeof value !== 'number')
  const values: {[row: number]: Value} & ArrayLike<Value> = isGeneric ? Array.from<Value>(column) : column
  for (let i = 0; i < apart.length; i += 2) values[Number(apart[i])] = apart[i + 1] ?? null
  return values
}
