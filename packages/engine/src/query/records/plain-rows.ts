import {EngineError} from '../../base/errors.ts'
import {vectorOf, type Rows, type Vector} from '../../chunk/chunk.ts'
import {recordFields, type FieldColumn, type FieldForm} from '../../codegen/record-fields.ts'
import type {ProduceRecord} from '../../engine-api.ts'
import type {Source} from '../../plan/source.ts'
import {latestTimestampMs} from '../../record/record.ts'
import type {Column} from '../../schema/schema.ts'
import type {Value} from '../../schema/value.ts'
import {isObject, jsonReader} from '../../serde/json-reader.ts'
import {keyStandsBare, standsBare} from '../../serde/registry.ts'

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
  const columns = [...schema.key, ...schema.value].map(plainColumn)
  const fields = columns.map(({name, form}, i) => (i < schema.key.length ? {form} : {name, form}))
  const read = recordFields(fields, isObject, latestTimestampMs)
  return (records, nowMs) => {
    const count = records.length
    const timestamps = new Float64Array(count)
    const filled = columns.map(({form}) => emptyColumn(form, count))
    const nulls = read(records, nowMs, timestamps, filled)
    if (nulls === undefined) return undefined
    const vectors: Vector[] = []
    for (const [i, column] of columns.entries()) {
      const vector = column.finish(filled[i] ?? [], nulls[i])
      if (vector === undefined) return undefined
      vectors.push(vector)
    }
    return {count, columns: vectors, timestamps}
  }
}

function emptyColumn(form: FieldForm, count: number): FieldColumn {
  if (form === 'int') return new Int32Array(count)
  return form === 'text' || form === 'any' ? new Array<unknown>(count) : new Float64Array(count)
}

type PlainColumn = {
  readonly name: string
  readonly form: FieldForm
  /** What was read as a column, or undefined where it needs a second look. */
  readonly finish: (values: FieldColumn, nulls: Uint8Array | undefined) => Vector | undefined
}

function plainColumn({name, type}: Column): PlainColumn {
  switch (type.kind) {
    case 'VARCHAR':
      // The form says so.
      return {name, form: 'text', finish: values => vectorOf(values as readonly (string | null)[])}
    case 'DOUBLE':
      return {name, form: 'double', finish: numbers}
    case 'BIGINT':
    case 'TIMESTAMP':
      return {name, form: 'long', finish: numbers}
    case 'INT':
    case 'DATE':
    case 'TIME':
      return {name, form: 'int', finish: numbers}
    default: {
      const read = jsonReader(type, {path: name, canParseAgain: false})
      return {name, form: 'any', finish: values => readAll(values, read)}
    }
  }
}

function readAll(values: FieldColumn, read: (value: unknown) => Value): Vector | undefined {
  try {
    return vectorOf(Array.from(values, read))
  } catch (error) {
    if (error instanceof EngineError && error.code === 'RECORD_INVALID') return undefined
    throw error
  }
}

/** A typed array stands for a column without NULLs. */
function numbers(values: FieldColumn, nulls: Uint8Array | undefined): Vector {
  // The form says that these are numbers.
  const filled = values as ArrayLike<number>
  return vectorOf(nulls === undefined ? filled : Array.from(filled, (value, row): Value => (nulls[row] === 1 ? null : value)))
}
