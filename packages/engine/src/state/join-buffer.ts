import {BIGINT, INT} from '../schema/sql-type.ts'
import {grown} from './grown.ts'
import type {KeyIds} from './key-ids.ts'
import {mapKeyOf, mapKeysOf, type KeyColumns, type MapKey} from './map-key.ts'
import type {EntryLayout} from './layout.ts'
import {RowTable} from './row-table.ts'
import type {StoreImage} from './store-image.ts'
import {TimeBuckets} from './time-buckets.ts'
import {WaitingRows} from './waiting-rows.ts'

/** Rows stay at most this part of the retention longer than they must. */
const bucketsPerRetention = 16

/**
 * Rows of one side of a stream-stream join: by key in order of time, and all together in buckets of time. A row may be
 * *waiting*: it has no partner yet and somebody wants to know when its time is over. Entries are keyed by key, time and
 * a number that grows with each row, so that equal rows stay apart and keep their order.
 */
export class JoinBuffer implements StoreImage {
  readonly table: RowTable
  readonly #ids: KeyIds
  readonly #buckets: TimeBuckets
  readonly #waiting = new WaitingRows()
  readonly #mapKeys: (columns: KeyColumns, count: number) => ArrayLike<MapKey>
  readonly #mapKey: (columns: KeyColumns, row: number) => MapKey
  /** Columns of the table: each row's number, whether it waits. */
  readonly #numbers: number
  readonly #flags: number
  /** By key id: the newest row of the key, or -1. By slot: its key id, and its neighbours in the key's list. */
  #newest: Int32Array = new Int32Array(0)
  #idOf: Int32Array = new Int32Array(0)
  #older: Int32Array = new Int32Array(0)
  #newer: Int32Array = new Int32Array(0)
  #lastNumber = 0
  #loaded: number[] = []

  /** `ids`: of the keys of both sides. */
  constructor(name: string, layout: EntryLayout, ids: KeyIds, retentionMs: number) {
    this.#numbers = layout.key.length + 1
    this.#flags = layout.value.length
    const stored = {key: [...layout.key, BIGINT, BIGINT], isWindowed: false, value: [...layout.value, INT]}
    this.table = new RowTable(name, stored)
    this.#ids = ids
    this.#buckets = new TimeBuckets(retentionMs / bucketsPerRetention)
    this.#mapKeys = mapKeysOf(layout.key)
    this.#mapKey = mapKeyOf(layout.key)
  }

  get name(): string {
    return this.table.name
  }

  get entries(): number {
    return this.table.entries
  }

  mapKeys(columns: KeyColumns, count: number): ArrayLike<MapKey> {
    return this.#mapKeys(columns, count)
  }

