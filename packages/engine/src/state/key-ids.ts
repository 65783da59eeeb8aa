import {grown} from './grown.ts'
import type {MapKey} from './map-key.ts'
import {NumberIndex} from './number-index.ts'

/** Small integers for the keys that somebody uses: what belongs to a key can stand in arrays, and a key is looked up once. */
export class KeyIds {
  readonly #ofNumbers = new NumberIndex()
  /** Of all keys that are no numbers, and of NaN. */
  readonly #ofOthers = new Map<MapKey, number>()
  readonly #keys: MapKey[] = []
  readonly #free: number[] = []
  #uses: Int32Array = new Int32Array(0)

  /** The key's id, or -1. */
  find(key: MapKey): number {
    return isNumber(key) ? this.#ofNumbers.get(key) : (this.#ofOthers.get(key) ?? -1)
  }

  /** One more use of a key. `known`: what `find` gave for it. */
  use(key: MapKey, known: number): number {
    if (known >= 0) {
      this.#uses[known]!++
      return known
    }
    const id = this.#free.pop() ?? this.#keys.length
    if (isNumber(key)) this.#ofNumbers.set(key, id)
    else this.#ofOthers.set(key, id)
    this.#keys[id] = key
    this.#uses = grown(this.#uses, id)
    this.#uses[id] = 1
    return id
  }

  /** One use less; the id of a key that nobody uses goes to another one. */
  release(id: number): void {
    if (--this.#uses[id]! > 0) return
    const key = this.#keys[id]!
    if (isNumber(key)) this.#ofNumbers.delete(key)
    else this.#ofOthers.delete(key)
    this.#keys[id] = null
    this.#free.push(id)
  }
}

const isNumber = (key: MapKey): key is number => typeof key === 'number' && !Number.isNaN(key)
