import type {Chunk} from '../chunk/chunk.ts'
import type {StateEffects} from '../state/task-stores.ts'
import type {ChangelogEntry} from '../storage/port/task-commit.ts'
import type {Turns} from '../operators/turns.ts'
import type {SubTopology} from './sub-topology.ts'

/**
 * One sub-topology at work on one partition. Everything is synchronous. A task gives it chunks, collects what came out,
 * drains the changed state, and commits the two together; after a restart a new one is given the committed state back.
 * After a throw it is of no further use: build a new one from the committed state.
 */
export interface TaskTopology {
  readonly subTopology: SubTopology
  readonly partition: number

  /** Rows of `subTopology.inputs[input]`, in the order of their offsets, record time already extracted. */
  process(input: number, chunk: Chunk): void

  /**
   * Rows of one topic that is several inputs: the same records decoded for each of them. Rows of the chunks are taken
   * by offset (each chunk has an `origin`), and for equal offsets in the order of `parts`.
   */
  processShared(parts: readonly InputRows[]): void

  /**
   * Rows of its two inputs at once, for a topology that can: the same as `process` for each turn. `turns` end at offsets; each
   * chunk has an `origin`.
   */
  readonly processBoth: ((left: InputRows, right: InputRows, turns: Turns) => void) | undefined

  /** What came out since the last call, in order; `output` is an index into `subTopology.outputs`. */
  collect(): readonly TaskOutput[]

  /** What the next commit does to state. Call after `collect`, once a commit. */
  drain(): TaskState

  /** Rows that are committed in the changelog only: a `drain` when nothing happened gives some of them. */
  readonly pendingRows: number

  /** For a task that never commits, in place of `drain`: lets go of what only a commit would need. */
  settle(): void

  /** The committed changelog: before any `restore`. */
  replay(changelog: readonly ChangelogEntry[]): void

  /** Committed rows of one of `subTopology.restoredStores`. Before the first `process`; may be called for each page. */
  restore(store: string, entries: Iterable<StateEntry>): void

  /** After the last `restore`. */
  endRestore(): void

  /** Committed facts, as drained. Before the first `process`. */
  restoreFacts(facts: Uint8Array): void

  stats(): TaskTopologyStats
}

export type InputRows = {readonly input: number; readonly chunk: Chunk}

export type TaskOutput = {readonly output: number; readonly chunk: Chunk}

export type StateEntry = {readonly key: Uint8Array; readonly value: Uint8Array}

export type TaskState = StateEffects & {
  /** Stream times and counters; absent when they did not change. */
  readonly facts?: Uint8Array
}

export type TaskTopologyStats = {
  /** Entries held in all stores. */
  readonly stateEntries: number
  readonly stores: readonly {readonly name: string; readonly entries: number}[]
  /** Rows dropped because their window was closed. */
  readonly lateRows: number
  /** Highest record time seen, ms; undefined before the first row. */
  readonly streamTimeMs: number | undefined
}
