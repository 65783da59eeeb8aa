import {assert, must} from '../base/assert.ts'
import {latin1} from '../base/bytes.ts'
import {ByteWriter} from '../batch/byte-writer.ts'
import type {ChangelogEntry, ChangelogWrite, StateWrite} from '../storage/port/task-commit.ts'
import {changesOf, endSection, startSection, type LoggedChange} from './changelog-entry.ts'
import {changelogPolicy, type ChangelogPolicy} from './changelog-policy.ts'
import {Facts} from './facts.ts'
import type {RowTable} from './row-table.ts'
import type {StoreImage} from './store-image.ts'

/** What a commit does to state. */
export type StateEffects = {readonly state: readonly StateWrite[]; readonly changelog?: ChangelogWrite}

/**
 * All state of one task. Each commit takes what changed: as rows when there is little, and else as an entry of the changelog, whose
 * rows follow when there is time or the changelog has become long. So a row that changes a hundred times is written once, and one that
 * comes and goes is never written.
 */
export class TaskStores {
  readonly facts = new Facts()
  readonly #stores = new Map<string, StoreImage>()
  readonly #policy: ChangelogPolicy
  /** Sizes of the entries in storage that are kept, oldest first. */
  readonly #logged: {readonly sequence: number; readonly bytes: number}[] = []
  #loggedBytes = 0
  readonly #replayed = new Map<string, Map<string, LoggedChange>>()
  /** Of the last commit. */
  #sequence: number

  /**
   * `sequence`: that of the first commit will be above it. It should be above all that a task of this name ever had, even one that was
   * dropped, so that whoever remembers a changelog sees that this is another.
   */
  constructor(policy: ChangelogPolicy = changelogPolicy(), sequence = 0) {
    this.#policy = policy
    this.#sequence = sequence
  }

  add<S extends StoreImage>(store: S): S {
    assert(!this.#stores.has(store.name), `two stores are called ${store.name}`)
    this.#stores.set(store.name, store)
    return store
  }

  store(name: string): StoreImage {
    return must(this.#stores.get(name), `state store ${name}`)
  }

  stores(): Iterable<StoreImage> {
    return this.#stores.values()
  }

  settle(): void {
    for (const {table} of this.#stores.values()) table.settle()
  }

  /** Rows that are committed in the changelog only. */
  get pending(): number {
    return this.#sum(table => table.pending)
  }

  /** What the next commit does to state. */
  take(): StateEffects {
    const {smallCommitChanges, rowsPerCommit, bytesMax} = this.#policy
    const changes = this.#sum(table => table.changes)
    const waiting = this.pending
    if (changes + waiting === 0) return {state: []}
    const sequence = ++this.#sequence
    const isSmall = changes <= smallCommitChanges
    const bytes =
      isSmall && changes + waiting <= rowsPerCommit ? this.#log(sequence) : this.#log(sequence, new ByteWriter(changes * 48))
    if (bytes !== undefined) {
      this.#logged.push({sequence, bytes: bytes.length})
      this.#loggedBytes += bytes.length
    }
    const state = this.#flush(isSmall ? rowsPerCommit : 0, this.#firstWithin(bytesMax))
    if (this.#logged.length === 0) return {state}
    const keepFrom = Math.min(sequence + 1, ...[...this.#stores.values()].map(({table}) => table.pendingFrom))
    this.#drop(keepFrom)
    return {state, changelog: bytes === undefined ? {keepFrom} : {keepFrom, append: {sequence, bytes}}}
  }

  /** Changes since the last commit as an entry of the changelog; without a writer, or when there are none, they are not in it. */
  #log(sequence: number, writer?: ByteWriter): Uint8Array | undefined {
    for (const {table} of this.#stores.values()) {
      if (table.changes === 0) continue
      const logged = writer && startSection(writer, table.name)
      const count = table.logChanges(sequence, writer)
      if (writer && logged !== undefined) endSection(writer, logged, count)
    }
    return writer === undefined || writer.at === 0 ? undefined : writer.take()
  }

  /** Rows that wait since before a sequence, and others, the oldest first, up to a number. */
  #flush(rowsMax: number, before: number): StateWrite[] {
    const writes: StateWrite[] = []
    let rest = rowsMax
    for (const store of this.#stores.values()) {
      const flushed = store.table.flush(rest, before, slot => store.forget?.(slot))
      rest = Math.max(0, rest - flushed.length)
      for (const write of flushed) writes.push(write)
    }
    return writes
  }

  /** Sequence of the first entry such that it and all later ones are no more than so many bytes. */
  #firstWithin(bytesMax: number): number {
    let bytes = this.#loggedBytes
    for (const entry of this.#logged) {
      if (bytes <= bytesMax) return entry.sequence
      bytes -= entry.bytes
    }
    return bytes < this.#loggedBytes ? this.#sequence + 1 : 0
  }

  #drop(keepFrom: number): void {
    const kept = this.#logged.findIndex(entry => entry.sequence >= keepFrom)
    for (const {bytes} of this.#logged.splice(0, kept < 0 ? this.#logged.length : kept)) this.#loggedBytes -= bytes
  }

  #sum(numberOf: (table: RowTable) => number): number {
    let sum = 0
    for (const {table} of this.#stores.values()) sum += numberOf(table)
    return sum
  }

  /** Committed rows of a store, before the first `process`. */
  load(store: string, rows: Iterable<StoredRow>): void {
    const hidden = this.#replayed.get(store)
    const shown = hidden === undefined ? rows : [...rows].filter(({key}) => !hidden.has(latin1(key)))
    this.store(store).load(shown)
  }

  /** The changelog as it is kept in storage: before any row is loaded. What it holds stands above the rows. */
  replay(entries: readonly ChangelogEntry[]): void {
    for (const {sequence, bytes} of entries) {
      this.#sequence = Math.max(this.#sequence, sequence)
      this.#logged.push({sequence, bytes: bytes.length})
      this.#loggedBytes += bytes.length
      for (const change of changesOf(bytes)) {
        const changes = this.#replayed.get(change.store) ?? new Map<string, LoggedChange>()
        this.#replayed.set(change.store, changes)
        changes.set(latin1(change.key), change)
      }
    }
  }

  /** After the last row was loaded. */
  endReplay(): void {
    const from = this.#logged[0]?.sequence ?? 0
    for (const [name, changes] of this.#replayed) {
      const store = this.store(name)
      store.table.replay(from, () => {
        store.load([...changes.values()].flatMap(({key, value}) => (value === null ? [] : [{key, value}])))
        for (const {key, value} of changes.values()) if (value === null) store.table.loadRemoved(key)
      })
    }
    this.#replayed.clear()
  }
}

type StoredRow = {readonly key: Uint8Array; readonly value: Uint8Array}
