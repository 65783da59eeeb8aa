import {EngineError} from '../../base/errors.ts'
import {vectorOf, type Rows, type Vector} from '../../chunk/chunk.ts'
import type {ProduceRecord} from '../../engine-api.ts'
import type {Source} from '../../plan/source.ts'
import type {Column} from '../../schema/schema.ts'
import type {Value} from '../../schema/value.ts'
import {isObject, jsonReader, type JsonReader} from '../../serde/json-reader.ts'
import {keyStandsBare, standsBare} from '../../serde/registry.ts'

/** The last instant that a Date can hold. */
export const latestTimestampMs = 8.64e15

type Fields = Readonly<Record<string, unknown>>

/** The values of a column; undefined where one is not in the plainest form. */
type ColumnReader = (values: readonly unknown[]) => Vector | undefined

/**
 * Rows of records in their plainest form, column by column: every value an object that spells each column as it is declared and
 * holds what its type wants, no headers, no partition named, no NULL keys. Undefined when a record is anything else, which is not to say that it
 * is wrong: `rowReader` tells.
 */
export type PlainRows = (records: readonly ProduceRecord[], nowMs: number) => Rows | undefined

export function plainRows({schema, window, formats}: Source): PlainRows {
  const isKeyBare = schema.key.length === 0 || keyStandsBare(formats.key, schema.key)
  const isPlain =
    window === undefined && isKeyBare && !standsBare(formats.value, schema.value) && !schema.value.some(({name}) => name in {})
  if (!isPlain) return () => undefined
  const readKeys = schema.key.map(columnReader)
  const fields = schema.value.map(column => ({name: column.name, read: columnReader(column)}))
  return (records, nowMs) => {
    const objects = valuesOf(records)
    if (objects === undefined) return undefined
    const columns: Vector[] = []
    for (const read of readKeys) {
      const keys = records.map(record => record.key)
      const column = keys.every(key => key !== null && key !== undefined) ? read(keys) : undefined
      if (column === undefined) return undefined
      columns.push(column)
    }
    for (const {name, read} of fields) {
      const column = read(pick(objects, name))
      if (column === undefined) return undefined
      columns.push(column)
    }
    const timestamps = timesOf(records, nowMs)
    return timestamps && {count: records.length, columns, timestamps}
  }
}

function valuesOf(records: readonly ProduceRecord[]): readonly Fields[] | undefined {
  const objects = new Array<Fields>(records.length)
  for (let i = 0; i < records.length; i++) {
    const record = records[i]
    if (record === undefined || record.partition !== undefined || record.headers?.length || !isObject(record.value))
      return undefined
    objects[i] = record.value
  }
  return objects
}

function pick(objects: readonly Fields[], name: string): unknown[] {
  const values = new Array<unknown>(objects.length)
  for (let i = 0; i < objects.length; i++) values[i] = objects[i]?.[name]
  return values
}

function timesOf(records: readonly ProduceRecord[], nowMs: number): Float64Array | undefined {
  const times = new Float64Array(records.length)
  for (let i = 0; i < records.length; i++) {
    const time = records[i]?.timestampMs ?? nowMs
    if (!Number.isSafeInteger(time) || Math.abs(time) > latestTimestampMs) return undefined
    times[i] = time
  }
  return times
}

function columnReader({name, type}: Column): ColumnReader {
  switch (type.kind) {
    case 'VARCHAR':
      return values => (values.every(isText) ? vectorOf(values) : undefined)
    case 'DOUBLE':
      return values => numbers(values, new Float64Array(values.length), isNumber)
    case 'BIGINT':
    case 'TIMESTAMP':
      return values => numbers(values, new Float64Array(values.length), isSafeInteger)
    case 'INT':
    case 'DATE':
    case 'TIME':
      return values => numbers(values, new Int32Array(values.length), isInt)
    default: {
      const read = jsonReader(type, {path: name, canParseAgain: false})
      return values => (values.includes(undefined) ? undefined : readAll(values, read))
    }
  }
}

function readAll(values: readonly unknown[], read: JsonReader): Vector | undefined {
  try {
    return vectorOf(values.map(read))
  } catch (error) {
    if (error instanceof EngineError && error.code === 'RECORD_INVALID') return undefined
    throw error
  }
}

/** A typed array stands for a column without NULLs. */
function numbers<T extends number>(
  values: readonly unknown[],
  filled: Float64Array | Int32Array,
  fits: (value: unknown) => value is T,
): Vector | undefined {
  let nulls = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (fits(value)) filled[i] = value
    else if (value === null) nulls++
    else return undefined
  }
  if (nulls === 0) return vectorOf(filled)
  return vectorOf(values.map((value, i): Value => (value === null ? null : (filled[i] ?? null))))
}

const isNumber = (value: unknown): value is number => typeof value === 'number'
/** A negative zero is no integer: whoever reads it as one makes it 0. */
const isSafeInteger = (value: unknown): value is number => Number.isSafeInteger(value) && !Object.is(value, -0)
const isInt = (value: unknown): value is number => typeof value === 'number' && value === (value | 0)
const isText = (value: unknown): value is string | null => typeof value === 'string' || value === null
