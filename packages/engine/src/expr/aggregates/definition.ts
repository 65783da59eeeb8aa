import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import type {BoundTypes, FunctionDefinition, Overload} from '../functions/definition.ts'

/** An aggregate function: same names, parameters and result types as any function, another implementation. */
export type AggregateDefinition = Omit<FunctionDefinition, 'kind' | 'overloads'> & {
  readonly kind: 'aggregate'
  readonly overloads: readonly AggregateOverload[]
  /** Overload used for `F(*)` and `F()`: it has no parameter, or one, which gets ROWTIME. Absent: refused. */
  readonly star?: number
}

export type AggregateOverload = Omit<Overload, 'bind' | 'isNullSafe'> & {
  /**
   * Arguments from this index on must be literals (N of LATEST_BY_OFFSET, …) and arrive in `literals`; -1: only the last
   * argument (k of TOPK).
   */
  readonly literalsFrom?: number
  readonly bind: (args: BoundTypes) => Aggregator
  /**
   * The aggregator for table sources, where undoing takes a larger state than adding alone (MIN and MAX keep every value).
   * It has `undo`. Absent: the one of `bind` serves both, if it has `undo`; else table sources are refused.
   */
  readonly bindOnTable?: (args: BoundTypes) => Aggregator
}

/**
 * An accumulator is one SQL value of `stateType`, so that it can be stored as any column.
 * `add`, `undo` and `merge` may reuse and return the accumulator they got (it belongs to them), or return a new one.
 * A throw ends the query.
 */
export type Aggregator = {
  readonly stateType: SqlType
  readonly initial: () => Value
  /**
   * `sequence` grows with the order of processing within the task and survives restarts (the record's offset): it tells
   * which of two sessions saw its value first when they are merged. Callers without sessions may leave it out.
   */
  readonly add: (state: Value, args: readonly Value[], sequence?: number) => Value
  /** Takes a row back (table sources). Absent: only stream sources. */
  readonly undo?: (state: Value, args: readonly Value[]) => Value
  /** Joins two sessions; `left` is the earlier one. */
  readonly merge: (left: Value, right: Value) => Value
  readonly result: (state: Value) => Value
  /** Lets the generator inline the hot ones; the oracle always uses `add`. */
  readonly hint?: 'count-star' | 'count' | 'sum-long' | 'sum-double' | 'min' | 'max'
}
