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
 * Refused as `fenced` unless `epoch` is the one claimed last (`by` is 0 when the task was never claimed or was dropped).
 * When it fails with STORAGE_UNAVAILABLE nobody knows whether it happened: claim again and go on from what is committed.
 */
export type TaskCommit = {
  readonly task: TaskId
  readonly epoch: Epoch
  /** Next offset to read, by input partition; only those that moved. */
  readonly consumed: readonly (TopicPartition & {readonly next: Offset})[]
  /** Rows to be written. At most one write of a key. */
  readonly state: readonly StateWrite[]
  /** What happens to the task's changelog; absent: nothing. */
  readonly changelog?: ChangelogWrite
  /**
   * Stores among those written whose keys `StateStore.scan` must find in order. Named in every commit that writes them, or
   * never: an adapter may keep an index for them, which costs nothing for keys that are already there.
   */
  readonly orderedStores?: readonly string[]
  /** Written in order. The epoch stands for the producer: `producer` and `expectedEnd` are not looked at. */
  readonly outputs: readonly AppendBatch[]
  readonly acks?: CommitAcks
  /** Small task facts that must survive a restart (stream times, …): opaque, replaced as a whole when given. */
  readonly facts?: Uint8Array
}

/**
 * LEADER (the default): applied. ALL: also on the replicas and on disk, as for `AppendOptions.acks`, before outputs leave for other slots
 * of a cluster and before it is answered. It may fail with ACKS_NOT_REACHED: then it is committed all the same.
 */
export type CommitAcks = 'LEADER' | 'ALL'

/** A write to one store of the task; `value: null` deletes. Keys are order-preserving bytes. */
export type StateWrite = {readonly store: string; readonly key: Uint8Array; readonly value: Uint8Array | null}

/**
 * A task's changelog holds changes of state whose rows are written by a later commit: one entry is far cheaper than its rows, and a row
 * that changes again and again is written once. What an entry says stands above the rows.
 */
export type ChangelogWrite = {
  /** A new entry; its sequence is above those of all before it. Opaque. */
  readonly append?: ChangelogEntry
  /** Entries with a lower sequence are dropped: their rows are written, by this commit or before. Never goes back. */
  readonly keepFrom: number
}

export type ChangelogEntry = {readonly sequence: number; readonly bytes: Uint8Array}

export type CommitOutcome =
  /** `acks` only where ALL was asked for and less was given. */
  | {readonly kind: 'committed'; readonly baseOffsets: readonly Offset[]; readonly acks?: 'LEADER'}
  | {readonly kind: 'fenced'; readonly by: Epoch}
  /** An output topic is gone; nothing was written. */
  | {readonly kind: 'unknown-partition'; readonly at: TopicPartition}
