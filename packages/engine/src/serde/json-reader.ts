import {assertNever} from '../base/assert.ts'
import {parseDecimal, powerOfTen, precisionOf} from '../expr/decimal.ts'
import {MAX_LONG, MIN_LONG, parseInteger, parseLong} from '../expr/long.ts'
import {limits} from '../limits.ts'
import {printType, quoteName, type SqlType} from '../schema/sql-type.ts'
import {toLong, type Value} from '../schema/value.ts'
import {compactJson, NumberText, numberText} from './json-number.ts'
import {refusal, shorten} from './serde.ts'

/** From a parsed JSON value to the value of a column. Throws EngineError `RECORD_INVALID`. */
export type JsonReader = (value: unknown) => Value

/** Thrown where a value needs the spelling of numbers, which JSON.parse loses: the text is then parsed again, exactly. */
export const needsSpelling = Symbol('needs spelling')

export type ReaderOptions = {
  /** Field names that lead here, for messages. */
  readonly path: string
  /** The values come from JSON.parse over a text that can be parsed again. */
  readonly canParseAgain: boolean
}

export function jsonReader(type: SqlType, options: ReaderOptions): JsonReader {
  const read = nonNullReader(type, options)
  return value => (value === null || value === undefined ? null : read(value))
}

function nonNullReader(type: SqlType, options: ReaderOptions): JsonReader {
  const {path} = options
  const refuse = (value: unknown) => refusal(path, shorten(compactJson(value)), printType(type))
  switch (type.kind) {
    case 'BOOLEAN':
      return value => {
        if (typeof value !== 'boolean') throw refuse(value)
        return value
      }
    case 'INT':
    case 'DATE':
    case 'TIME':
      return value => {
        if (typeof value === 'number' && value === (value | 0)) return value | 0
        const read = typeof value === 'string' ? parseInteger(value) : truncated(value, -0x80000000n, 0x7fffffffn)
        if (read === undefined) throw refuse(value)
        return read
      }
    case 'BIGINT':
    case 'TIMESTAMP':
      return value => {
        if (typeof value === 'number') {
          if (Number.isSafeInteger(value)) return value + 0
          if (options.canParseAgain && Math.abs(value) > SURE_MAX) throw needsSpelling
        }
        const read = typeof value === 'string' ? parseLong(value) : truncated(value, MIN_LONG, MAX_LONG)
        if (read === undefined) throw refuse(value)
        return read
      }
    case 'DOUBLE':
      return value => {
        const read = typeof value === 'number' ? value : parseDouble(value)
        if (read === undefined) throw refuse(value)
        return read
      }
    case 'DECIMAL':
      return value => {
        const read = fittingDecimal(typeof value === 'string' ? value : numberText(value), type.precision, type.scale)
        if (read === undefined) throw refuse(value)
        return read
      }
    case 'VARCHAR':
      return value => {
        if (typeof value === 'string') return value
        if (options.canParseAgain && typeof value !== 'boolean') throw needsSpelling
        return looseText(value)
      }
    case 'BYTES':
      return value => {
        const read = typeof value === 'string' ? fromBase64(value) : undefined
        if (read === undefined) throw refuse(value)
        return read
      }
    case 'ARRAY': {
      const element = jsonReader(type.element, {...options, path: `${path}[]`})
      return value => {
        if (!Array.isArray(value)) throw refuse(value)
        return value.map(element)
      }
    }
    case 'MAP': {
      const mapKey = jsonReader(type.key, {...options, path: `${path}{}`})
      const mapValue = jsonReader(type.value, {...options, path: `${path}{}`})
      return value => {
        if (!isObject(value)) throw refuse(value)
        return new Map(Object.entries(value).map(([key, each]) => [mapKey(key), mapValue(each)]))
      }
    }
    case 'STRUCT': {
      const fields = fieldsReader(type.fields, options)
      return value => {
        if (!isObject(value)) throw refuse(value)
        return fields(value)
      }
    }
    default:
      return assertNever(type, 'type')
  }
}

