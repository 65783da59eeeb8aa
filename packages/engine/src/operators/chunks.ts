import {sliceChunk} from '../batch/select.ts'
import {vectorOf, type Chunk, type Rows} from '../chunk/chunk.ts'
import type {Value} from '../schema/value.ts'

export function withNulls(values: ArrayLike<Value>, nulls: Uint8Array): Value[] {
  const copy = new Array<Value>(values.length)
  for (let i = 0; i < copy.length; i++) copy[i] = nulls[i] === 1 ? null : values[i]!
  return copy
}

/** The rows of a chunk as they are now. */
export function withoutBefore(chunk: Chunk): Rows {
  const {before: _before, ...rows} = chunk
  return rows
}

/** The rows of a chunk as they were before. Time, headers and place are those of the change. */
export const rowsBefore = (chunk: Chunk, before: NonNullable<Chunk['before']>): Rows => ({...withoutBefore(chunk), ...before})

/** All rows were absent before. */
export const nothingBefore = (chunk: Rows): NonNullable<Chunk['before']> => ({
  columns: chunk.columns.map(column => vectorOf(new Array<Value>(column.length).fill(null))),
  nullValues: new Uint8Array(chunk.count).fill(1),
})

/** The chunk in parts of at most `rowsMax` rows. */
export function* cut(chunk: Chunk, rowsMax: number): Generator<Chunk> {
  for (let from = 0; from < chunk.count; from += rowsMax) yield sliceChunk(chunk, from, Math.min(chunk.count, from + rowsMax))
}
