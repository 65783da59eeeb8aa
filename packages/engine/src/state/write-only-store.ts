import type {Chunk} from '../chunk/chunk.ts'
import type {Value} from '../schema/value.ts'
import type {EntryLayout} from './layout.ts'
import {mapKeysOf, type KeyColumns, type MapKey} from './map-key.ts'
import {RowTable} from './row-table.ts'
import type {StoreImage} from './store-image.ts'

/** A store that its task writes and never reads: it holds the last change of each key until its row is stored. */
export class WriteOnlyStore implements StoreImage {
  readonly name: string
  readonly entries = 0
  readonly table: RowTable
  readonly #slots = new Map<MapKey, number>()
  readonly #mapKeys: ReturnType<typeof mapKeysOf>
  readonly #keyCount: number

  constructor(name: string, layout: EntryLayout) {
    this.name = name
    this.table = new RowTable(name, layout, 'passing')
    this.#mapKeys = mapKeysOf(layout.key)
    this.#keyCount = layout.key.length
  }

  /** Rows of a table; those with a null value are removed. */
  put(chunk: Chunk, keys: KeyColumns): void {
    const values = chunk.columns.slice(this.#keyCount).map(column => column.values)
    this.putColumns(chunk, keys, values)
  }

  putColumns(
    chunk: Pick<Chunk, 'count' | 'nullValues' | 'timestamps'>,
    keys: KeyColumns,
    values: readonly ArrayLike<Value>[],
  ): void {
    const mapKeys = this.#mapKeys(keys, chunk.count)
    const {table} = this
    for (let row = 0; row < chunk.count; row++) {
      const key = mapKeys[row]!
      let slot = this.#slots.get(key)
      if (chunk.nullValues !== undefined && chunk.nullValues[row] === 1) {
        table.remove(slot ?? table.add(keys, row))
        this.#slots.delete(key)
        continue
      }
      if (slot === undefined) {
        slot = table.add(keys, row)
        this.#slots.set(key, slot)
      } else table.touch(slot)
      for (let i = 0; i < values.length; i++) table.values[i]![slot] = values[i]![row]!
      table.times[slot] = chunk.timestamps[row]!
    }
  }

  forget(slot: number): void {
    const key = this.#mapKeyAt(slot)
    if (this.#slots.get(key) === slot) this.#slots.delete(key)
  }

  /** Only what is still to be stored: nothing else is ever looked at. */
  load(entries: Iterable<{readonly key: Uint8Array; readonly value: Uint8Array}>): void {
    if (!this.table.isReplaying) return
    for (const entry of entries) {
      const slot = this.table.loadEntry(entry)
      this.#slots.set(this.#mapKeyAt(slot), slot)
    }
  }

  #mapKeyAt(slot: number): MapKey {
    const key = this.table.key(slot).map(value => [value])
    return this.#mapKeys(key, 1)[0]!
  }
}
