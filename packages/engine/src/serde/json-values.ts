import {decimalToText} from '../expr/decimal.ts'
import type {Column} from '../schema/schema.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {SqlMap, Value} from '../schema/value.ts'
import {compactJson} from './json-number.ts'
import {fieldsReader, isObject, jsonReader} from './json-reader.ts'
import {refusal, shorten} from './serde.ts'

/** From JSON values, as clients and JSON.parse give them (numbers may be bigint or NumberText), to one value per column. */
export type RowReader = (value: unknown) => readonly Value[] | null

/**
 * A key: the bare value of one column, an object of several. null or undefined is null (all NULL). Other forms are refused
 * with EngineError `RECORD_INVALID`.
 */
export const keyReader = (columns: readonly Column[], isBare = columns.length === 1): RowReader =>
  columns.length === 0 ? () => [] : rowReader(columns, isBare)

/** A value: an object by column name or, with `isBare`, what stands for the only column. null is a null value (tombstone). */
export const valueReader = (columns: readonly Column[], isBare = false): RowReader => rowReader(columns, isBare)

function rowReader(columns: readonly Column[], isBare: boolean): RowReader {
  const options = {path: '', canParseAgain: false}
  const [only] = columns
  if (isBare && only !== undefined) {
    const read = jsonReader(only.type, {...options, path: only.name})
    return value => (value === null || value === undefined ? null : [read(value)])
  }
  const read = fieldsReader(columns, options)
  return value => {
    if (value === null || value === undefined) return null
    if (!isObject(value)) throw refusal('', shorten(compactJson(value)), 'an object with a field for each column')
    return read(value)
  }
}

/**
 * A value as data for JSON: BIGINT and TIMESTAMP number, or bigint beyond the safe integers; DECIMAL text with its scale;
 * BYTES base64; DATE days; TIME ms; NaN and infinities text; MAP and STRUCT objects.
 */
export function toJsonValue(value: Value, type: SqlType): unknown {
  if (value === null) return null
  // The casts hold because a value always has the form that schema/value.ts gives for its type.
  switch (type.kind) {
    case 'DOUBLE':
      return Number.isFinite(value) ? value : String(value)
    case 'DECIMAL':
      return decimalToText(value as bigint, type.scale)
    case 'BYTES':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'ARRAY':
      return (value as readonly Value[]).map(each => toJsonValue(each, type.element))
    case 'MAP':
      return Object.fromEntries(Array.from(value as SqlMap, ([key, each]) => [String(key), toJsonValue(each, type.value)]))
    case 'STRUCT': {
      const values = value as readonly Value[]
      return Object.fromEntries(type.fields.map((field, i) => [field.name, toJsonValue(values[i] ?? null, field.type)]))
    }
    default:
      return value
  }
}

/** A whole column as data for JSON; the column itself where its values are that already. */
export function toJsonValues(values: ArrayLike<Value>, type: SqlType): ArrayLike<unknown> {
  switch (type.kind) {
    case 'DOUBLE':
      return isFinite(values) ? values : Array.from(values, value => toJsonValue(value, type))
    case 'DECIMAL':
    case 'BYTES':
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return Array.from(values, value => toJsonValue(value, type))
    default:
      return values
  }
}

function isFinite(values: ArrayLike<Value>): boolean {
  if (values instanceof Float64Array) return areFinite(values)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null
    if (value !== null && !Number.isFinite(value)) return false
  }
  return true
}

/** One kind of array, so that the loop is compiled for it. */
function areFinite(numbers: Float64Array): boolean {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false
  return true
}

/** Values of several columns as an object by column name. */
export const toJsonObject = (columns: readonly Column[], values: readonly Value[]): Record<string, unknown> =>
  Object.fromEntries(columns.map((column, i) => [column.name, toJsonValue(values[i] ?? null, column.type)]))

/** A key as clients see it: the bare value of one column, an object of several, null where there is none. */
export function toJsonKey(columns: readonly Column[], values: readonly Value[]): unknown {
  const [only] = columns
  if (columns.length === 1 && only !== undefined) return toJsonValue(values[0] ?? null, only.type)
  return values.every(value => value === null) ? null : toJsonObject(columns, values)
}
