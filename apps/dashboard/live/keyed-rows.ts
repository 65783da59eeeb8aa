import {Signal} from './signal.ts'

export type KeyedRow<T> = {readonly key: string; readonly row: T; readonly changes: number}

/** The current rows of a table, each under its key, up to a bound; a change moves no other row. */
export class KeyedRows<T> {
  readonly changed = new Signal()
  readonly capacity: number
  readonly #rows = new Map<string, KeyedRow<T>>()
  /** Keys that a change has spoken about: what was read before must not overwrite them. */
  readonly #settled = new Set<string>()
  #list: readonly KeyedRow<T>[] | undefined
  #received = 0
  #left = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get list(): readonly KeyedRow<T>[] {
    this.#list ??= [...this.#rows.values()]
    return this.#list
  }

  get received(): number {
    return this.#received
  }

  /** Keys that found no room, and changes that the server left out. */
  get dropped(): number {
    return this.#left
  }

  /** Rows as they were at some moment after the first change could be seen. */
  fillIn(rows: readonly (readonly [string, T])[]): void {
    for (const [key, row] of rows) if (!this.#settled.has(key) && !this.#rows.has(key)) this.#put(key, row, 0)
    this.#touch()
  }

  change(key: string, row: T, isGone: boolean): void {
    this.#received++
    if (this.#settled.size < this.capacity) this.#settled.add(key)
    if (isGone) this.#rows.delete(key)
    else this.#put(key, row, (this.#rows.get(key)?.changes ?? 0) + 1)
    this.#touch()
  }

  miss(count: number): void {
    this.#left += count
  }

  #put(key: string, row: T, changes: number): void {
    if (this.#rows.size >= this.capacity && !this.#rows.has(key)) this.#left++
    else this.#rows.set(key, {key, row, changes})
  }

  #touch(): void {
    this.#list = undefined
    this.changed.touch()
  }
}
