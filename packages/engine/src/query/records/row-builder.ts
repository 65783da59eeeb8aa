import {EngineError} from '../../base/errors.ts'
import {vectorOf, type Rows} from '../../chunk/chunk.ts'
import type {Format} from '../../plan/formats.ts'
import type {Source} from '../../plan/source.ts'
import type {Column} from '../../schema/schema.ts'
import type {Value} from '../../schema/value.ts'
import {keyReader, valueReader} from '../../serde/json-values.ts'
import {keyStandsBare, serdeFor, standsBare} from '../../serde/registry.ts'
import {blobsOf} from '../../serde/serde.ts'
import type {ReadyRecord} from './ready-record.ts'

/** A record as the row of a source. A null value is a tombstone of a table, a null value of a stream. */
export type SourceRow = {readonly key: readonly Value[]; readonly value: readonly Value[] | null}

/** Reads JSON keys and values as rows of a source; RECORD_INVALID where they don't fit. */
export function rowReader(source: Source): (record: ReadyRecord) => SourceRow {
  const {schema, kind, formats, name, window} = source
  const readKey = orText(formats.key, schema.key, 'key', keyOf(formats.key, schema.key))
  const readValue = orText(formats.value, schema.value, 'value', orObject(schema.value, standsBare(formats.value, schema.value)))
  const noKey = schema.key.map(() => null)
  return record => {
    const key = readKey(record.key) ?? noKey
    if (kind === 'table' && key.some(value => value === null))
      throw new EngineError(
        'RECORD_INVALID',
        `found no key, expected one: ${name} is a table, and its rows are named by their key`,
      )
    if (window && record.window === undefined)
      throw new EngineError('RECORD_INVALID', `found no window, expected one: keys of ${name} are windowed`)
    return {key, value: readValue(record.value)}
  }
}

type Read = (value: unknown) => readonly Value[] | null

/** Formats that are lines of text also take the line itself. */
function orText(format: Format, columns: readonly Column[], role: 'key' | 'value', read: Read): Read {
  if (format.name !== 'DELIMITED' || columns.length === 0) return read
  const serde = serdeFor(format, columns, role)
  return value => (typeof value === 'string' ? serde.decode(blobsOf([Buffer.from(value)]), 0) : read(value))
}

/** Keys in messages come as objects or, of one column, bare. No message has a NULL in it: what is not there has its default. */
function keyOf(format: Format, columns: readonly Column[]): Read {
  const readBare = keyReader(columns)
  if (columns.length !== 1 || keyStandsBare(format, columns)) return readBare
  const readObject = keyReader(columns, false)
  const serde = serdeFor(format, columns, 'key')
  return value => {
    if (value === null || value === undefined) return null
    if (!isNamed(value, columns)) return readBare(value)
    const bytes = serde.encode(
      (readObject(value) ?? []).map(each => [each]),
      0,
    )
    return bytes === null ? null : serde.decode(blobsOf([Buffer.from(bytes)]), 0)
  }
}

const isNamed = (value: unknown, [only]: readonly Column[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).some(name => name.toUpperCase() === only?.name.toUpperCase())

/** A column that stands alone may come by its name all the same. */
function orObject(columns: readonly Column[], isBare: boolean): Read {
  const readObject = valueReader(columns)
  if (!isBare) return readObject
  const readBare = valueReader(columns, true)
  const [only] = columns
  return value =>
    isNamed(value, columns) && only?.type.kind !== 'STRUCT' && only?.type.kind !== 'MAP' ? readObject(value) : readBare(value)
}

export function rowsOf(source: Source, records: readonly ReadyRecord[], rows: readonly SourceRow[], nowMs: number): Rows {
  const {schema, window} = source
  const hasNull = rows.some(({value}) => value === null)
  return {
    count: rows.length,
    columns: [
      ...schema.key.map((_, i) => vectorOf(rows.map(({key}) => key[i] ?? null))),
      ...schema.value.map((_, i) => vectorOf(rows.map(({value}) => value?.[i] ?? null))),
    ],
    timestamps: records.map(({timestampMs}) => timestampMs ?? nowMs),
    ...(hasNull && {nullValues: Uint8Array.from(rows, ({value}) => (value === null ? 1 : 0))}),
    ...(records.some(({headers}) => headers !== undefined && headers.length > 0) && {
      headers: records.map(({headers}) => headers ?? []),
    }),
    ...(window && {
      windows: {
        starts: records.map(record => record.window?.startMs ?? 0),
        ends: records.map(record => record.window?.endMs ?? 0),
      },
    }),
  }
}
