import type {SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {decimalToText} from './decimal.ts'
import {dateToText, timestampToText, timeToText} from './temporal-text.ts'

/** `Double.toString`: `1.0`, `1.0E7`, `1.234E-5`, `NaN`, `Infinity`. */
export function doubleToText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}

/**
 * Any value as ksqlDB's `CAST(… AS VARCHAR)` spells it: containers as Java's `toString` (`[1, null]`, `{a=1}`,
 * `Struct{F0=1,F1=2}` without its NULL fields), DECIMAL in plain digits, times in ISO form, BYTES as base64. NULL inside a
 * container is `null`.
 */
export function valueToText(value: Value, type: SqlType): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'DOUBLE':
      return doubleToText(value as number)
    case 'DECIMAL':
      return decimalToText(value as bigint, type.scale)
    case 'BYTES':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'DATE':
      return dateToText(value as number)
    case 'TIME':
      return timeToText(value as number)
    case 'TIMESTAMP':
      return timestampToText(value as number | bigint)
    case 'ARRAY':
      return `[${(value as readonly Value[]).map(item => valueToText(item, type.element)).join(', ')}]`
    case 'MAP': {
      const entries = [...(value as ReadonlyMap<Value, Value>)]
      return `{${entries.map(([key, item]) => `${valueToText(key, type.key)}=${valueToText(item, type.value)}`).join(', ')}}`
    }
    case 'STRUCT': {
      const items = value as readonly Value[]
      const fields = type.fields.flatMap((field, i) =>
        items[i] === null || items[i] === undefined ? [] : [`${field.name}=${valueToText(items[i], field.type)}`],
      )
      return `Struct{${fields.join(',')}}`
    }
    default:
      return String(value)
  }
}
