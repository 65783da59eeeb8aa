import type {TopicPartition} from '../../record/record.ts'

/** "Something was appended": by this or (where the adapter is cross-process) any other process or thread. */
export interface Wake {
  /**
   * Calls `listener` soon after an append to one of the partitions; calls may be merged and may be spurious.
   * `*` listens to everything. Returns a function that stops it. Set-up is complete when the promise resolves: an append
   * that starts later is heard.
   */
  subscribe(
    partitions: readonly TopicPartition[] | '*',
    listener: (touched: readonly TopicPartition[]) => void,
  ): Promise<() => void>
}
