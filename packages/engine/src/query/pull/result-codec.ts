import {rowCodec} from '../../batch/row-codec.ts'
import type {Schema} from '../../schema/schema.ts'
import type {Row} from '../../schema/value.ts'
import {keyCodec, type WindowBounds} from '../../serde/key-codec.ts'
import {storedTypes} from '../../state/layout.ts'

export type ResultRow = {
  readonly key: Row
  readonly window?: WindowBounds
  readonly value: Row
  readonly timestampMs: number
}

/** Committed rows of a table, as `state/layout.ts` says that they lie in storage. */
export type ResultCodec = {
  encodeKey(key: Row, window?: WindowBounds): Uint8Array
  decode(key: Uint8Array, value: Uint8Array): ResultRow
}

export function resultCodec({key, value}: Schema): ResultCodec {
  const keys = keyCodec(key.map(column => column.type))
  const values = rowCodec(storedTypes(value.map(column => column.type)), 'STATE_CORRUPT')
  return {
    encodeKey: (row, window) => keys.encode(row, window),
    decode(keyBytes, valueBytes) {
      const row = values.decode(valueBytes)
      return {...keys.decode(keyBytes), value: row, timestampMs: Number(row[value.length])}
    },
  }
}
