import type {StateWrite} from '../storage/port/task-commit.ts'

/** A state store as a task holds it: an image in memory, with the changes since the last commit marked. */
export interface StoreImage {
  readonly name: string
  /** Rows held. */
  readonly entries: number
  /** What changed since the last call, encoded; each key at most once. */
  drain(): StateWrite[]
  /** Forgets what changed, without encoding it: for tasks that never commit. */
  settle(): void
  /** Committed entries, before any other use. */
  load(entries: Iterable<{readonly key: Uint8Array; readonly value: Uint8Array}>): void
}
