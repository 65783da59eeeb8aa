import {typesEqual, type SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {decodeBase64} from './base64.ts'
import {
  convertDecimal,
  decimalToDouble,
  decimalToLong,
  decimalToText,
  doubleToDecimal,
  longToDecimal,
  parseDecimal,
} from './decimal.ts'
import {EvaluationError} from './evaluation-error.ts'
import {doubleToText, valueToText} from './java-text.ts'
import {doubleToInt, doubleToLong, longToInt, parseInteger, parseLong, type Long} from './long.ts'
import {dateToText, parseDate, parseTime, parseTimestamp, timestampToText, timeToText} from './temporal-text.ts'

type Convert = (value: NonNullable<Value>) => Value
type DecimalType = Extract<SqlType, {kind: 'DECIMAL'}>

const DAY_MS = 86_400_000
const same: Convert = value => value

/**
 * The conversion of CAST between two types; undefined where there is none. NULL gives NULL. It throws EvaluationError where
 * a value has no counterpart: text that is no number or no base64, a number with too many digits for a DECIMAL.
 */
export function castFunction(from: SqlType, to: SqlType): ((value: Value) => Value) | undefined {
  const convert = converter(from, to)
  return convert && (value => (value === null ? null : convert(value)))
}

/** Can CAST between these types fail for some value? */
export function castCanFail(from: SqlType, to: SqlType): boolean {
  if (typesEqual(from, to)) return false
  if (to.kind === 'DECIMAL') return true
  if (from.kind === 'VARCHAR') return to.kind !== 'BOOLEAN'
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return castCanFail(from.element, to.element)
  return to.kind === 'MAP' || to.kind === 'STRUCT'
}

/** `Cast of STRING to ARRAY<INTEGER> is not supported` */
export const unsupportedCast = (from: string, to: string): string => `Cast of ${from} to ${to} is not supported`

function converter(from: SqlType, to: SqlType): Convert | undefined {
  if (typesEqual(from, to)) return same
  switch (to.kind) {
    case 'VARCHAR':
      return toText(from)
    case 'BOOLEAN':
      return from.kind === 'VARCHAR' ? text => parseBoolean(text as string) : undefined
    case 'INT':
      return toInt(from)
    case 'BIGINT':
      return toBigint(from)
    case 'DOUBLE':
      return toDouble(from)
    case 'DECIMAL':
      return toDecimal(from, to)
    case 'DATE':
      if (from.kind === 'TIMESTAMP') return ms => Math.floor(Number(ms) / DAY_MS)
      return from.kind === 'VARCHAR' ? text => parseDate(text as string) : undefined
    case 'TIME':
      if (from.kind === 'TIMESTAMP') return ms => Number(ms) - Math.floor(Number(ms) / DAY_MS) * DAY_MS
      return from.kind === 'VARCHAR' ? text => parseTime(text as string) : undefined
    case 'TIMESTAMP':
      if (from.kind === 'DATE') return days => (days as number) * DAY_MS
      return from.kind === 'VARCHAR' ? text => parseTimestamp(text as string) : undefined
    case 'BYTES':
      return from.kind === 'VARCHAR' ? text => parseBytes(text as string) : undefined
    case 'ARRAY':
      return from.kind === 'ARRAY' ? toArray(from.element, to.element) : undefined
    case 'MAP':
      return from.kind === 'MAP' ? toMap(from, to) : undefined
    case 'STRUCT':
      return from.kind === 'STRUCT' ? toStruct(from, to) : undefined
  }
}

function toText(from: SqlType): Convert | undefined {
  switch (from.kind) {
    case 'DOUBLE':
      return value => doubleToText(value as number)
    case 'DECIMAL':
      return value => decimalToText(value as bigint, from.scale)
    case 'DATE':
      return value => dateToText(value as number)
    case 'TIME':
      return value => timeToText(value as number)
    case 'TIMESTAMP':
      return value => timestampToText(value as Long)
    case 'BYTES':
      return undefined
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return value => valueToText(value, from)
    default:
      return String
  }
}

function toInt(from: SqlType): Convert | undefined {
  switch (from.kind) {
    case 'BIGINT':
      return value => longToInt(value as Long)
    case 'DOUBLE':
      return value => doubleToInt(value as number)
    case 'DECIMAL':
      return value => longToInt(decimalToLong(value as bigint, from.scale))
    case 'VARCHAR':
      return text => parseInteger((text as string).trim()) ?? noNumber(text as string, 'INTEGER')
    default:
      return undefined
  }
}

function toBigint(from: SqlType): Convert | undefined {
  switch (from.kind) {
    case 'INT':
      return same
    case 'DOUBLE':
      return value => doubleToLong(value as number)
    case 'DECIMAL':
      return value => decimalToLong(value as bigint, from.scale)
    case 'VARCHAR':
      return text => parseLong((text as string).trim()) ?? noNumber(text as string, 'BIGINT')
    default:
      return undefined
  }
}

function toDouble(from: SqlType): Convert | undefined {
  switch (from.kind) {
    case 'INT':
    case 'BIGINT':
      return Number
    case 'DECIMAL':
      return value => decimalToDouble(value as bigint, from.scale)
    case 'VARCHAR':
      return text => parseDouble(text as string) ?? noNumber(text as string, 'DOUBLE')
    default:
      return undefined
  }
}

function toDecimal(from: SqlType, {precision, scale}: DecimalType): Convert | undefined {
  switch (from.kind) {
    case 'INT':
    case 'BIGINT':
      return value => longToDecimal(value as Long, precision, scale)
    case 'DOUBLE':
      return value => doubleToDecimal(value as number, precision, scale)
    case 'DECIMAL':
      return value => convertDecimal(value as bigint, from.scale, precision, scale)
    case 'VARCHAR':
      return text => {
        const parsed = parseDecimal((text as string).trim()) ?? noNumber(text as string, 'DECIMAL')
        return convertDecimal(parsed.unscaled, parsed.scale, precision, scale)
      }
    default:
      return undefined
  }
}

function toArray(from: SqlType, to: SqlType): Convert | undefined {
  const element = castFunction(from, to)
  return element && (items => (items as readonly Value[]).map(element))
}

function toMap(from: Extract<SqlType, {kind: 'MAP'}>, to: Extract<SqlType, {kind: 'MAP'}>): Convert | undefined {
  const key = castFunction(from.key, to.key)
  const value = castFunction(from.value, to.value)
  if (key === undefined || value === undefined) return undefined
  return entries => new Map(Array.from(entries as ReadonlyMap<Value, Value>, ([k, v]) => [key(k), value(v)]))
}

/** By exact field name; fields that the source does not have are NULL. */
function toStruct(from: Extract<SqlType, {kind: 'STRUCT'}>, to: Extract<SqlType, {kind: 'STRUCT'}>): Convert | undefined {
  const plan = to.fields.map(field => {
    const index = from.fields.findIndex(({name}) => name === field.name)
    const source = from.fields[index]
    return source === undefined ? () => null : bindField(index, castFunction(source.type, field.type))
  })
  const read = plan.filter(field => field !== undefined)
  return read.length < plan.length ? undefined : struct => read.map(field => field(struct as readonly Value[]))
}

const bindField = (index: number, cast: ((value: Value) => Value) | undefined) =>
  cast && ((struct: readonly Value[]) => cast(struct[index] ?? null))

/** `true` and `yes`, any prefix of them, in any case; everything else is FALSE. */
function parseBoolean(text: string): boolean {
  const word = text.trim().toLowerCase()
  return word !== '' && ('true'.startsWith(word) || 'yes'.startsWith(word))
}

/** Digits, point and exponent, or `NaN` and `Infinity`, blanks around them aside; undefined for other text. */
export function parseDouble(text: string): number | undefined {
  const trimmed = text.trim()
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) return Number(trimmed)
  const special = /^([+-]?)(NaN|Infinity)$/.exec(trimmed)
  if (special === null) return undefined
  return special[2] === 'NaN' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity
}

function parseBytes(text: string): Uint8Array {
  const bytes = decodeBase64(text.trim())
  if (bytes === undefined) throw new EvaluationError(`'${text}' is no BYTES: expected base64 text`)
  return bytes
}

function noNumber(text: string, type: string): never {
  throw new EvaluationError(`'${text}' is no ${type}`)
}
