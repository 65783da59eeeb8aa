import type {Aggregator} from '../expr/aggregates/definition.ts'
import type {SqlTypeKind} from '../schema/sql-type.ts'
import {toLong, type Value} from '../schema/value.ts'

/**
 * Folds many rows into accumulators that lie in an array by slot. For row `i` the accumulator is `slots[i]`, the arguments
 * stand at `rows[i]`, and the result after that row goes to `results[i]`.
 */
export type Fold = (fold: FoldRows) => void

export type FoldRows = {
  readonly count: number
  readonly slots: Int32Array
  readonly rows: Int32Array
  readonly args: readonly ArrayLike<Value>[]
  readonly states: Value[]
  readonly results: Value[]
  /** Results before each row, where somebody wants them. */
  readonly earlier: Value[] | undefined
}

/** The loop for an aggregator: inlined for the plain ones over numbers, else through `add`. */
export function foldOf(aggregator: Aggregator, argument: SqlTypeKind | undefined): Fold {
  const isWhole = argument !== undefined && wholeNumbers.has(argument)
  switch (aggregator.hint) {
    case 'count-star':
      return foldCountStar
    case 'count':
      return foldCount
    case 'sum-long':
      return argument === 'BIGINT' ? foldSumLong : foldAny(aggregator)
    case 'sum-double':
      return argument === 'DOUBLE' ? foldSumDouble : foldAny(aggregator)
    case 'min':
      return isWhole ? foldMin : foldAny(aggregator)
    case 'max':
      return isWhole ? foldMax : foldAny(aggregator)
    default:
      return foldAny(aggregator)
  }
}

const wholeNumbers: ReadonlySet<SqlTypeKind> = new Set(['INT', 'BIGINT', 'DATE', 'TIME', 'TIMESTAMP'])

function foldAny(aggregator: Aggregator): Fold {
  return ({count, slots, rows, args, states, results, earlier}) => {
    const row: Value[] = new Array<Value>(args.length).fill(null)
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!
      const at = rows[i]!
      for (let a = 0; a < args.length; a++) row[a] = args[a]![at]!
      const before = states[slot]!
      if (earlier !== undefined) earlier[i] = aggregator.result(before)
      const after = aggregator.add(before, row)
      states[slot] = after
      results[i] = aggregator.result(after)
    }
  }
}

// A count stays far below 2^53.
const foldCountStar: Fold = ({count, slots, states, results, earlier}) => {
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!
    const before = states[slot] as number
    if (earlier !== undefined) earlier[i] = before
    states[slot] = before + 1
    results[i] = before + 1
  }
}

const foldCount: Fold = ({count, slots, rows, args, states, results, earlier}) => {
  const column = args[0]!
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!
    const before = states[slot] as number
    if (earlier !== undefined) earlier[i] = before
    const after = column[rows[i]!] === null ? before : before + 1
    states[slot] = after
    results[i] = after
  }
}

const foldSumLong: Fold = ({count, slots, rows, args, states, results, earlier}) => {
  const column = args[0]! as ArrayLike<number | bigint | null>
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!
    const before = states[slot] as number | bigint
    if (earlier !== undefined) earlier[i] = before
    const value = column[rows[i]!]!
    const after = value === null ? before : addLongs(before, value)
    states[slot] = after
    results[i] = after
  }
}

function addLongs(left: number | bigint, right: number | bigint): number | bigint {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right
    if (Number.isSafeInteger(sum)) return sum
  }
  return toLong(BigInt(left) + BigInt(right))
}

const foldSumDouble: Fold = ({count, slots, rows, args, states, results, earlier}) => {
  const column = args[0]! as ArrayLike<number | null>
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!
    const before = states[slot] as number
    if (earlier !== undefined) earlier[i] = before
    const value = column[rows[i]!]!
    const after = value === null ? before : before + value
    states[slot] = after
    results[i] = after
  }
}

const foldMin: Fold = ({count, slots, rows, args, states, results, earlier}) => {
  const column = args[0]! as ArrayLike<number | bigint | null>
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!
    const before = states[slot] as number | bigint | null
    if (earlier !== undefined) earlier[i] = before
    const value = column[rows[i]!]!
    const after = value === null || (before !== null && before <= value) ? before : value
    states[slot] = after
    results[i] = after
  }
}

const foldMax: Fold = ({count, slots, rows, args, states, results, earlier}) => {
  const column = args[0]! as ArrayLike<number | bigint | null>
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!
    const before = states[slot] as number | bigint | null
    if (earlier !== undefined) earlier[i] = before
    const value = column[rows[i]!]!
    const after = value === null || (before !== null && before >= value) ? before : value
    states[slot] = after
    results[i] = after
  }
}
