import {constantVector, vectorOf, type Chunk, type Vector} from '../chunk/chunk.ts'
import {INT} from '../schema/sql-type.ts'
import type {Column, Schema} from '../schema/schema.ts'
import type {Value} from '../schema/value.ts'

/**
 * Changes of a table as plain rows, so that they can stand in an internal topic: the key, the new value columns, the old
 * value columns, and a code that tells which of the two there are.
 */
export function packedSchema(schema: Schema): Schema {
  const old = schema.value.map((column): Column => ({...column, name: `${column.name} (before)`}))
  return {key: schema.key, value: [...schema.value, ...old, {name: 'CHANGE', type: INT}]}
}

const NEW = 1
const OLD = 2

export function packChanges(chunk: Chunk, schema: Schema): Chunk {
  const {before, nullValues, ...rows} = chunk
  const keyCount = schema.key.length
  const codes = new Int32Array(chunk.count)
  for (let row = 0; row < chunk.count; row++) {
    const hasNew = nullValues?.[row] !== 1
    const hasOld = before !== undefined && before.nullValues[row] === 0
    codes[row] = (hasNew ? NEW : 0) | (hasOld ? OLD : 0)
  }
  const old = before?.columns.slice(keyCount) ?? schema.value.map(() => constantVector(null, chunk.count))
  return {...rows, columns: [...chunk.columns, ...old, vectorOf(codes)]}
}

export function unpackChanges(chunk: Chunk, schema: Schema): Chunk {
  const {columns, ...rows} = chunk
  const keys = columns.slice(0, schema.key.length)
  const newValues = columns.slice(keys.length, keys.length + schema.value.length)
  const oldValues = columns.slice(keys.length + schema.value.length, -1)
  const codes = columns[columns.length - 1]!.values
  return {
    ...rows,
    columns: [...keys, ...newValues],
    nullValues: absent(codes, NEW),
    before: {columns: [...keys, ...oldValues] satisfies Vector[], nullValues: absent(codes, OLD)},
  }
}

function absent(codes: ArrayLike<Value>, bit: number): Uint8Array {
  const flags = new Uint8Array(codes.length)
  for (let row = 0; row < flags.length; row++) flags[row] = (Number(codes[row]) & bit) === 0 ? 1 : 0
  return flags
}
