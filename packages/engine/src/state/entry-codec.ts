import type {ByteWriter} from '../batch/byte-writer.ts'
import {rowCodec} from '../batch/row-codec.ts'
import type {Row, Value} from '../schema/value.ts'
import {keyCodec} from '../serde/key-codec.ts'
import {storedTypes, type EntryLayout} from './layout.ts'

/** Entries of a store as bytes: see `layout.ts`. */
export type EntryCodec = {
  encodeKey(columns: readonly ArrayLike<Value>[], slot: number): Uint8Array
  /** Behind what the writer holds. */
  writeKey(writer: ByteWriter, columns: readonly ArrayLike<Value>[], slot: number): void
  writeValue(writer: ByteWriter, columns: readonly ArrayLike<Value>[], slot: number): void
  /** Key columns, then window start and end where keys are windowed. */
  decodeKey(bytes: Uint8Array): Row
  /** Value columns, then row time. */
  decodeValue(bytes: Uint8Array): Row
}

export function entryCodec(layout: EntryLayout): EntryCodec {
  const {isWindowed} = layout
  const keyCount = layout.key.length - (isWindowed ? 2 : 0)
  const keys = keyCodec(layout.key.slice(0, keyCount))
  const values = rowCodec(storedTypes(layout.value), 'STATE_CORRUPT')
  const windowAt = (columns: readonly ArrayLike<Value>[], slot: number) =>
    isWindowed ? {startMs: Number(columns[keyCount]![slot]), endMs: Number(columns[keyCount + 1]![slot])} : undefined
  return {
    encodeKey: (columns, slot) => keys.encodeAt(columns, slot, windowAt(columns, slot)),
    writeKey: (writer, columns, slot) => keys.writeAt(writer, columns, slot, windowAt(columns, slot)),
    writeValue: (writer, columns, slot) => values.writeAt(writer, columns, slot),
    decodeKey(bytes) {
      const {key, window} = keys.decode(bytes)
      return window === undefined ? key : [...key, window.startMs, window.endMs]
    },
    decodeValue: bytes => values.decode(bytes),
  }
}
