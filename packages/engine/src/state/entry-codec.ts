import {rowCodec} from '../batch/row-codec.ts'
import type {Row, Value} from '../schema/value.ts'
import {keyCodec} from '../serde/key-codec.ts'
import {storedTypes, type EntryLayout} from './layout.ts'

/** Entries of a store as bytes: see `layout.ts`. */
export type EntryCodec = {
  encodeKey(columns: readonly ArrayLike<Value>[], slot: number): Uint8Array
  encodeValue(columns: readonly ArrayLike<Value>[], slot: number): Uint8Array
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
  return {
    encodeKey(columns, slot) {
      if (!isWindowed) return keys.encodeAt(columns, slot)
      const window = {startMs: Number(columns[keyCount]![slot]), endMs: Number(columns[keyCount + 1]![slot])}
      return keys.encodeAt(columns, slot, window)
    },
    encodeValue: (columns, slot) => values.encodeAt(columns, slot),
    decodeKey(bytes) {
      const {key, window} = keys.decode(bytes)
      return window === undefined ? key : [...key, window.startMs, window.endMs]
    },
    decodeValue: bytes => values.decode(bytes),
  }
}
