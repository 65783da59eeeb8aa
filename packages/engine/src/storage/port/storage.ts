import type {StorageFeatures} from './features.ts'
import type {GroupStore} from './group-store.ts'
import type {LogStore} from './log-store.ts'
import type {StateStore} from './state-store.ts'
import type {CommitOutcome, TaskCommit} from './task-commit.ts'
import type {Wake} from './wake.ts'

/**
 * Where everything durable lives. Opened by an adapter, handed to the engine, closed by whoever opened it.
 * Methods fail with EngineError `STORAGE_UNAVAILABLE` (retryable) when the store can't be reached and nothing is known
 * of the outcome, `STORAGE_FULL` when it refuses writes, `CLOSED` after `close`.
 * Bytes that are handed in are not changed afterwards; bytes that are handed out are for reading.
 */
export interface Storage {
  readonly features: StorageFeatures
  readonly log: LogStore
  readonly state: StateStore
  readonly groups: GroupStore
  readonly wake: Wake
  /** Writes all of `work`, or nothing. Refuses an epoch older than the last one claimed. */
  commit(work: TaskCommit): Promise<CommitOutcome>
  /** Facts for people: server version, memory, persistence, replicas. Names and values are shown as they are. */
  health(): Promise<StorageHealth>
  close(): Promise<void>
}

export type StorageHealth = {readonly isHealthy: boolean; readonly facts: Readonly<Record<string, string>>}
