import type {Chunk, Rows, Vector} from '../chunk/chunk.ts'
import type {Value} from '../schema/value.ts'
import {DictionaryVector} from './dictionary-vector.ts'
import {LazyVector} from './lazy-vector.ts'
import {TextSelection, TextVector} from './text-vector.ts'

/** The rows of `selection` (indexes, in the order wanted), decoded only when looked at; stored text stays bytes until then. */
export function selectVector(vector: Vector, selection: Int32Array): Vector {
  if (vector instanceof TextVector || vector instanceof TextSelection || vector instanceof DictionaryVector)
    return vector.select(selection)
  return new LazyVector(selection.length, () => gather(vector.values, selection))
}

/** The same rows of every part. */
export function selectRows(rows: Rows, selection: Int32Array): Rows {
  const {windows, nullValues, headers, origin} = rows
  return {
    count: selection.length,
    columns: rows.columns.map(column => selectVector(column, selection)),
    timestamps: gatherNumbers(rows.timestamps, selection),
    ...(windows && {windows: {starts: gatherNumbers(windows.starts, selection), ends: gatherNumbers(windows.ends, selection)}}),
    ...(nullValues && {nullValues: Uint8Array.from(selection, row => nullValues[row] ?? 0)}),
    ...(headers && {headers: Array.from(selection, row => headers[row] ?? [])}),
    ...(origin && {origin: {...origin, offsets: gatherNumbers(origin.offsets, selection)}}),
  }
}

export function selectChunk(chunk: Chunk, selection: Int32Array): Chunk {
  const {before} = chunk
  if (before === undefined) return selectRows(chunk, selection)
  return {
    ...selectRows(chunk, selection),
    before: {
      columns: before.columns.map(column => selectVector(column, selection)),
      nullValues: Uint8Array.from(selection, row => before.nullValues[row] ?? 0),
    },
  }
}

function gather(values: ArrayLike<Value>, selection: Int32Array): ArrayLike<Value> {
  const {length} = selection
  if (values instanceof Int32Array) {
    const gathered = new Int32Array(length)
    for (let i = 0; i < length; i++) gathered[i] = values[selection[i] ?? 0] ?? 0
    return gathered
  }
  if (values instanceof Float64Array) return gatherNumbers(values, selection)
  const gathered = new Array<Value>(length)
  for (let i = 0; i < length; i++) gathered[i] = values[selection[i] ?? 0] ?? null
  return gathered
}

function gatherNumbers(values: ArrayLike<number>, selection: Int32Array): Float64Array {
  const gathered = new Float64Array(selection.length)
  for (let i = 0; i < selection.length; i++) gathered[i] = values[selection[i] ?? 0] ?? 0
  return gathered
}
