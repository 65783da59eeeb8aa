import {latin1} from '../base/bytes.ts'
import {ByteWriter} from '../batch/byte-writer.ts'
import type {Row, Value} from '../schema/value.ts'
import type {StateWrite} from '../storage/port/task-commit.ts'
import {entryCodec, type EntryCodec} from './entry-codec.ts'
import type {EntryLayout} from './layout.ts'
import {endPart, startPart} from './changelog-entry.ts'
import type {KeyColumns} from './map-key.ts'
import {PendingSlots} from './pending-slots.ts'

/**
 * `kept`: rows stay in the table when they are stored. `passing`: they leave it, and storage may hold rows that are not here, so
 * every removal is told.
 */
type RowUse = 'kept' | 'passing'

/**
 * Rows in slots: one array per column, so that operators loop over slots without an object per row. A slot is a small
 * integer, valid until its row is removed and that is stored. Finding slots by key is the business of the stores around it.
 *
 * A change goes two steps: `logChanges` with each commit, which may write it to the task's changelog, and `flush` at some later
 * commit, which gives the row as it is by then.
 */
export class RowTable {
  readonly name: string
  readonly keys: readonly Value[][]
  readonly values: readonly Value[][]
  /** Row time by slot, ms. */
  readonly times: number[] = []
  readonly #codec: EntryCodec
  readonly #use: RowUse
  readonly #stored: readonly Value[][]
  #state = new Uint8Array(64)
  #size = 0
  #dirty: number[] = []
  readonly #pending = new PendingSlots()
  #free: number[] = []
  #entries = 0
  /** While rows are loaded that the changelog holds: the sequence from which it must be kept for them. */
  #replayedFrom: number | undefined

  constructor(name: string, layout: EntryLayout, use: RowUse = 'kept') {
    this.name = name
    this.#use = use
    this.keys = layout.key.map(() => [])
    this.values = layout.value.map(() => [])
    this.#stored = [...this.values, this.times]
    this.#codec = entryCodec(layout)
  }

  get entries(): number {
    return this.#entries
  }

  /** Rows that changed since the last commit; each has a slot, so a key may be counted twice. */
  get changes(): number {
    return this.#dirty.length
  }

  /** Rows that were logged and are not stored, and the sequence of the oldest of them. */
  get pending(): number {
    return this.#pending.count
  }

  get pendingFrom(): number {
    return this.#pending.first
  }

  get isReplaying(): boolean {
    return this.#replayedFrom !== undefined
  }

