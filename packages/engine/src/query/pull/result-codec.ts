import {rowCodec} from '../../batch/row-codec.ts'
import type {Source} from '../../plan/source.ts'
import type {Header} from '../../record/record.ts'
import {storedColumns} from '../../runtime/table-program.ts'
import type {Row, Value} from '../../schema/value.ts'
import {keyCodec, type WindowBounds} from '../../serde/key-codec.ts'
import {storedTypes} from '../../state/layout.ts'

export type ResultRow = {
  readonly key: Row
  readonly window?: WindowBounds
  readonly value: Row
  readonly timestampMs: number
  readonly headers?: readonly Header[]
}

/** Committed rows of a table, as `state/layout.ts` says that they lie in storage. */
export type ResultCodec = {
  encodeKey(key: Row, window?: WindowBounds): Uint8Array
  decode(key: Uint8Array, value: Uint8Array): ResultRow
}

export function resultCodec(source: Source): ResultCodec {
  const {key, value} = source.schema
  const keys = keyCodec(key.map(column => column.type))
  const types = source.createdBy === undefined ? storedColumns(source) : value.map(column => column.type)
  const values = rowCodec(storedTypes(types), 'STATE_CORRUPT')
  const hasHeaders = types.length > value.length
  return {
    encodeKey: (row, window) => keys.encode(row, window),
    decode(keyBytes, valueBytes) {
      const row = values.decode(valueBytes)
      const stored = {...keys.decode(keyBytes), value: row, timestampMs: Number(row[types.length])}
      return hasHeaders ? {...stored, headers: headersIn(row[value.length] ?? null)} : stored
    },
  }
}

/** As `runtime/table-program.ts` stores them. */
const headersIn = (stored: Value): readonly Header[] =>
  (stored as readonly (readonly [string, Uint8Array | null])[]).map(([key, value]) => ({key, value}))
