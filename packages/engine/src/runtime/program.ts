import type {Chunk} from '../chunk/chunk.ts'
import type {BadRow} from '../operators/operator.ts'
import type {Turns} from '../operators/turns.ts'
import type {Offset} from '../record/record.ts'
import type {AppendBatch, StoredBatch} from '../storage/port/log-store.ts'
import type {StateEffects} from '../state/task-stores.ts'
import type {ChangelogEntry} from '../storage/port/task-commit.ts'

/** What a task runs: decoding, operators over state, encoding. Synchronous; knows nothing of storage. */
export interface TaskProgram {
  /** The topics that it reads, each once. */
  readonly topics: readonly string[]
  /** Those that the query made for itself: nobody else reads them, so what is done may go. */
  readonly ownTopics: ReadonlySet<string>
  /** Rows of a batch of `topics[topic]` with offset ≥ `from`. A batch that can't be read at all throws `BATCH_CORRUPT`. */
  decode(topic: number, batch: StoredBatch, from: Offset): Decoded
  process(parts: readonly Part[]): void
  /** Rows of its two topics at once; turns end at offsets. Absent: runs of rows come one after the other. */
  readonly processBoth?: ((left: Part, right: Part, turns: Turns) => void) | undefined
  /** What `process` did since the last call. */
  take(): Effects
  readonly stateEntries: number

  /** There is something to commit although nothing was read. */
  readonly hasWork?: boolean

  /** The committed changelog: before any `restore`. */
  replay(changelog: readonly ChangelogEntry[]): void
  /** Stores that must be given back before the first `process`, in this order; the list may grow while the first are. */
  readonly restoredStores: readonly string[]
  /** Committed entries of one of them; may be called for each page. */
  restore(store: string, entries: Iterable<{readonly key: Uint8Array; readonly value: Uint8Array}>): void
  /** After the last `restore`. */
  endRestore(): void
  restoreFacts(facts: Uint8Array): void
}

/** Rows of one topic, as one of the inputs that the topic is. */
export type Part = {readonly input: number; readonly chunk: Chunk}

/** Rows that could not be read are missing from the parts. */
export type Decoded = {readonly parts: readonly Part[]; readonly badRows: readonly BadRow[]}

export type Effects = StateEffects & {
  readonly orderedStores: readonly string[]
  readonly outputs: readonly AppendBatch[]
  readonly facts: Uint8Array | undefined
  readonly rowsOut: number
  readonly badRows: readonly BadRow[]
}
