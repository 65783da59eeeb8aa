import {vectorOf, type Chunk, type Vector} from '../chunk/chunk.ts'
import type {Header} from '../record/record.ts'
import type {Value} from '../schema/value.ts'
import type {KeyColumns} from '../state/map-key.ts'

/** Keys, times and headers of result rows, put together row by row; their values follow as columns. */
export class KeyedRows {
  readonly #keys: readonly Value[][]
  readonly #isWindowed: boolean
  readonly #times: number[] = []
  #headers: (readonly Header[])[] | undefined

  /** `keyColumns` includes the two of the window where keys are windowed. */
  constructor(keyColumns: number, isWindowed: boolean) {
    this.#keys = Array.from({length: keyColumns}, () => [])
    this.#isWindowed = isWindowed
  }

  get count(): number {
    return this.#times.length
  }

  /** A row with the key that stands at `row`. */
  add(keys: KeyColumns, row: number, timeMs: number): void {
    for (let i = 0; i < this.#keys.length; i++) this.#keys[i]!.push(keys[i]![row] ?? null)
    this.#times.push(timeMs)
    if (this.#headers !== undefined) this.#headers.push([])
  }

  /** Headers of the rows from `first` on. */
  setHeaders(first: number, headers: readonly Header[]): void {
    if (headers.length === 0 || first === this.count) return
    this.#headers ??= this.#times.map(() => [])
    this.#headers.fill(headers, first)
  }

  /** Without the window's bounds. */
  keyVectors(): Vector[] {
    return (this.#isWindowed ? this.#keys.slice(0, -2) : this.#keys).map(vectorOf)
  }

  /** `nullValues`: 1 where a row is a tombstone. */
  build(values: readonly Vector[], nullValues: readonly number[] = []): Chunk {
    const [starts, ends] = this.#isWindowed ? this.#keys.slice(-2) : []
    return {
      count: this.count,
      columns: [...this.keyVectors(), ...values],
      timestamps: this.#times,
      ...(starts && ends && {windows: {starts: starts.map(Number), ends: ends.map(Number)}}),
      ...(nullValues.includes(1) && {nullValues: Uint8Array.from(nullValues)}),
      ...(this.#headers && {headers: this.#headers}),
    }
  }
}
