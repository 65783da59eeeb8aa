import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import type {BoundTypes, FunctionDefinition, Overload} from '../functions/definition.ts'

/** An aggregate function: same names, parameters and result types as any function, another implementation. */
export type AggregateDefinition = Omit<FunctionDefinition, 'kind' | 'overloads'> & {
  readonly kind: 'aggregate'
  readonly overloads: readonly AggregateOverload[]
  /** Overload used for `F(*)` and `F()`; absent: refused. */
  readonly star?: number
}

export type AggregateOverload = Omit<Overload, 'bind' | 'isNullSafe'> & {
  /** Parameters from this index on must be literals (k of TOPK, …) and arrive in `literals`. */
  readonly literalsFrom?: number
  readonly bind: (args: BoundTypes) => Aggregator
}

/**
 * An accumulator is one SQL value of `stateType`, so that it can be stored as any column.
 * `add`, `undo` and `merge` may reuse and return the accumulator they got (it belongs to them), or return a new one.
 * A throw ends the query.
 */
export type Aggregator = {
  readonly stateType: SqlType
  readonly initial: () => Value
  readonly add: (state: Value, args: readonly Value[]) => Value
  /** Takes a row back (table sources). Absent: only stream sources. */
  readonly undo?: (state: Value, args: readonly Value[]) => Value
  /** Joins two sessions; `left` is the earlier one. */
  readonly merge: (left: Value, right: Value) => Value
  readonly result: (state: Value) => Value
  /** Lets the generator inline the hot ones; the oracle always uses `add`. */
  readonly hint?: 'count-star' | 'count' | 'sum-long' | 'sum-double' | 'min' | 'max'
}
