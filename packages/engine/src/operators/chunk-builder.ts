import {vectorOf, type Chunk, type Vector} from '../chunk/chunk.ts'
import type {Header} from '../record/record.ts'
import type {Row, Value} from '../schema/value.ts'

/** Puts a chunk together row by row, for operators whose output rows do not follow their input rows. */
export class ChunkBuilder {
  readonly #keys: Value[][]
  readonly #values: Value[][]
  readonly #isWindowed: boolean
  #times: number[] = []
  #triggers: number[] = []
  #nulls: number[] = []

  /** `keyColumns` includes the two of the window where keys are windowed. */
  constructor(keyColumns: number, valueColumns: number, isWindowed: boolean) {
    this.#keys = Array.from({length: keyColumns}, () => [])
    this.#values = Array.from({length: valueColumns}, () => [])
    this.#isWindowed = isWindowed
  }

  get count(): number {
    return this.#times.length
  }

  /** `trigger` is the input row whose headers travel; `values` undefined is a tombstone. */
  add(key: Row, values: Row | undefined, timeMs: number, trigger: number): void {
    for (let i = 0; i < this.#keys.length; i++) this.#keys[i]!.push(key[i] ?? null)
    for (let i = 0; i < this.#values.length; i++) this.#values[i]!.push(values?.[i] ?? null)
    this.#times.push(timeMs)
    this.#triggers.push(trigger)
    this.#nulls.push(values === undefined ? 1 : 0)
  }

  /** The rows so far; headers are those of the triggering rows of `input`. */
  build(input: Chunk | undefined): Chunk {
    const keys = this.#isWindowed ? this.#keys.slice(0, -2) : this.#keys
    const [starts, ends] = this.#isWindowed ? this.#keys.slice(-2) : []
    const headers = input?.headers
    return {
      count: this.count,
      columns: [...keys, ...this.#values].map(vectorOf) satisfies Vector[],
      timestamps: this.#times,
      ...(starts === undefined || ends === undefined ? {} : {windows: {starts: starts.map(Number), ends: ends.map(Number)}}),
      ...(this.#nulls.includes(1) ? {nullValues: Uint8Array.from(this.#nulls)} : {}),
      ...(headers === undefined ? {} : {headers: this.#triggers.map((row): readonly Header[] => headers[row] ?? [])}),
    }
  }
}

/** The values of one row of columns. */
export const rowAt = (columns: readonly ArrayLike<Value>[], row: number): Value[] => columns.map(column => column[row] ?? null)
