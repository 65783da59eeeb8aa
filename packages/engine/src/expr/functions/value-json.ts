import type {SqlType} from '../../schema/sql-type.ts'
import type {SqlMap, Value} from '../../schema/value.ts'
import {valueToText} from '../java-text.ts'

/**
 * A value as compact JSON text. STRUCT and MAP names are sorted by UTF-16 unit, DATE, TIME and TIMESTAMP are ISO text, BYTES
 * base64, NaN and infinities text, DECIMAL keeps its scale.
 */
export function valueToJson(value: Value, type: SqlType): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'BOOLEAN':
    case 'INT':
    case 'BIGINT':
    case 'DECIMAL':
      return valueToText(value, type)
    case 'DOUBLE':
      return Number.isFinite(value) ? valueToText(value, type) : `"${String(value)}"`
    case 'ARRAY':
      return `[${(value as readonly Value[]).map(item => valueToJson(item, type.element)).join(',')}]`
    case 'MAP':
      return object([...(value as SqlMap)].map(([key, item]) => [String(key), valueToJson(item, type.value)]))
    case 'STRUCT': {
      const items = value as readonly Value[]
      return object(type.fields.map((field, i) => [field.name, valueToJson(items[i] ?? null, field.type)]))
    }
    default:
      return JSON.stringify(valueToText(value, type))
  }
}

function object(members: readonly (readonly [name: string, json: string])[]): string {
  const sorted = members.toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
  return `{${sorted.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`
}
