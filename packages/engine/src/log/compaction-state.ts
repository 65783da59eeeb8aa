import type {Offset} from '../record/record.ts'
import type {PartitionBounds} from '../storage/port/log-store.ts'

/** What is kept of a partition's compactions, in a document of its own. */
export type CompactionState = {
  /** Tells a topic from an earlier one of its name. */
  readonly createdAtMs: number
  /** Below it every key stands once. */
  readonly cleanTo: Offset
  /** Bytes below `cleanTo` after the last compaction, which began at this offset. */
  readonly cleanBytes: number
  readonly cleanBegin: Offset
  /** When the log was clean up to where: a tombstone goes when it has been in the clean part for long enough. */
  readonly marks: readonly Mark[]
  /** The first tombstone in the clean part. */
  readonly firstTombstone: Offset | null
  /** A batch that compaction made: a log that does not have it has lost the compaction, as after a failover. */
  readonly made: BatchMark | null
  /** One process at a time compacts a partition. */
  readonly lease: {readonly owner: string; readonly untilMs: number} | null
}
export type BatchMark = {readonly base: Offset; readonly checksum: number}
type Mark = {readonly atMs: number; readonly to: Offset}

export const notCompacted = (createdAtMs: number): CompactionState => ({
  createdAtMs,
  cleanTo: 0,
  cleanBytes: 0,
  cleanBegin: 0,
  marks: [],
  firstTombstone: null,
  made: null,
  lease: null,
})

/** Tombstones below it have been in the clean part since `beforeMs` or longer. */
export const tombstonesDue = ({marks}: CompactionState, beforeMs: number): Offset =>
  marks.reduce((due, {atMs, to}) => (atMs <= beforeMs ? Math.max(due, to) : due), 0)

/** Parts of the delay after which a tombstone goes: it goes at most one of them late. */
const marksPerDelay = 16

/**
 * The marks with a new one. Of those that are due the last is kept: a tombstone that was the last of its log goes later. Of marks
 * that stand closer together than tombstones need to be told apart the one in the middle goes: its tombstones wait for the next mark.
 * So there are never more than twice `marksPerDelay` and a few.
 */
export function withMark(marks: readonly Mark[], mark: Mark, delayMs: number, dueBefore: Offset): readonly Mark[] {
  const firstWaiting = marks.findIndex(({to}) => to > dueBefore)
  const waiting = firstWaiting < 0 ? marks.slice(-1) : marks.slice(Math.max(0, firstWaiting - 1))
  const before = waiting.at(-2)
  const isClose = before !== undefined && mark.atMs - before.atMs < delayMs / marksPerDelay
  return [...(isClose ? waiting.slice(0, -1) : waiting), mark]
}

/** Bytes of the clean part and of what is behind it. A trim since then took from the clean part; how much is estimated by offsets. */
export function cleanAndDirty(state: CompactionState, {begin, bytes}: PartitionBounds): {clean: number; dirty: number} {
  const {cleanTo, cleanBegin, cleanBytes} = state
  const left = cleanTo > cleanBegin ? Math.max(0, cleanTo - Math.max(begin, cleanBegin)) / (cleanTo - cleanBegin) : 0
  const clean = Math.min(bytes, cleanBytes * left)
  return {clean, dirty: bytes - clean}
}