  /** A new row, which is not found by its key yet: `keep` or `pass` follows. The caller sets its values before the next commit. */
  add(columns: KeyColumns, row: number, timeMs: number): number {
    const slot = this.table.add(columns, row)
    const {keys, values, times} = this.table
    keys[this.#numbers - 1]![slot] = timeMs
    keys[this.#numbers]![slot] = ++this.#lastNumber
    values[this.#flags]![slot] = 0
    times[slot] = timeMs
    return slot
  }

  /** `id`: what the key ids know of the key, or -1. */
  keep(slot: number, key: MapKey, id: number, isWaiting: boolean): void {
    this.#link(slot, this.#ids.use(key, id))
    if (!isWaiting) return
    this.table.values[this.#flags]![slot] = 1
    this.#wait(slot)
  }

  /** The row is not kept: what stands at its slot can be read until the next commit. */
  pass(slot: number): void {
    this.table.remove(slot)
  }

  /** The first row of a key, in order of time, equal times as they came, that is not older than `timeMs`; -1: none. */
  firstFrom(id: number, timeMs: number): number {
    const {times} = this.table
    let found = -1
    for (let slot = this.#newestOf(id); slot >= 0 && times[slot]! >= timeMs; slot = this.#older[slot]!) found = slot
    return found
  }

  /** The row of the same key after it, or -1. */
  after(slot: number): number {
    return this.#newer[slot]!
  }

  isWaiting(slot: number): boolean {
    return this.table.values[this.#flags]![slot] === 1
  }

  stopWaiting(slot: number): void {
    this.table.values[this.#flags]![slot] = 0
    this.table.touch(slot)
  }

  /** Time of the row that waits longest; Infinity: none waits. */
  firstWaiting(): number {
    while (this.#waiting.firstSlot >= 0 && !this.#isFirstThere()) this.#waiting.shift()
    return this.#waiting.firstTime
  }

  /** Rows that wait at `firstWaiting()`, which stop waiting. */
  takeWaiting(timeMs: number): number[] {
    const slots: number[] = []
    while (this.firstWaiting() === timeMs) {
      const slot = this.#waiting.firstSlot
      this.stopWaiting(slot)
      this.#waiting.shift()
      slots.push(slot)
    }
    return slots
  }

  /** Its slot may belong to another row by now. */
  #isFirstThere(): boolean {
    const {firstSlot, firstNumber} = this.#waiting
    return this.isWaiting(firstSlot) && this.table.keys[this.#numbers]![firstSlot] === firstNumber
  }

  #wait(slot: number): void {
    this.#waiting.add(this.table.times[slot]!, slot, this.#numberOf(slot))
  }

  /** Removes rows with time ≤ `timeMs`, except those that wait; some of them only later. */
  expire(timeMs: number): void {
    this.#buckets.expire(timeMs, this.#drop)
  }

  readonly #drop = (slot: number): boolean => {
    if (this.isWaiting(slot)) return false
    const id = this.#idOf[slot]!
    const older = this.#older[slot]!
    const newer = this.#newer[slot]!
    if (older >= 0) this.#newer[older] = newer
    if (newer >= 0) this.#older[newer] = older
    else this.#newest[id] = older
    this.#ids.release(id)
    this.table.remove(slot)
    return true
  }

  #newestOf(id: number): number {
    return id >= 0 && id < this.#newest.length ? this.#newest[id]! : -1
  }

  /** Puts a row behind those of its key that are not younger. */
  #link(slot: number, id: number): void {
    this.#grow(slot, id)
    const {times} = this.table
    const timeMs = times[slot]!
    let older = this.#newest[id]!
    let newer = -1
    while (older >= 0 && times[older]! > timeMs) {
      newer = older
      older = this.#older[older]!
    }
    this.#idOf[slot] = id
    this.#older[slot] = older
    this.#newer[slot] = newer
    if (older >= 0) this.#newer[older] = slot
    if (newer >= 0) this.#older[newer] = slot
    else this.#newest[id] = slot
    this.#buckets.add(slot, timeMs)
  }

  #grow(slot: number, id: number): void {
    this.#newest = grown(this.#newest, id)
    if (slot < this.#idOf.length) return
    this.#idOf = grown(this.#idOf, slot)
    this.#older = grown(this.#older, slot)
    this.#newer = grown(this.#newer, slot)
  }

  #numberOf(slot: number): number {
    return Number(this.table.keys[this.#numbers]![slot])
  }

  load(entries: Iterable<{readonly key: Uint8Array; readonly value: Uint8Array}>): void {
    for (const entry of entries) this.#loaded.push(this.table.loadEntry(entry))
  }

  /** Before anything else is asked: finds places for the rows that were loaded, which come in no order. */
  ready(): void {
    if (this.#loaded.length === 0) return
    const {times, keys} = this.table
    const ordered = this.#loaded.toSorted((a, b) => times[a]! - times[b]! || this.#numberOf(a) - this.#numberOf(b))
    this.#loaded = []
    for (const slot of ordered) {
      const key = this.#mapKey(keys, slot)
      this.#link(slot, this.#ids.use(key, this.#ids.find(key)))
      if (this.isWaiting(slot)) this.#wait(slot)
      this.#lastNumber = Math.max(this.#lastNumber, this.#numberOf(slot))
    }
  }
}
