import type {Epoch, Offset, TopicPartition} from '../../record/record.ts'
import type {AppendBatch} from './log-store.ts'

/** Identifies one sub-topology of one query on one partition: `query/subTopology/partition`. */
export type TaskId = {
  readonly query: string
  readonly subTopology: number
  readonly partition: number
  /** The placement of the task's inputs; its state and offsets live there. */
  readonly placement: string
}

export const taskKey = (task: TaskId): string => `${task.query}/${task.subTopology}/${task.partition}`

/**
 * Everything that a task did with one batch of input. All of it becomes visible at once, or none of it.
 * Refused as `fenced` when a newer epoch has been claimed for the task.
 */
export type TaskCommit = {
  readonly task: TaskId
  readonly epoch: Epoch
  /** Next offset to read, by input partition; only those that moved. */
  readonly consumed: readonly (TopicPartition & {readonly next: Offset})[]
  readonly state: readonly StateWrite[]
  readonly outputs: readonly AppendBatch[]
  /** Small task facts that must survive a restart (stream times, …): opaque, replaced as a whole when given. */
  readonly facts?: Uint8Array
}

/** A write to one store of the task; `value: null` deletes. Keys are order-preserving bytes. */
export type StateWrite = {readonly store: string; readonly key: Uint8Array; readonly value: Uint8Array | null}

export type CommitOutcome =
  | {readonly kind: 'committed'; readonly baseOffsets: readonly Offset[]}
  | {readonly kind: 'fenced'; readonly by: Epoch}
  /** An output topic is gone; nothing was written. */
  | {readonly kind: 'unknown-partition'; readonly at: TopicPartition}
