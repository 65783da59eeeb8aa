import type {Expr} from '../expr/ir.ts'
import type {Schema} from '../schema/schema.ts'
import type {Formats, WindowedKey} from './formats.ts'
import type {Step, TimestampExtraction} from './step.ts'

/** A persistent query: a tree of steps and where its result goes. */
export type PersistentPlan = {
  readonly version: 1
  readonly queryId: string
  readonly root: Step
  readonly sink: Sink
}

export type Sink = {
  readonly sourceName: string
  readonly topic: string
  readonly partitions: number
  readonly formats: Formats
  readonly schema: Schema
  readonly window?: WindowedKey
  readonly timestamp?: TimestampExtraction
  /** Table results: the store that pull queries read, keyed by the result's key (and window). */
  readonly store?: string
}

/** A push query: the same steps, no sink. Ends after `limit` rows. */
export type PushPlan = {
  readonly version: 1
  readonly root: Step
  readonly limit?: number
  readonly columns: readonly OutputColumn[]
  /**
   * What goes into each of `columns`: key columns, value columns and pseudocolumns of the root's rows (`column`, `system` and
   * `headers` expressions only). On a tombstone the value columns are NULL, keys and window bounds are there.
   */
  readonly output: readonly Expr[]
}

/** A pull query over the committed state of a table, or over a stream's log up to its end. */
export type PullPlan = {
  readonly version: 1
  readonly sourceName: string
  readonly from: 'table' | 'stream'
  /** Complete keys to look up; absent: scan. Values in key column order. */
  readonly keys?: readonly (readonly Expr[])[]
  /** Inclusive bounds on window start and end, ms, as far as WHERE gives them. */
  readonly windowStart?: Bounds
  readonly windowEnd?: Bounds
  /** The whole WHERE, evaluated on each candidate row (source schema: key, value). */
  readonly where?: Expr
  readonly project: readonly Expr[]
  readonly columns: readonly OutputColumn[]
  readonly limit?: number
}

export type Bounds = {readonly from?: number; readonly to?: number}
export type OutputColumn = Schema['value'][number] & {readonly isKey: boolean}
