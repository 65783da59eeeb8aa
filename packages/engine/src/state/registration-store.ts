import type {Row} from '../schema/value.ts'
import {compareRows} from './compare.ts'
import type {EntryLayout} from './layout.ts'
import {mapKeysOf, type MapKey} from './map-key.ts'
import {RowTable} from './row-table.ts'
import type {StoreImage} from './store-image.ts'

/** Left rows of a foreign-key join by foreign key, each list ordered by left key. `layout.key`: foreign key, left key. */
export class RegistrationStore implements StoreImage {
  readonly table: RowTable
  readonly #byForeignKey = new Map<MapKey, number[]>()
  readonly #mapKeys: ReturnType<typeof mapKeysOf>

  constructor(name: string, layout: EntryLayout) {
    this.table = new RowTable(name, layout)
    this.#mapKeys = mapKeysOf(layout.key.slice(0, 1))
  }

  get name(): string {
    return this.table.name
  }

  get entries(): number {
    return this.table.entries
  }

  /** Slots of all rows that refer to a foreign key, by left key. */
  find(foreignKey: Row): readonly number[] {
    return this.#byForeignKey.get(this.#mapKey(foreignKey)) ?? []
  }

  /** The row of a foreign key and left key; a new one without values if there was none. */
  put(key: Row): number {
    const {slots, at, isFound} = this.#search(key)
    if (isFound) {
      this.table.touch(slots[at]!)
      return slots[at]!
    }
    const slot = this.table.addKey(key)
    slots.splice(at, 0, slot)
    return slot
  }

  remove(key: Row): void {
    const {slots, at, isFound} = this.#search(key)
    if (!isFound) return
    this.table.remove(slots[at]!)
    slots.splice(at, 1)
    if (slots.length === 0) this.#byForeignKey.delete(this.#mapKey(key))
  }

  #search(key: Row): {slots: number[]; at: number; isFound: boolean} {
    const mapKey = this.#mapKey(key)
    let slots = this.#byForeignKey.get(mapKey)
    if (slots === undefined) this.#byForeignKey.set(mapKey, (slots = []))
    let [low, high] = [0, slots.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const order = compareRows(this.table.key(slots[middle]!), key)
      if (order === 0) return {slots, at: middle, isFound: true}
      if (order < 0) low = middle + 1
      else high = middle
    }
    return {slots, at: low, isFound: false}
  }

  #mapKey(key: Row): MapKey {
    return this.#mapKeys([[key[0]!]], 1)[0]!
  }

  load(entries: Iterable<{readonly key: Uint8Array; readonly value: Uint8Array}>): void {
    for (const entry of entries) {
      const slot = this.table.loadEntry(entry)
      const {slots, at} = this.#search(this.table.key(slot))
      slots.splice(at, 0, slot)
    }
  }
}
