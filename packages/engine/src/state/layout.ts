import {BIGINT, type SqlType} from '../schema/sql-type.ts'

/**
 * How an entry of a store lies in storage.
 *
 * Key: `serde/key-codec` over the key columns, followed by window start and end where keys are windowed. Value:
 * `batch/row-codec` over the value columns, followed by the row time (BIGINT, ms).
 *
 * | store | key | value columns |
 * | --- | --- | --- |
 * | result of a table query (`sink.store`), rows of a table source (`source.store`) | key of its schema (and window) | value columns of its schema |
 * | aggregate | group (and window) | carried columns, then an accumulator per aggregation |
 * | EMIT FINAL | group and window | value columns |
 * | one side of a stream-stream join | key (and window, as BIGINTs), time, number | value columns, then 1 while it waits for a partner |
 * | one side of a stream-table or table-table join | key (and window) | value columns |
 * | foreign-key join | see operators/foreign-key-*.ts | |
 *
 * The first line is what pull queries read: `keyCodec(keyTypes)` and `rowCodec(storedTypes(valueTypes))`.
 */
export type EntryLayout = {
  /** Key columns; where `isWindowed`, two BIGINTs for the window's start and end follow. */
  readonly key: readonly SqlType[]
  readonly isWindowed: boolean
  readonly value: readonly SqlType[]
}

/** Types of the columns of an entry's value, in order. */
export const storedTypes = (value: readonly SqlType[]): readonly SqlType[] => [...value, BIGINT]
