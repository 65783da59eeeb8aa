import {mapKeysOf, type KeyColumns, type MapKey} from './map-key.ts'
import type {EntryLayout} from './layout.ts'
import {RowTable} from './row-table.ts'
import type {StoreImage} from './store-image.ts'
import {TimeOrder} from './time-order.ts'

/**
 * Rows in buckets of one time each, ordered by that time: one Map a bucket, so that a row costs no composite key, and a
 * whole bucket expires at once. The time is the start of the rows' windows, or for sessions the end; rows of a bucket
 * are told apart by their key, and in `end` buckets by the start too. `layout.key` ends with the window's start and end.
 */
export class WindowStore implements StoreImage {
  readonly table: RowTable
  readonly #buckets = new Map<number, Map<MapKey, number>>()
  readonly #times = new TimeOrder()
  readonly #mapKeys: (columns: KeyColumns, count: number) => ArrayLike<MapKey>
  readonly #keyColumns: number
  readonly #by: 'start' | 'end'

  constructor(name: string, layout: EntryLayout, by: 'start' | 'end') {
    this.table = new RowTable(name, layout)
    this.#by = by
    this.#keyColumns = layout.key.length - 2
    this.#mapKeys = mapKeysOf(layout.key.slice(0, this.#keyColumns + (by === 'start' ? 0 : 1)))
  }

  get name(): string {
    return this.table.name
  }

  get entries(): number {
    return this.table.entries
  }

  /** Map keys of rows inside a bucket: of their key, and in `end` buckets of key and window start. */
  mapKeys(columns: KeyColumns, count: number): ArrayLike<MapKey> {
    return this.#mapKeys(columns, count)
  }

  /** Slots of one bucket by Map key; made when it is new. */
  bucket(timeMs: number): Map<MapKey, number> {
    const known = this.#buckets.get(timeMs)
    if (known !== undefined) return known
    const made = new Map<MapKey, number>()
    this.#buckets.set(timeMs, made)
    this.#times.add(timeMs)
    return made
  }

  /** A new row in a bucket that does not hold the key. */
  add(bucket: Map<MapKey, number>, key: MapKey, columns: KeyColumns, row: number, startMs: number, endMs: number): number {
    const slot = this.table.add(columns, row)
    this.table.keys[this.#keyColumns]![slot] = startMs
    this.table.keys[this.#keyColumns + 1]![slot] = endMs
    bucket.set(key, slot)
    return slot
  }

  /** Times of the buckets held, ascending. */
  times(): Iterable<number> {
    return this.#times
  }

  /** Slots of a bucket, in no order. */
  slots(timeMs: number): Iterable<number> {
    return this.#buckets.get(timeMs)?.values() ?? []
  }

  /** Removes all buckets with a time before `timeMs`. */
  expireBefore(timeMs: number): void {
    for (let time = this.#times.first; time !== undefined && time < timeMs; time = this.#times.first) {
      for (const slot of this.slots(time)) this.table.remove(slot)
      this.#buckets.delete(time)
      this.#times.shift()
    }
  }

  remove(timeMs: number, key: MapKey): void {
    const bucket = this.#buckets.get(timeMs)
    const slot = bucket?.get(key)
    if (bucket === undefined || slot === undefined) return
    this.table.remove(slot)
    bucket.delete(key)
  }

  load(entries: Iterable<{readonly key: Uint8Array; readonly value: Uint8Array}>): void {
    for (const entry of entries) {
      const slot = this.table.loadEntry(entry)
      const row = this.table.key(slot)
      const key = this.#mapKeys(
        row.map(value => [value]),
        1,
      )[0]!
      this.bucket(Number(row[this.#keyColumns + (this.#by === 'start' ? 0 : 1)])).set(key, slot)
    }
  }
}
