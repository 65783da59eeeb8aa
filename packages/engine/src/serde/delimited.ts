import {parse} from 'csv-parse/sync'
import {EngineError} from '../base/errors.ts'
import {decimalToText} from '../expr/decimal.ts'
import {doubleToText} from '../expr/java-text.ts'
import {parseInteger, parseLong} from '../expr/long.ts'
import type {Column} from '../schema/schema.ts'
import {printType, quoteName, type SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {fittingDecimal, fromBase64, parseDouble} from './json-reader.ts'
import {refusal, shorten, type Serde} from './serde.ts'

/** Lines of values: as many as columns, empty for NULL, quoted where they hold the delimiter, quotes or line ends. */
export function delimitedSerde(columns: readonly Column[], delimiterSetting = ','): Serde {
  const nested = columns.find(column => ['ARRAY', 'MAP', 'STRUCT'].includes(column.type.kind))
  if (nested)
    throw new EngineError('INVALID_CONFIG', `the DELIMITED format takes no ${nested.type.kind}: column ${quoteName(nested.name)}`)
  const delimiter = parseDelimiter(delimiterSetting)
  const readers = columns.map(cellReader)
  const writers = columns.map(column => cellWriter(column.type))
  return {
    gives: 'text',
    decode(blobs, i) {
      const cells = split(blobs.textAt(i) ?? '', delimiter)
      if (cells.length !== columns.length)
        throw refusal('', `${cells.length} ${cells.length === 1 ? 'value' : 'values'}`, `${columns.length} (one per column)`)
      return cells.map((cell, column) => (cell === '' ? null : (readers[column]?.(cell) ?? null)))
    },
    encode: (vectors, row) =>
      writers.map((write, i) => quote(write(vectors[i]?.[row] ?? null), i === 0, delimiter)).join(delimiter),
  }
}

function parseDelimiter(setting: string): string {
  const named = {SPACE: ' ', TAB: '\t'}[setting.toUpperCase()]
  if (named === undefined && setting.length !== 1)
    throw new EngineError('INVALID_CONFIG', `found delimiter '${setting}', expected one character, SPACE or TAB`)
  return named ?? setting
}

function split(text: string, delimiter: string): readonly string[] {
  if (text === '') throw refusal('', 'an empty record', 'a line of values')
  if (!/["\r\n]/.test(text)) return text.split(delimiter)
  try {
    const [first = []] = parse(text, {delimiter, relax_column_count: true, relax_quotes: true, to: 1})
    return first
  } catch (cause) {
    const found = shorten(text)
    throw new EngineError('RECORD_INVALID', `found ${found}, expected a line of values`, {found, expected: 'values'}, cause)
  }
}

function cellReader({name, type}: Column): (cell: string) => Value {
  const read = typedReader(type)
  return cell => {
    const value = read(cell)
    if (value === undefined) throw refusal(quoteName(name), shorten(cell), printType(type))
    return value
  }
}

function typedReader(type: SqlType): (cell: string) => Value | undefined {
  switch (type.kind) {
    case 'BOOLEAN':
      return cell => cell.toLowerCase() === 'true'
    case 'INT':
    case 'DATE':
    case 'TIME':
      return parseInteger
    case 'BIGINT':
    case 'TIMESTAMP':
      return parseLong
    case 'DOUBLE':
      return parseDouble
    case 'DECIMAL':
      return cell => fittingDecimal(cell, type.precision, type.scale)
    case 'BYTES':
      return fromBase64
    default:
      return cell => cell
  }
}

/** NULL is undefined: unlike an empty text it is never quoted. */
function cellWriter(type: SqlType): (value: Value) => string | undefined {
  return value => {
    if (value === null) return undefined
    // The casts hold because a value always has the form that schema/value.ts gives for its type.
    if (type.kind === 'DOUBLE') return doubleToText(value as number)
    if (type.kind === 'DECIMAL') return decimalToText(value as bigint, type.scale)
    if (type.kind === 'BYTES') return Buffer.from(value as Uint8Array).toString('base64')
    return String(value)
  }
}

/** As commons-csv quotes: also a first value that does not begin with a letter or digit, and blanks and `!"#` in front. */
function quote(cell: string | undefined, isFirst: boolean, delimiter: string): string {
  if (cell === undefined) return ''
  const startsOddly = isFirst ? !/^[0-9A-Za-z]/.test(cell) : cell !== '' && cell.charCodeAt(0) <= 0x23
  const needsQuotes = startsOddly || cell.includes(delimiter) || /["\r\n]|[\0- ]$/.test(cell)
  return needsQuotes ? `"${cell.replaceAll('"', '""')}"` : cell
}
