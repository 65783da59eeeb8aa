import {ByteWriter} from '../batch/byte-writer.ts'
import type {Row, Value} from '../schema/value.ts'
import type {StateWrite} from '../storage/port/task-commit.ts'
import {entryCodec, type EntryCodec} from './entry-codec.ts'
import type {EntryLayout} from './layout.ts'
import type {KeyColumns} from './map-key.ts'

/**
 * `returning`: a key that was removed may come again. `unique`: it may not. `unseen`: storage may hold rows that are not here,
 * so every removal is told.
 */
type KeyUse = 'returning' | 'unique' | 'unseen'

/**
 * Rows in slots: one array per column, so that operators loop over slots without an object per row. A slot is a small
 * integer, valid until its row is removed and drained. Finding slots by key is the business of the stores around it.
 */
export class RowTable {
  readonly name: string
  readonly keys: readonly Value[][]
  readonly values: readonly Value[][]
  /** Row time by slot, ms. */
  readonly times: number[] = []
  readonly #codec: EntryCodec
  readonly #keyUse: KeyUse
  readonly #stored: readonly Value[][]
  #state = new Uint8Array(64)
  #size = 0
  #dirty: number[] = []
  #free: number[] = []
  #entries = 0

  constructor(name: string, layout: EntryLayout, {keys = 'returning'}: {readonly keys?: KeyUse} = {}) {
    this.name = name
    this.#keyUse = keys
    this.keys = layout.key.map(() => [])
    this.values = layout.value.map(() => [])
    this.#stored = [...this.values, this.times]
    this.#codec = entryCodec(layout)
  }

  get entries(): number {
    return this.#entries
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
    this.#state[slot] = PRESENT | DIRTY | (this.#keyUse === 'unseen' ? 0 : NEW)
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

  /** The row is gone; its slot is used again only after the next drain. */
  remove(slot: number): void {
    this.touch(slot)
    this.#state[slot] = DIRTY | (this.#state[slot]! & NEW)
    this.#entries--
  }

  /** As `drain`, for those who keep nothing: changes are settled without being encoded. */
  settle(): void {
    for (const slot of this.#dirty) {
      if (this.isPresent(slot)) this.#state[slot] = PRESENT
      else {
        this.#state[slot] = 0
        this.#free.push(slot)
      }
    }
    this.#dirty = []
  }

  /** Forgets all rows without a trace. */
  clear(): void {
    for (const column of this.#stored) column.length = 0
    for (const column of this.keys) column.length = 0
    this.#size = 0
    this.#dirty = []
    this.#free = []
    this.#entries = 0
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

  drain(): StateWrite[] {
    const removed: number[] = []
    const ends: number[] = []
    writer.at = 0
    for (const slot of this.#dirty) {
      if (!this.isPresent(slot)) {
        removed.push(slot)
        continue
      }
      this.#state[slot] = PRESENT
      this.#codec.writeKey(writer, this.keys, slot)
      ends.push(writer.at)
      this.#codec.writeValue(writer, this.#stored, slot)
      ends.push(writer.at)
    }
    this.#dirty = []
    const puts = this.#putsOf(writer.take(), ends)
    return removed.length === 0 ? puts : [...this.#drainRemoved(removed, puts), ...puts]
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

  /** Deletes, except for keys that were written again: a commit names each key once. What storage never saw needs none. */
  #drainRemoved(removed: readonly number[], puts: readonly StateWrite[]): StateWrite[] {
    const seen = new Set(this.#keyUse === 'unique' ? [] : puts.map(write => latin1(write.key)))
    const deletes: StateWrite[] = []
    for (const slot of removed) {
      const isNew = (this.#state[slot]! & NEW) !== 0
      this.#state[slot] = 0
      this.#free.push(slot)
      if (isNew) continue
      const key = this.#codec.encodeKey(this.keys, slot)
      if (this.#keyUse !== 'unique') {
        const text = latin1(key)
        if (seen.has(text)) continue
        seen.add(text)
      }
      deletes.push({store: this.name, key, value: null})
    }
    return deletes
  }

  /** The slot of a committed entry, not marked as changed. */
  loadEntry(entry: {readonly key: Uint8Array; readonly value: Uint8Array}): number {
    const slot = this.addKey(this.#codec.decodeKey(entry.key))
    this.#dirty.pop()
    this.#state[slot] = PRESENT
    const values = this.#codec.decodeValue(entry.value)
    this.setRow(slot, values)
    this.times[slot] = Number(values[this.values.length])
    return slot
  }
}

// One buffer for all tables of the thread: a drain never waits, and never drains inside of draining.
const writer = new ByteWriter(1 << 16)

const PRESENT = 1
const DIRTY = 2
/** Not drained yet. */
const NEW = 4

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
