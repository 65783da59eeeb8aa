import type {Epoch, Offset, TopicPartition} from '../../record/record.ts'
import type {ChangelogEntry, CommitAcks, TaskId} from './task-commit.ts'

/** Committed state of tasks. Written only by `Storage.commit`. */
export interface StateStore {
  /**
   * Claims a task for a new owner: raises its epoch by one and returns it with what was committed last.
   * From then on commits with an older epoch are fenced. With ALL what is returned has reached ALL, and so has what the owner before
   * left behind for other slots of a cluster; it may fail with ACKS_NOT_REACHED.
   */
  claim(task: TaskId, acks?: CommitAcks): Promise<TaskImage>

  /** What was committed last, without claiming; undefined before the first claim. */
  peek(task: TaskId): Promise<Omit<TaskImage, 'epoch'> | undefined>

  /**
   * Entries of the changelog with a sequence above `after`, in order, and where it begins (0 before the first commit that said so): one
   * moment of it. Who reads this first and rows afterwards misses nothing that was committed before: see `state/committed-state.ts`.
   */
  changelog(task: TaskId, after: number): Promise<ChangelogPage>

  /** Values of the rows of keys in one store, in the order of the keys; null where absent. One round trip. */
  lookUp(task: TaskId, store: string, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | null)[]>

  /**
   * Rows with `from` ≤ key < `to` (bytewise; both optional), in key order, at most `entriesMax`, after `after` (exclusive).
   * Each page is a committed state; pages may see different commits. `next` is opaque.
   *
   * Order holds for stores named in `TaskCommit.orderedStores`. For the others an adapter may answer in any order when
   * neither `from` nor `to` is given: a page may then hold somewhat more than `entriesMax`, and a key written between
   * two pages may come twice. With `from` or `to` they are answered in order, at the price of a full scan.
   */
  scan(task: TaskId, store: string, range: ScanRange): Promise<ScanPage>

  /** Removes all state, offsets and the epoch of a query's tasks. */
  dropQuery(query: string): Promise<void>
}

export type TaskImage = {
  readonly epoch: Epoch
  readonly consumed: readonly (TopicPartition & {readonly next: Offset})[]
  readonly facts: Uint8Array | undefined
}

export type ChangelogPage = {readonly keepFrom: number; readonly entries: readonly ChangelogEntry[]}

export type ScanRange = {
  readonly from?: Uint8Array
  readonly to?: Uint8Array
  readonly after?: Uint8Array
  readonly entriesMax: number
}

export type ScanPage = {
  readonly entries: readonly {readonly key: Uint8Array; readonly value: Uint8Array}[]
  /** Give as `after` to go on; absent at the end. */
  readonly next?: Uint8Array
}
