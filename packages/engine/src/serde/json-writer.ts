import {decimalToText} from '../expr/decimal.ts'
import {doubleToText} from '../expr/java-text.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {SqlMap, Value} from '../schema/value.ts'

/** A column's value as JSON text. NULL is `null`, NaN and infinities are quoted, DECIMAL keeps its scale, BYTES is base64. */
export type JsonWriter = (value: Value) => string

// The casts below hold because a value always has the form that schema/value.ts gives for its type.
export function jsonWriter(type: SqlType): JsonWriter {
  const write = nonNullWriter(type)
  return value => (value === null ? 'null' : write(value))
}

function nonNullWriter(type: SqlType): JsonWriter {
  switch (type.kind) {
    case 'VARCHAR':
      return value => JSON.stringify(value)
    case 'DOUBLE':
      return value => (Number.isFinite(value) ? doubleToText(value as number) : `"${String(value)}"`)
    case 'DECIMAL':
      return value => decimalToText(value as bigint, type.scale)
    case 'BYTES':
      return value => `"${Buffer.from(value as Uint8Array).toString('base64')}"`
    case 'ARRAY': {
      const element = jsonWriter(type.element)
      return value => `[${(value as readonly Value[]).map(element).join(',')}]`
    }
    case 'MAP': {
      const mapValue = jsonWriter(type.value)
      return value =>
        `{${Array.from(value as SqlMap, ([key, each]) => `${JSON.stringify(String(key))}:${mapValue(each)}`).join(',')}}`
    }
    case 'STRUCT': {
      const fields = fieldsWriter(type.fields)
      return value => fields(i => (value as readonly Value[])[i] ?? null)
    }
    default:
      return String
  }
}

export function fieldsWriter(
  fields: readonly {readonly name: string; readonly type: SqlType}[],
): (valueOf: (i: number) => Value) => string {
  const prefixes = fields.map((field, i) => `${i === 0 ? '' : ','}${JSON.stringify(field.name)}:`)
  const writers = fields.map(field => jsonWriter(field.type))
  return valueOf => {
    let text = '{'
    for (let i = 0; i < writers.length; i++) text += `${prefixes[i]}${writers[i]?.(valueOf(i))}`
    return `${text}}`
  }
}