/** Up to here JSON.parse keeps an integer part although a fraction follows. */
const SURE_MAX = 2 ** 45

/** Names spelled in the last records that are not the column's own spelling: only so many are remembered. */
const SPELLINGS_MAX = 1000

/**
 * One value per field: by exact name, then by a name that is equal when upper-cased; absent is NULL, the rest is ignored.
 */
export function fieldsReader(
  fields: readonly {readonly name: string; readonly type: SqlType}[],
  options: ReaderOptions,
): (object: Readonly<Record<string, unknown>>) => Value[] {
  const prefix = options.path === '' ? '' : `${options.path}->`
  const readers = fields.map(field => jsonReader(field.type, {...options, path: prefix + quoteName(field.name)}))
  const names = fields.map(field => field.name)
  const upperCased = new Map(names.map((name, i) => [name, i]))
  const spellings = new Map<string, number>()
  const fieldSpelled = (name: string): number => {
    const known = spellings.get(name)
    if (known !== undefined) return known
    const field = upperCased.get(name.toUpperCase()) ?? -1
    if (spellings.size < SPELLINGS_MAX) spellings.set(name, field)
    return field
  }
  const readLoosely = (object: Readonly<Record<string, unknown>>): Value[] => {
    const found = new Array<unknown>(names.length).fill(undefined)
    for (const name of Object.keys(object)) {
      const field = fieldSpelled(name)
      if (field >= 0) found[field] = object[name]
    }
    return readers.map((read, i) => {
      const name = names[i] ?? ''
      return read(Object.hasOwn(object, name) ? object[name] : found[i])
    })
  }
  // Columns that have the name of something every object inherits must be looked up the careful way.
  if (names.some(name => name in {})) return readLoosely
  return object => {
    const row = new Array<Value>(readers.length)
    for (let i = 0; i < readers.length; i++) {
      const value = object[names[i] ?? '']
      if (value === undefined) return readLoosely(object)
      row[i] = readers[i]?.(value) ?? null
    }
    return row
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText)

/** A number without its fraction, if it lies within the bounds. */
function truncated(value: unknown, min: bigint, max: bigint): number | bigint | undefined {
  const text = numberText(value)
  const parsed = text === undefined ? undefined : parseDecimal(text)
  if (parsed === undefined) return undefined
  const whole = parsed.unscaled / powerOfTen(parsed.scale)
  return whole >= min && whole <= max ? toLong(whole) : undefined
}

/** As Java's Double.parseDouble, for what may stand in a JSON text. */
export function parseDouble(value: unknown): number | undefined {
  const text = typeof value === 'string' ? value.trim() : numberText(value)
  if (text === undefined || text === '') return undefined
  if (/^[+-]?(NaN|Infinity)$/.test(text)) return Number(text.replace(/[+-]NaN/, 'NaN'))
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined
}

/** The unscaled value, if the text is a number that needs no rounding. */
export function fittingDecimal(text: string | undefined, precision: number, scale: number): bigint | undefined {
  const parsed = text === undefined ? undefined : parseDecimal(text)
  if (parsed === undefined) return undefined
  const lost = parsed.scale - scale
  if (lost > 0 && parsed.unscaled % powerOfTen(lost) !== 0n) return undefined
  const unscaled = lost > 0 ? parsed.unscaled / powerOfTen(lost) : parsed.unscaled * powerOfTen(-lost)
  return precisionOf(unscaled) <= precision ? unscaled : undefined
}

/** Whatever the value is, as text: objects as compact JSON, lists as `[a, b]`. */
function looseText(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return compactJson(value)
  // Which refuses what is much deeper still.
  if (depth === limits.jsonDepthMax) return compactJson(value)
  return `[${value.map(each => looseText(each, depth + 1)).join(', ')}]`
}

export function fromBase64(text: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? new Uint8Array(Buffer.from(text, 'base64')) : undefined
}
