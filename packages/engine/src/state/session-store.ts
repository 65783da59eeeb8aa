import {mapKeysOf, type KeyColumns, type MapKey} from './map-key.ts'
import type {EntryLayout} from './layout.ts'
import {RowTable} from './row-table.ts'
import type {StoreImage} from './store-image.ts'

/** Sessions by key, ordered by start; sessions of a key do not overlap. `layout.key` ends with start and end. */
export class SessionStore implements StoreImage {
  readonly table: RowTable
  readonly #sessions = new Map<MapKey, number[]>()
  readonly #mapKeys: (columns: KeyColumns, count: number) => ArrayLike<MapKey>
  readonly #keyColumns: number
  #addedSinceSweep = 0

  constructor(name: string, layout: EntryLayout) {
    this.table = new RowTable(name, layout)
    this.#keyColumns = layout.key.length - 2
    this.#mapKeys = mapKeysOf(layout.key.slice(0, this.#keyColumns))
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

  startOf(slot: number): number {
    return Number(this.table.keys[this.#keyColumns]![slot])
  }

  endOf(slot: number): number {
    return Number(this.table.keys[this.#keyColumns + 1]![slot])
  }

  /** Sessions of a key that end at or after `fromMs` and start at or before `toMs`, oldest first. */
  find(key: MapKey, fromMs: number, toMs: number): number[] {
    const sessions = this.#sessions.get(key)
    if (sessions === undefined) return []
    return sessions.filter(slot => this.endOf(slot) >= fromMs && this.startOf(slot) <= toMs)
  }

  add(key: MapKey, columns: KeyColumns, row: number, startMs: number, endMs: number): number {
    const slot = this.table.add(columns, row)
    this.table.keys[this.#keyColumns]![slot] = startMs
    this.table.keys[this.#keyColumns + 1]![slot] = endMs
    this.#insert(key, slot)
    return slot
  }

  remove(key: MapKey, slot: number): void {
    const sessions = this.#sessions.get(key)
    if (sessions === undefined) return
    sessions.splice(sessions.indexOf(slot), 1)
    if (sessions.length === 0) this.#sessions.delete(key)
    this.table.remove(slot)
  }

  /** Removes sessions that end before `endMs`, now or later: whoever looks must ignore them by then. Sweeps seldom. */
  expire(endMs: number): void {
    if (this.#addedSinceSweep < this.entries) return
    this.#addedSinceSweep = 0
    for (const [key, sessions] of this.#sessions)
      for (const slot of sessions.filter(each => this.endOf(each) < endMs)) this.remove(key, slot)
  }

  #insert(key: MapKey, slot: number): void {
    this.#addedSinceSweep++
    const sessions = this.#sessions.get(key)
    if (sessions === undefined) {
      this.#sessions.set(key, [slot])
      return
    }
    const start = this.startOf(slot)
    let at = sessions.length
    while (at > 0 && this.startOf(sessions[at - 1]!) > start) at--
    sessions.splice(at, 0, slot)
  }

  load(entries: Iterable<{readonly key: Uint8Array; readonly value: Uint8Array}>): void {
    for (const entry of entries) {
      const slot = this.table.loadEntry(entry)
      const key = this.#mapKeys(
        this.table.key(slot).map(value => [value]),
        1,
      )[0]!
      this.#insert(key, slot)
    }
  }
}
