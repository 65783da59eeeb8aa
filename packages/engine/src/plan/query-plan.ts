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
  /** A key of several columns that are all NULL is written as such and is not a null key: PARTITION BY computed it. */
  readonly keepsNullKeys?: true
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

export type OutputColumn = Schema['value'][number] & {readonly isKey: boolean}
