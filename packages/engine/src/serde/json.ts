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
  const needsDigits = columns.some(column => keepsDigits(column.type))
  return {
    gives: 'text',
    decode(blobs, i) {
      const text = blobs.textAt(i) ?? ''
      if (needsDigits && LONG_NUMBER.test(text)) return readExactly(parse(text, parseExactly))
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

/** A number with more digits than a double surely keeps, or an exponent. What looks so in a string only costs time. */
const LONG_NUMBER = /(?:^|[:[,])\s*-?(?:[\d.]{16}|\d+(?:\.\d*)?[eE])/

function keepsDigits(type: SqlType): boolean {
  switch (type.kind) {
    case 'BIGINT':
    case 'TIMESTAMP':
    case 'DECIMAL':
      return true
    case 'ARRAY':
      return keepsDigits(type.element)
    case 'MAP':
      return keepsDigits(type.value)
    case 'STRUCT':
      return type.fields.some(field => keepsDigits(field.type))
    default:
      return false
  }
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
