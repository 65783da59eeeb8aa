import {rowCodec} from '../../batch/row-codec.ts'
import type {Source} from '../../plan/source.ts'
import type {Header} from '../../record/record.ts'
import {storedColumns} from '../../runtime/table-program.ts'
import type {Row, Value} from '../../schema/value.ts'
import {keyCodec, type WindowBounds} from '../../serde/key-codec.ts'
import {storedTypes} from '../../state/layout.ts'
import type {ResultView} from '../../topology/result-view.ts'

export type ResultRow = {
  readonly key: Row
  readonly window?: WindowBounds
  readonly value: Row
  readonly timestampMs: number
  readonly headers?: readonly Header[]
}

type Entry = {readonly key: Uint8Array; readonly value: Uint8Array}

/** Committed rows of a table, as `state/layout.ts` says that they lie in storage. */
export type ResultCodec = {
  encodeKey(key: Row, window?: WindowBounds): Uint8Array
  /** The rows that entries stand for: one each, or none where HAVING hides it. */
  decode(entries: readonly Entry[]): readonly ResultRow[]
}

/** `view`: for tables whose rows are computed from those of an aggregate. */
export function resultCodec(source: Source, view: ResultView | undefined): ResultCodec {
  const keys = keyCodec(source.schema.key.map(column => column.type))
  return {
    encodeKey: (row, window) => keys.encode(row, window),
    decode: view ? entries => view.read(entries).filter(row => row !== null) : storedRows(source, keys),
  }
}

function storedRows(source: Source, keys: ReturnType<typeof keyCodec>): ResultCodec['decode'] {
  const {value} = source.schema
  const types = source.createdBy === undefined ? storedColumns(source) : value.map(column => column.type)
  const values = rowCodec(storedTypes(types), 'STATE_CORRUPT')
  const hasHeaders = types.length > value.length
  return entries =>
    entries.map(entry => {
      const row = values.decode(entry.value)
      const stored = {value: row, timestampMs: Number(row[types.length]), ...keys.decode(entry.key)}
      return hasHeaders ? {headers: headersIn(row[value.length] ?? null), ...stored} : stored
    })
}

/** As `runtime/table-program.ts` stores them. */
const headersIn = (stored: Value): readonly Header[] =>
  (stored as readonly (readonly [string, Uint8Array | null])[]).map(([key, value]) => ({key, value}))
