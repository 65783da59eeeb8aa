import {EngineError} from '../base/errors.ts'
import type {Column} from '../schema/schema.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {compactJson, parseExactly} from './json-number.ts'
import {fieldsReader, isObject, jsonReader, needsSpelling, type ReaderOptions} from './json-reader.ts'
import {fieldsWriter, jsonWriter} from './json-writer.ts'
import {refusal, shorten, type Serde} from './serde.ts'

/** `isBare`: the only column's value stands without an object around it. */
export function jsonSerde(columns: readonly Column[], isBare: boolean): Serde {
  const readFast = recordReader(columns, isBare, {path: '', canParseAgain: true})
  const readExactly = recordReader(columns, isBare, {path: '', canParseAgain: false})
  const hazard = hazards[worst(columns)]
  return {
    gives: 'text',
    decode(blobs, i) {
      const text = blobs.textAt(i) ?? ''
      if (hazard(text)) return readExactly(parse(text, parseExactly))
      try {
        return readFast(parse(text, JSON.parse))
      } catch (error) {
        if (error !== needsSpelling) throw error
        return readExactly(parse(text, parseExactly))
      }
    },
    encode: recordWriter(columns, isBare),
  }
}

/**
 * Whether JSON.parse may lose digits that a column keeps, so that the text must be parsed exactly. Longs that are no safe
 * integers are noticed by their reader; what is left are fractions that JSON.parse rounds up to the next integer. A DECIMAL
 * keeps every digit. What looks like such a number inside of a string only costs time.
 */
const hazards = {
  none: () => false,
  long: hasRoundingFraction,
  decimal: (text: string) => LONG_NUMBER.test(text),
} as const

const LONG_NUMBER = /(?:^|[:[,])\s*-?(?:[\d.]{16}|\d+(?:\.\d*)?[eE])/
const ROUNDING_FRACTION = /\d{13}\.\d|\.9{12}/

/** Looks at the points first: a pattern over the whole text costs a fifth of parsing it. */
function hasRoundingFraction(text: string): boolean {
  for (let at = text.indexOf('.'); at >= 0; at = text.indexOf('.', at + 1)) {
    if (ROUNDING_FRACTION.test(text.slice(Math.max(0, at - 13), at + 13))) return true
  }
  return false
}

function hazardOf(type: SqlType): keyof typeof hazards {
  switch (type.kind) {
    case 'BIGINT':
    case 'TIMESTAMP':
      return 'long'
    case 'DECIMAL':
      return 'decimal'
    case 'ARRAY':
      return hazardOf(type.element)
    case 'MAP':
      return hazardOf(type.value)
    case 'STRUCT':
      return worst(type.fields)
    default:
      return 'none'
  }
}

function worst(columns: readonly Column[]): keyof typeof hazards {
  const kinds = columns.map(column => hazardOf(column.type))
  return kinds.includes('decimal') ? 'decimal' : kinds.includes('long') ? 'long' : 'none'
}

function parse(text: string, parser: (text: string) => unknown): unknown {
  try {
    return parser(text)
  } catch (cause) {
    // RangeError: nested deeper than the exact parser's stack.
    if (!(cause instanceof SyntaxError || cause instanceof RangeError)) throw cause
    const message = `found ${shorten(text)}, expected JSON: ${cause.message}`
    throw new EngineError('RECORD_INVALID', message, {found: shorten(text), expected: 'JSON'}, cause)
  }
}

type RecordReader = (value: unknown) => readonly Value[] | null

function recordReader(columns: readonly Column[], isBare: boolean, options: ReaderOptions): RecordReader {
  const [only] = columns
  if (isBare && only !== undefined) {
    const read = jsonReader(only.type, {...options, path: only.name})
    return value => [read(value)]
  }
  const read = fieldsReader(columns, options)
  return value => {
    if (value === null) return null
    if (!isObject(value)) throw refusal('', shorten(compactJson(value)), 'a JSON object')
    return read(value)
  }
}

function recordWriter(columns: readonly Column[], isBare: boolean): Serde['encode'] {
  const [only] = columns
  if (isBare && only !== undefined) {
    const write = jsonWriter(only.type)
    return (vectors, row) => {
      const value = vectors[0]?.[row] ?? null
      return value === null ? null : write(value)
    }
  }
  const write = fieldsWriter(columns)
  return (vectors, row) => write(i => vectors[i]?.[row] ?? null)
}
