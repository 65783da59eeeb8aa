import {EngineError} from '../../base/errors.ts'
import {vectorOf, type Rows} from '../../chunk/chunk.ts'
import type {ProduceRecord} from '../../engine-api.ts'
import type {Source} from '../../plan/source.ts'
import type {Value} from '../../schema/value.ts'
import {keyReader, valueReader} from '../../serde/json-values.ts'

/** A record as the row of a source. A null value is a tombstone of a table, a null value of a stream. */
export type SourceRow = {readonly key: readonly Value[]; readonly value: readonly Value[] | null}

/** Reads JSON keys and values as rows of a source; RECORD_INVALID where they don't fit. */
export function rowReader(source: Source): (record: ProduceRecord) => SourceRow {
  const {schema, kind, formats, name, window} = source
  const readKey = keyReader(schema.key)
  const readValue = valueReader(schema.value, schema.value.length === 1 && formats.value.settings['wrap'] === 'false')
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

export function rowsOf(source: Source, records: readonly ProduceRecord[], rows: readonly SourceRow[], nowMs: number): Rows {
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
