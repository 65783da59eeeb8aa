import type {Header} from '../record/record.ts'
import type {Value} from '../schema/value.ts'

/**
 * A batch of rows by column: the unit that operators work on. Columns stand in the order of a `Schema`: key columns, then
 * value columns. Everything here is read-only once made; operators build new chunks and share vectors.
 */
export type Rows = {
  readonly count: number
  readonly columns: readonly Vector[]
  /** Record time of each row, ms. */
  readonly timestamps: ArrayLike<number>
  /** Bounds of the window in each row's key, ms; end is exclusive for time windows, the last record's time for sessions. */
  readonly windows?: {readonly starts: ArrayLike<number>; readonly ends: ArrayLike<number>}
  /** 1 where the whole value is null: a tombstone (table) or a null value (stream). Value columns are NULL there. Absent: nowhere. */
  readonly nullValues?: Uint8Array
  readonly headers?: readonly (readonly Header[])[]
  /** Where source rows stand in their topic; only on chunks straight from a source. */
  readonly origin?: {readonly topic: string; readonly partition: number; readonly offsets: ArrayLike<number>}
}

/** Rows of a stream, or changes of a table. */
export type Chunk = Rows & {
  /**
   * Tables: the value columns (by the same positions; key positions hold the key) as they were before each change, and 1
   * in `nullValues` where there was no row. Absent: unknown, because nothing downstream asked for it.
   */
  readonly before?: {readonly columns: readonly Vector[]; readonly nullValues: Uint8Array}
}

/**
 * One column. `values` is decoded on first use and kept; reading it may throw EngineError `BATCH_CORRUPT` only.
 * Typed arrays stand for columns without NULLs.
 */
export interface Vector {
  readonly length: number
  readonly values: ArrayLike<Value>
}

/** A vector over values at hand. */
export const vectorOf = (values: ArrayLike<Value>): Vector => ({length: values.length, values})

/** `count` times the same value. */
export const constantVector = (value: Value, count: number): Vector => vectorOf(Array.from({length: count}, () => value))
