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

/** Whether a column can hold a NULL, as far as that is known without decoding it. */
export function mayHoldNull(vector: Vector): boolean {
  if (vector instanceof TextVector) return vector.pieces.validity !== undefined
  if (vector instanceof DictionaryVector) return vector.validity !== undefined
  return !(vector.values instanceof Float64Array || vector.values instanceof Int32Array)
}

/** Rows from which on stored text stays bytes when it is sliced; fewer are cheaper as strings. */
const TEXT_SLICE_ROWS_MIN = 16

/** Rows `from` ≤ row < `to`, on the same memory where that can be. */
function sliceVector(vector: Vector, from: number, to: number): Vector {
  if (vector instanceof DictionaryVector || to - from >= TEXT_SLICE_ROWS_MIN) {
    if (vector instanceof TextVector || vector instanceof TextSelection || vector instanceof DictionaryVector)
      return vector.select(range(from, to))
  }
  return new LazyVector(to - from, () => slice(vector.values, from, to))
}

/** Rows `from` ≤ row < `to` of every part. */
export function sliceRows(rows: Rows, from: number, to: number): Rows {
  if (from === 0 && to === rows.count) return rows
  const {windows, nullValues, headers, origin} = rows
  return {
    count: to - from,
    columns: rows.columns.map(column => sliceVector(column, from, to)),
    timestamps: slice(rows.timestamps, from, to),
    ...(windows && {windows: {starts: slice(windows.starts, from, to), ends: slice(windows.ends, from, to)}}),
    ...(nullValues && {nullValues: nullValues.subarray(from, to)}),
    ...(headers && {headers: headers.slice(from, to)}),
    ...(origin && {origin: {...origin, offsets: slice(origin.offsets, from, to)}}),
  }
}

export function sliceChunk(chunk: Chunk, from: number, to: number): Chunk {
  if (from === 0 && to === chunk.count) return chunk
  const {before} = chunk
  if (before === undefined) return sliceRows(chunk, from, to)
  return {
    ...sliceRows(chunk, from, to),
    before: {
      columns: before.columns.map(column => sliceVector(column, from, to)),
      nullValues: before.nullValues.subarray(from, to),
    },
  }
}

function range(from: number, to: number): Int32Array {
  const rows = new Int32Array(to - from)
  for (let i = 0; i < rows.length; i++) rows[i] = from + i
  return rows
}

function slice<T>(values: ArrayLike<T>, from: number, to: number): ArrayLike<T> {
  // A typed array's T is number: the type system does not see it here.
  if (values instanceof Float64Array || values instanceof Int32Array)
    return values.subarray(from, to) as ArrayLike<unknown> as ArrayLike<T>
  return Array.isArray(values) ? values.slice(from, to) : Array.prototype.slice.call(values, from, to)
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