  isPresent(slot: number): boolean {
    return (this.#state[slot]! & PRESENT) !== 0
  }

  /** A new, changed row with the key at `row`; the caller sets its values, its time, and key columns beyond `columns`. */
  add(columns: KeyColumns, row: number): number {
    const slot = this.#allocate()
    for (let i = 0; i < columns.length; i++) this.keys[i]![slot] = columns[i]![row]!
    return slot
  }

  /** As `add`, for a key at hand. */
  addKey(key: Row): number {
    const slot = this.#allocate()
    for (let i = 0; i < this.keys.length; i++) this.keys[i]![slot] = key[i] ?? null
    return slot
  }

  #allocate(): number {
    const slot = this.#free.pop() ?? this.#size++
    if (slot >= this.#state.length) {
      const grown = new Uint8Array(this.#state.length * 2)
      grown.set(this.#state)
      this.#state = grown
    }
    this.#state[slot] = PRESENT | DIRTY | (this.#use === 'passing' ? 0 : NEW)
    this.#dirty.push(slot)
    this.#entries++
    return slot
  }

  /** Marks a row as changed. */
  touch(slot: number): void {
    const state = this.#state[slot]!
    if ((state & DIRTY) !== 0) return
    this.#state[slot] = state | DIRTY
    this.#dirty.push(slot)
  }

  /** The row is gone; its slot is used again only after that is stored. */
  remove(slot: number): void {
    this.touch(slot)
    this.#state[slot]! &= ~PRESENT
    this.#entries--
  }

  /** For those who keep nothing: changes are forgotten without being encoded. */
  settle(): void {
    for (const slot of this.#dirty) {
      if (this.isPresent(slot)) this.#state[slot] = PRESENT
      else this.#release(slot)
    }
    this.#dirty = []
  }

  key(slot: number): Row {
    return this.keys.map(column => column[slot]!)
  }

  row(slot: number): Row {
    return this.values.map(column => column[slot]!)
  }

  setRow(slot: number, values: Row): void {
    for (let i = 0; i < this.values.length; i++) this.values[i]![slot] = values[i] ?? null
  }

  /**
   * Takes what changed since the last call as part of the commit with this sequence: to be flushed by it or later. With a writer
   * each change is written too, in an order in which they can be replayed; returns how many. Rows that came and went in between leave
   * no trace.
   */
  logChanges(sequence: number, writer: ByteWriter | undefined): number {
    let logged = 0
    for (const slot of this.#dirty) {
      const state = this.#state[slot]! & ~DIRTY
      this.#state[slot] = state
      if ((state & PENDING) === 0) {
        if (state === NEW) {
          this.#release(slot)
          continue
        }
        this.#state[slot] = state | PENDING
        this.#pending.push(slot, sequence)
      }
      if (writer !== undefined) this.#writeEntry(writer, slot, (state & PRESENT) !== 0)
      logged++
    }
    this.#dirty = []
    return logged
  }

  #writeEntry(writer: ByteWriter, slot: number, isPut: boolean): void {
    const key = startPart(writer)
    this.#codec.writeKey(writer, this.keys, slot)
    endPart(writer, key, 0)
    const value = startPart(writer)
    if (isPut) this.#codec.writeValue(writer, this.#stored, slot)
    endPart(writer, value, isPut ? 1 : 0)
  }

  /**
   * Rows as they are now, of those that have waited longest: all that were logged before a sequence, and others up to `rowsMax` in all.
   * Each key at most once. `onGone`: slots that leave the table.
   */
  flush(rowsMax: number, before: number, onGone: (slot: number) => void): StateWrite[] {
    const slots = this.#pending.take(rowsMax, before)
    if (slots.length === 0) return []
    const removed = slots.filter(slot => !this.isPresent(slot))
    const puts = this.#encode(removed.length === 0 ? slots : slots.filter(slot => this.isPresent(slot)))
    const writes = removed.length === 0 ? puts : [...this.#deletes(removed, puts), ...puts]
    for (const slot of slots) {
      if (this.isPresent(slot) && this.#use === 'kept') {
        this.#state[slot] = PRESENT
        continue
      }
      if (this.isPresent(slot)) this.#entries--
      onGone(slot)
      this.#release(slot)
    }
    return writes
  }

  #encode(slots: readonly number[]): StateWrite[] {
    const ends: number[] = []
    scratch.at = 0
    for (const slot of slots) {
      this.#codec.writeKey(scratch, this.keys, slot)
      ends.push(scratch.at)
      this.#codec.writeValue(scratch, this.#stored, slot)
      ends.push(scratch.at)
    }
    return this.#putsOf(scratch.take(), ends)
  }

  /** `ends`: of each key and of each value. All of them stand on one piece of memory. */
  #putsOf(bytes: Uint8Array, ends: readonly number[]): StateWrite[] {
    const puts: StateWrite[] = []
    let from = 0
    for (let i = 0; i < ends.length; i += 2) {
      const middle = ends[i]!
      const end = ends[i + 1]!
      puts.push({store: this.name, key: bytes.subarray(from, middle), value: bytes.subarray(middle, end)})
      from = end
    }
    return puts
  }

  /** Deletes, except for keys that are written again: a commit names each key once. What storage never saw needs none. */
  #deletes(removed: readonly number[], puts: readonly StateWrite[]): StateWrite[] {
    const known = removed.filter(slot => (this.#state[slot]! & NEW) === 0)
    if (known.length === 0) return []
    const seen = new Set(puts.map(write => latin1(write.key)))
    return known.flatMap(slot => {
      const key = this.#codec.encodeKey(this.keys, slot)
      const text = latin1(key)
      if (seen.has(text)) return []
      seen.add(text)
      return [{store: this.name, key, value: null}]
    })
  }

  #release(slot: number): void {
    this.#state[slot] = 0
    this.#free.push(slot)
  }

  /** Runs `load`, whose entries come from the changelog: their rows are still to be flushed. */
  replay(from: number, load: () => void): void {
    this.#replayedFrom = from
    load()
    this.#replayedFrom = undefined
  }

  /** A key that the changelog says is gone, whose row is still to be deleted. */
  loadRemoved(key: Uint8Array): void {
    const slot = this.addKey(this.#codec.decodeKey(key))
    this.#dirty.pop()
    this.#entries--
    this.#state[slot] = PENDING
    this.#pending.push(slot, this.#replayedFrom ?? 0)
  }

  /** The slot of a committed entry, not marked as changed. */
  loadEntry(entry: {readonly key: Uint8Array; readonly value: Uint8Array}): number {
    const slot = this.addKey(this.#codec.decodeKey(entry.key))
    this.#dirty.pop()
    this.#state[slot] = PRESENT
    if (this.#replayedFrom !== undefined) {
      this.#state[slot] = PRESENT | PENDING
      this.#pending.push(slot, this.#replayedFrom)
    }
    const values = this.#codec.decodeValue(entry.value)
    this.setRow(slot, values)
    this.times[slot] = Number(values[this.values.length])
    return slot
  }
}

// One buffer for all tables of the thread: nothing here waits, or encodes while it encodes.
const scratch = new ByteWriter(1 << 16)

const PRESENT = 1
/** Changed since the last commit. */
const DIRTY = 2
/** Storage never saw its row. */
const NEW = 4
/** In a commit, but its row is not stored yet. */
const PENDING = 8
