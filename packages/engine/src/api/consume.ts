import type {Offset} from '../record/record.ts'
import type {Column} from '../schema/schema.ts'
import type {Value} from '../schema/value.ts'
import type {LogRecord, OnNoOffset} from './records.ts'
import type {OnCorruptBatch} from './topics.ts'

export type ConsumeRequest = {
  readonly topics: readonly string[]
  readonly group: string
  readonly clientId?: string
  readonly instanceId?: string
  readonly delivery?: 'at-least-once' | 'at-most-once'
  readonly onNoOffset?: OnNoOffset
  readonly onCorruptBatch?: OnCorruptBatch
  readonly recordsMax?: number
  /** Records handed out and not yet committed, at most; then nothing more comes until a commit. */
  readonly unackedMax?: number
  readonly sessionTimeoutMs?: number
  /** How long the caller may take before it asks for more, or commits what it must to get more; then the member leaves. */
  readonly pollIntervalMsMax?: number
  readonly signal?: AbortSignal
}

/**
 * Some records of one partition. What is not asked for is not decoded; reading `records` or `values`, also of a column, throws
 * BATCH_CORRUPT where the batch is not what was written.
 */
export type ConsumedBatch = {
  readonly topic: string
  readonly partition: number
  readonly records: readonly LogRecord[]
  /** Only the value of each record: costs less to read than `records`. */
  readonly values: readonly unknown[]
  /** The records by column; undefined in topics of opaque records (JSON, AVRO, …). */
  readonly columns: RecordColumns | undefined
  /** How many records these are, at least one. */
  readonly count: number
  /** The offset to commit when all of them are done. */
  readonly nextOffset: Offset
  readonly memberId: string
  readonly generation: number
}

/** Record i is what stands at index i of each column. */
export type RecordColumns = {
  readonly offsets: ArrayLike<Offset>
  readonly timestamps: ArrayLike<number>
  /** As the batch says, whatever a source over the topic declares. */
  readonly key: readonly ValueColumn[]
  readonly value: readonly ValueColumn[]
  /** 1 where the whole value is null. Absent: nowhere. */
  readonly nullValues?: ArrayLike<number>
}

/** Values in the form of their SQL type; a typed array where there are only numbers. Decoded on first use. */
export type ValueColumn = Column & {readonly values: ArrayLike<Value>}
