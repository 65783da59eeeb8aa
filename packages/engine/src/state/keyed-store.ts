import type {Row} from '../schema/value.ts'
import {mapKeysOf, type KeyColumns, type MapKey} from './map-key.ts'
import type {EntryLayout} from './layout.ts'
import {RowTable} from './row-table.ts'
import type {StoreImage} from './store-image.ts'

/** One row a key. */
export class KeyedStore implements StoreImage {
  readonly table: RowTable
  readonly #slots = new Map<MapKey, number>()
  readonly #mapKeys: (columns: KeyColumns, count: number) => ArrayLike<MapKey>

  constructor(name: string, layout: EntryLayout) {
    this.table = new RowTable(name, layout)
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

  /** The key's slot, or -1. */
  find(key: MapKey): number {
    return this.#slots.get(key) ?? -1
  }

  /** A new row for a key that has none. */
  add(key: MapKey, columns: KeyColumns, row: number): number {
    const slot = this.table.add(columns, row)
    this.#slots.set(key, slot)
    return slot
  }

  findRow(key: Row): number {
    return this.find(this.#mapKey(key))
  }

  addRow(key: Row): number {
    const slot = this.table.addKey(key)
    this.#slots.set(this.#mapKey(key), slot)
    return slot
  }

  remove(key: MapKey, slot: number): void {
    this.table.remove(slot)
    this.#slots.delete(key)
  }

  load(entries: Iterable<{readonly key: Uint8Array; readonly value: Uint8Array}>): void {
    for (const entry of entries) {
      const slot = this.table.loadEntry(entry)
      this.#slots.set(this.#mapKey(this.table.key(slot)), slot)
    }
  }

  #mapKey(key: Row): MapKey {
    return this.#mapKeys(
      key.map(value => [value]),
      1,
    )[0]!
  }
}
