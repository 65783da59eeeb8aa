import {Signal} from './signal.ts'

/** The newest rows of a live view, up to a bound. What falls out is counted, never silently gone. */
export class RowLog<T> {
  readonly changed = new Signal()
  readonly capacity: number
  #rows: T[] = []
  #received = 0
  #missed = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** Index 0 is the newest. */
  at(index: number): T | undefined {
    return this.#rows[this.#rows.length - 1 - index]
  }

  get length(): number {
    return Math.min(this.#rows.length, this.capacity)
  }

  get received(): number {
    return this.#received
  }

  /** Pushed out here, or left out by the server. */
  get dropped(): number {
    return this.#missed + this.#received - this.length
  }

  append(rows: readonly T[], missed = 0): void {
    for (const row of rows) this.#rows.push(row)
    this.#received += rows.length
    this.#missed += missed
    // Cutting only at twice the bound makes the cost of it constant per row.
    if (this.#rows.length > 2 * this.capacity) this.#rows = this.#rows.slice(-this.capacity)
    this.changed.touch()
  }

  clear(): void {
    this.#rows = []
    this.#received = 0
    this.#missed = 0
    this.changed.touch()
  }
}
