import {BIGINT, BYTES, DATE, DOUBLE, INT, TIME, TIMESTAMP, VARCHAR, array, struct} from '../../schema/sql-type.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {EvaluationError} from '../evaluation-error.ts'
import type {ArgumentTypes, BoundTypes} from '../functions/definition.ts'
import {anyOf, anything, p} from '../functions/define.ts'
import {compareValues} from '../functions/value-order.ts'
import {aggregate, aggregateOverload, aggregator, first} from './define.ts'
import type {Aggregator} from './definition.ts'

/** k, the last argument. Throws EvaluationError if it is not 1 or more. */
function sizeOf({literals, types}: BoundTypes): number {
  const size = Number(literals[types.length - 1])
  if (size < 1) throw new EvaluationError(`k must be 1 or greater, not ${size}`)
  return size
}

/** Without further columns the sort values themselves, else structs that begin with it. */
function rowType({types}: ArgumentTypes): SqlType {
  const [sort = INT, ...others] = types.slice(0, -1)
  if (others.length === 0) return sort
  return struct([{name: 'sort_col', type: sort}, ...others.map((type, i) => ({name: `col${i}`, type}))])
}

type Insert = (state: readonly Value[], row: Value) => readonly Value[]

/** The k highest rows, highest first. */
function highest(stateType: SqlType, rowOf: (args: readonly Value[]) => Value, insert: Insert): Aggregator {
  return aggregator<readonly Value[]>({
    stateType,
    initial: () => [],
    add: (state, args) => (first(args) === null ? state : insert(state, rowOf(args))),
    merge: (left, right) => right.reduce<readonly Value[]>(insert, left),
    result: state => state,
  })
}

function topK(args: BoundTypes): Aggregator {
  const size = sizeOf(args)
  const columns = args.types.length - 1
  const keyOf = (row: Value): Value => (columns === 1 ? row : ((row as readonly Value[])[0] ?? null))
  /** Of equal rows, the earlier one stays in front. */
  const insert: Insert = (state, row) => {
    const found = state.findIndex(other => compareValues(keyOf(row), keyOf(other)) > 0)
    const at = found < 0 ? state.length : found
    return at >= size ? state : state.toSpliced(at, 0, row).slice(0, size)
  }
  return highest(array(rowType(args)), values => (columns === 1 ? first(values) : values.slice(0, columns)), insert)
}

function topKDistinct(args: BoundTypes): Aggregator {
  const size = sizeOf(args)
  const insert: Insert = (state, row) => {
    const at = state.findIndex(other => compareValues(row, other) >= 0)
    if (at >= 0 && compareValues(row, state[at] ?? null) === 0) return state
    return at < 0 && state.length >= size ? state : state.toSpliced(at < 0 ? state.length : at, 0, row).slice(0, size)
  }
  return highest(array(args.types[0] ?? INT), first, insert)
}

const k = p('k', INT)
const LAST_IS_LITERAL = {literalsFrom: -1}

export const topKAggregates = [
  aggregate(
    'TOPK',
    'The k highest values, highest first; with further columns, the rows of those values as structs. NULLs are left out.',
    [INT, BIGINT, DOUBLE, VARCHAR].map(type =>
      aggregateOverload([p('sortColumn', type), p('otherColumns', anything), k], args => array(rowType(args)), topK, {
        ...LAST_IS_LITERAL,
        isVariadic: true,
        variadicIndex: 1,
      }),
    ),
  ),
  aggregate(
    'TOPKDISTINCT',
    'The k highest different values, highest first. NULLs are left out.',
    [INT, BIGINT, DOUBLE, VARCHAR, anyOf('DECIMAL'), DATE, TIME, TIMESTAMP, BYTES].map(type =>
      aggregateOverload([p('value', type), k], ({types}) => array(types[0] ?? INT), topKDistinct, LAST_IS_LITERAL),
    ),
  ),
]
