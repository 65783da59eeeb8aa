import type {TopicPartition} from '../../record/record.ts'
import type {StoredBatch} from './log-store.ts'

/**
 * `batches`: some of what was appended, small batches in the order of their offsets, for who has read up to the first of them. A
 * short cut that may be missing or have gaps: what counts is the log.
 */
export type Touched = TopicPartition & {readonly batches?: readonly StoredBatch[]}

/** "Something was appended": by this or (where the adapter is cross-process) any other process or thread. */
export interface Wake {
  /**
   * Calls `listener` soon after an append to one of the partitions; calls may be merged and may be spurious.
   * `*` listens to everything. Returns a function that stops it. Set-up is complete when the promise resolves: an append
   * that starts later is heard.
   */
  subscribe(partitions: readonly TopicPartition[] | '*', listener: (touched: readonly Touched[]) => void): Promise<() => void>
}
