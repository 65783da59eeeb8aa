import {vectorOf, type Chunk, type Vector} from '../chunk/chunk.ts'
import type {Header} from '../record/record.ts'
import type {Value} from '../schema/value.ts'
import type {KeyColumns} from '../state/map-key.ts'

const none = -1

/**
 * Rows of two tables side by side, collected as pairs of slots: their values are gathered column by column when the chunk is
 * built, and must stand at the slots until then.
 */
export class JoinedRows {
  readonly #keys: readonly Value[][]
  readonly #isWindowed: boolean
  readonly #left: number[] = []
  readonly #right: number[] = []
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

  /** A row with the key at `row`; a slot of -1 is a row of NULLs. */
  add(keys: KeyColumns, row: number, leftSlot: number, rightSlot: number, timeMs: number): void {
    for (let i = 0; i < this.#keys.length; i++) this.#keys[i]!.push(keys[i]![row] ?? null)
    this.#left.push(leftSlot)
    this.#right.push(rightSlot)
    this.#times.push(timeMs)
    if (this.#headers !== undefined) this.#headers.push([])
  }

  /** Headers of the rows from `first` on. */
  setHeaders(first: number, headers: readonly Header[]): void {
    if (headers.length === 0 || first === this.count) return
    this.#headers ??= this.#times.map(() => [])
    this.#headers.fill(headers, first)
  }

  build(left: readonly (readonly Value[])[], right: readonly (readonly Value[])[]): Chunk {
    const keys = this.#isWindowed ? this.#keys.slice(0, -2) : this.#keys
    const [starts, ends] = this.#isWindowed ? this.#keys.slice(-2) : []
    return {
      count: this.count,
      columns: [...keys.map(vectorOf), ...gathered(left, this.#left), ...gathered(right, this.#right)],
      timestamps: this.#times,
      ...(starts && ends && {windows: {starts: starts.map(Number), ends: ends.map(Number)}}),
      ...(this.#headers && {headers: this.#headers}),
    }
  }
}

function gathered(columns: readonly (readonly Value[])[], slots: readonly number[]): Vector[] {
  const isComplete = !slots.includes(none)
  return columns.map(column => vectorOf(isComplete ? gather(column, slots) : gatherSome(column, slots)))
}

function gather(column: readonly Value[], slots: readonly number[]): Value[] {
  const values = new Array<Value>(slots.length)
  for (let i = 0; i < slots.length; i++) values[i] = column[slots[i]!]!
  return values
}

function gatherSome(column: readonly Value[], slots: readonly number[]): Value[] {
  const values = new Array<Value>(slots.length)
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!
    values[i] = slot === none ? null : column[slot]!
  }
  return values
}
