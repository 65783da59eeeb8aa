import {vectorOf, type Chunk, type Vector} from '../chunk/chunk.ts'
import type {Value} from '../schema/value.ts'
import type {KeyColumns} from '../state/map-key.ts'
import {KeyedRows} from './keyed-rows.ts'

const none = -1

/**
 * Rows of two tables side by side, collected as pairs of slots: their values are gathered column by column when the chunk is
 * built, and must stand at the slots until then.
 */
export class JoinedRows {
  readonly rows: KeyedRows
  readonly #left: number[] = []
  readonly #right: number[] = []

  constructor(keyColumns: number, isWindowed: boolean) {
    this.rows = new KeyedRows(keyColumns, isWindowed)
  }

  /** A row with the key at `row`; a slot of -1 is a row of NULLs. */
  add(keys: KeyColumns, row: number, leftSlot: number, rightSlot: number, timeMs: number): void {
    this.rows.add(keys, row, timeMs)
    this.#left.push(leftSlot)
    this.#right.push(rightSlot)
  }

  build(left: readonly (readonly Value[])[], right: readonly (readonly Value[])[]): Chunk {
    return this.rows.build([...gathered(left, this.#left), ...gathered(right, this.#right)])
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
