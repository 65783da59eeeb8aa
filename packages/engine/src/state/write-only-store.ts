import type {Chunk} from '../chunk/chunk.ts'
import type {StateWrite} from '../storage/port/task-commit.ts'
import type {EntryLayout} from './layout.ts'
import {mapKeysOf, type KeyColumns, type MapKey} from './map-key.ts'
import {RowTable} from './row-table.ts'
import type {StoreImage} from './store-image.ts'

/** A store that its task writes and never reads: it holds the last change of each key until the next drain. */
export class WriteOnlyStore implements StoreImage {
  readonly name: string
  readonly entries = 0
  readonly #table: RowTable
  readonly #slots = new Map<MapKey, number>()
  readonly #mapKeys: ReturnType<typeof mapKeysOf>
  readonly #keyCount: number

  constructor(name: string, layout: EntryLayout) {
    this.name = name
    this.#table = new RowTable(name, layout, {keys: 'unseen'})
    this.#mapKeys = mapKeysOf(layout.key)
    this.#keyCount = layout.key.length
  }

  /** Rows of a table; those with a null value are removed. */
  put(chunk: Chunk, keys: KeyColumns): void {
    const mapKeys = this.#mapKeys(keys, chunk.count)
    const values = chunk.columns.slice(this.#keyCount).map(column => column.values)
    const table = this.#table
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
      }
      for (let i = 0; i < values.length; i++) table.values[i]![slot] = values[i]![row]!
      table.times[slot] = chunk.timestamps[row]!
    }
  }

  drain(): StateWrite[] {
    const writes = this.#table.drain()
    this.settle()
    return writes
  }

  settle(): void {
    this.#table.clear()
    this.#slots.clear()
  }

  /** There is nothing to give back. */
  load(): void {}
}
