import {TextVector} from '../batch/text-vector.ts'
import type {Vector} from '../chunk/chunk.ts'
import type {Row, Value} from '../schema/value.ts'
import {mapKeysOf, type KeyColumns, type MapKey} from './map-key.ts'
import type {EntryLayout} from './layout.ts'
import {RowTable} from './row-table.ts'
import {slotIndex, type RowKeys, type SlotIndex} from './slot-index.ts'
import type {StoreImage} from './store-image.ts'

/** One row a key. */
export class KeyedStore implements StoreImage {
  readonly table: RowTable
  readonly #slots: SlotIndex
  readonly #mapKeys: (columns: KeyColumns, count: number) => ArrayLike<MapKey>

  constructor(name: string, layout: EntryLayout) {
    this.table = new RowTable(name, layout)
    this.#slots = slotIndex(layout.key)
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
    return this.#slots.find(key)
  }

  /** A new row for a key that has none. */
  add(key: MapKey, columns: KeyColumns, row: number): number {
    const slot = this.table.add(columns, row)
    this.#slots.set(key, slot)
    return slot
  }

  /** Keys of a chunk's rows, for `addAt`; none of the rows looked at has a NULL in its key. */
  keysOf(columns: readonly Vector[], count: number): RowKeys {
    return this.#slots.keysOf(columns, count)
  }

  /** A new row for the key at `row`, which has none. */
  addAt(keys: RowKeys, columns: readonly Vector[], row: number): number {
    const slot = this.table.addKey(columns.map(column => keptValue(column, row)))
    keys.set(row, slot)
    return slot
  }

  findRow(key: Row): number {
    return this.find(this.#mapKey(key))
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

/** A value that does not keep its column in memory. */
function keptValue(column: Vector, row: number): Value {
  if (!(column instanceof TextVector)) return column.values[row] ?? null
  const bytes = column.bytesAt(row)
  return bytes === null ? null : bytes.toString(column.pieces.isAscii ? 'latin1' : 'utf8')
}
