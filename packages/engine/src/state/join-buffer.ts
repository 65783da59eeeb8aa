import {BIGINT, INT} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {mapKeysOf, type KeyColumns, type MapKey} from './map-key.ts'
import type {EntryLayout} from './layout.ts'
import {RowTable} from './row-table.ts'
import type {StoreImage} from './store-image.ts'
import {TimeOrder} from './time-order.ts'

/**
 * Rows of one side of a stream-stream join: by key in order of time, and all together in order of time. A row may be
 * *waiting*: it has no partner yet and somebody wants to know when its time is over. Entries are keyed by key, time and
 * a number that grows with each row, so that equal rows stay apart and keep their order.
 */
export class JoinBuffer implements StoreImage {
  readonly table: RowTable
  readonly #byKey = new Map<MapKey, number[]>()
  readonly #byTime = new Map<number, number[]>()
  readonly #times = new TimeOrder()
  readonly #waitingByTime = new Map<number, number[]>()
  readonly #waitingTimes = new TimeOrder()
  readonly #mapKeys: (columns: KeyColumns, count: number) => ArrayLike<MapKey>
  readonly #keyColumns: number
  #lastNumber = 0

  constructor(name: string, layout: EntryLayout) {
    this.#keyColumns = layout.key.length
    const stored = {key: [...layout.key, BIGINT, BIGINT], isWindowed: false, value: [...layout.value, INT]}
    this.table = new RowTable(name, stored)
    this.#mapKeys = mapKeysOf(layout.key)
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

  add(
    key: MapKey,
    columns: KeyColumns,
    values: readonly ArrayLike<Value>[],
    row: number,
    timeMs: number,
    isWaiting: boolean,
  ): void {
    const slot = this.table.add(columns, row)
    this.table.keys[this.#keyColumns]![slot] = timeMs
    this.table.keys[this.#keyColumns + 1]![slot] = ++this.#lastNumber
    for (let i = 0; i < values.length; i++) this.table.values[i]![slot] = values[i]![row] ?? null
    this.table.values[values.length]![slot] = isWaiting ? 1 : 0
    this.table.times[slot] = timeMs
    this.#index(key, slot)
  }

  /** Slots of a key, in order of time, equal times as they came. */
  slotsOf(key: MapKey): readonly number[] {
    return this.#byKey.get(key) ?? NONE
  }

  isWaiting(slot: number): boolean {
    return this.table.values[this.table.values.length - 1]![slot] === 1
  }

  stopWaiting(slot: number): void {
    this.table.values[this.table.values.length - 1]![slot] = 0
    this.table.touch(slot)
  }

  /** Time of the row that waits longest. */
  firstWaiting(): number | undefined {
    for (;;) {
      const time = this.#waitingTimes.first
      if (time === undefined) return undefined
      if (this.#waitingAt(time).length > 0) return time
      this.#waitingByTime.delete(time)
      this.#waitingTimes.shift()
    }
  }

  /** Rows that wait at `firstWaiting()`, which stop waiting. */
  takeWaiting(timeMs: number): number[] {
    const slots = this.#waitingAt(timeMs)
    for (const slot of slots) this.stopWaiting(slot)
    return slots
  }

  /** A slot in the list may belong to another row by now. */
  #waitingAt(timeMs: number): number[] {
    const slots = this.#waitingByTime.get(timeMs) ?? []
    return [...new Set(slots.filter(slot => this.isWaiting(slot) && this.table.times[slot] === timeMs))]
  }

  /** Removes rows with time ≤ `timeMs`, except those that wait. */
  expire(timeMs: number): void {
    const {first} = this.#times
    if (first === undefined || first > timeMs) return
    const kept: number[] = []
    for (let time = this.#times.first; time !== undefined && time <= timeMs; time = this.#times.first) {
      const slots = this.#byTime.get(time) ?? []
      const waiting = slots.filter(slot => this.isWaiting(slot))
      for (const slot of slots) if (!this.isWaiting(slot)) this.#drop(slot)
      this.#times.shift()
      if (waiting.length === 0) this.#byTime.delete(time)
      else {
        this.#byTime.set(time, waiting)
        kept.push(time)
      }
    }
    for (const time of kept) this.#times.add(time)
  }

  #drop(slot: number): void {
    const key = this.#keyOf(slot)
    const slots = this.#byKey.get(key)
    if (slots !== undefined) {
      slots.splice(slots.indexOf(slot), 1)
      if (slots.length === 0) this.#byKey.delete(key)
    }
    this.table.remove(slot)
  }

  #keyOf(slot: number): MapKey {
    return this.#mapKeys(
      this.table.key(slot).map(value => [value]),
      1,
    )[0]!
  }

  #index(key: MapKey, slot: number): void {
    const time = this.table.times[slot]!
    const ofKey = this.#byKey.get(key)
    if (ofKey === undefined) this.#byKey.set(key, [slot])
    else {
      let at = ofKey.length
      while (at > 0 && this.table.times[ofKey[at - 1]!]! > time) at--
      ofKey.splice(at, 0, slot)
    }
    insert(this.#byTime, this.#times, time, slot)
    if (this.isWaiting(slot)) insert(this.#waitingByTime, this.#waitingTimes, time, slot)
  }

  load(entries: Iterable<{readonly key: Uint8Array; readonly value: Uint8Array}>): void {
    for (const entry of entries) {
      const slot = this.table.loadEntry(entry)
      this.#lastNumber = Math.max(this.#lastNumber, Number(this.table.keys[this.#keyColumns + 1]![slot]))
      this.#index(this.#keyOf(slot), slot)
    }
  }
}

const NONE: readonly number[] = []

function insert(byTime: Map<number, number[]>, times: TimeOrder, time: number, slot: number): void {
  const slots = byTime.get(time)
  if (slots !== undefined) {
    slots.push(slot)
    return
  }
  byTime.set(time, [slot])
  times.add(time)
}
