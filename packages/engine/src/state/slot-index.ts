import {TextSelection, TextVector, type Pieces} from '../batch/text-vector.ts'
import {DictionaryVector} from '../batch/dictionary-vector.ts'
import type {Vector} from '../chunk/chunk.ts'
import type {SqlType} from '../schema/sql-type.ts'
import {mapKeysOf, type KeyColumns, type MapKey} from './map-key.ts'
import {TextIndex} from './text-index.ts'

/** Finds slots of rows by their key. */
export interface SlotIndex {
  /** The key's slot, or -1. */
  find(key: MapKey): number
  /** For a key that has none. */
  set(key: MapKey, slot: number): void
  delete(key: MapKey): void
  /** Keys of a chunk's rows; none of the rows looked at has a NULL in its key. */
  keysOf(columns: readonly Vector[], count: number): RowKeys
}

/** Keys by row. What is set is found from then on. */
export interface RowKeys {
  find(row: number): number
  set(row: number, slot: number): void
}

export function slotIndex(types: readonly SqlType[]): SlotIndex {
  return types.length === 1 && types[0]?.kind === 'VARCHAR' ? new TextSlots() : new MapSlots(types)
}

class MapSlots implements SlotIndex {
  readonly #slots = new Map<MapKey, number>()
  readonly #mapKeys: (columns: KeyColumns, count: number) => ArrayLike<MapKey>

  constructor(types: readonly SqlType[]) {
    this.#mapKeys = mapKeysOf(types)
  }

  find(key: MapKey): number {
    return this.#slots.get(key) ?? -1
  }

  set(key: MapKey, slot: number): void {
    this.#slots.set(key, slot)
  }

  delete(key: MapKey): void {
    this.#slots.delete(key)
  }

  keysOf(columns: readonly Vector[], count: number): RowKeys {
    const slots = this.#slots
    const values = columns.map(column => column.values)
    const keys = this.#mapKeys(values, count)
    return {find: row => slots.get(keys[row]!) ?? -1, set: (row, slot) => void slots.set(keys[row]!, slot)}
  }
}

/** NULL, which no text is, has a place of its own: a table of a join may hold it. */
class TextSlots implements SlotIndex {
  readonly #texts = new TextIndex()
  #slotOfNull = -1

  find(key: MapKey): number {
    return typeof key === 'string' ? this.#texts.findText(key) : this.#slotOfNull
  }

  set(key: MapKey, slot: number): void {
    if (typeof key === 'string') this.#texts.setText(slot, key)
    else this.#slotOfNull = slot
  }

  delete(key: MapKey): void {
    if (typeof key === 'string') this.#texts.delete(key)
    else this.#slotOfNull = -1
  }

  keysOf([column]: readonly Vector[]): RowKeys {
    if (column instanceof TextVector) return this.#ofPieces(column.pieces)
    if (column instanceof TextSelection) return this.#ofPieces(column.gather())
    if (column instanceof DictionaryVector) return this.#ofEntries(column)
    // A VARCHAR column holds text.
    const values = column!.values as ArrayLike<string>
    const texts = this.#texts
    return {find: row => texts.findText(values[row]!), set: (row, slot) => texts.setText(slot, values[row]!)}
  }

  #ofPieces({bytes, ends}: Pieces): RowKeys {
    const texts = this.#texts
    return {
      find: row => texts.find(bytes, row === 0 ? 0 : ends[row - 1]!, ends[row]!),
      set: (row, slot) => texts.set(slot, bytes, row === 0 ? 0 : ends[row - 1]!, ends[row]!),
    }
  }

  /** Each text is looked for once. */
  #ofEntries({codes, entries}: DictionaryVector): RowKeys {
    const texts = this.#texts
    const slots = new Int32Array(entries.length).fill(NOT_LOOKED_FOR)
    return {
      find(row) {
        const code = codes[row]!
        const known = slots[code]!
        return known === NOT_LOOKED_FOR ? (slots[code] = texts.findText(entries[code]!)) : known
      },
      set(row, slot) {
        texts.setText(slot, entries[codes[row]!]!)
        slots[codes[row]!] = slot
      },
    }
  }
}

const NOT_LOOKED_FOR = -2
