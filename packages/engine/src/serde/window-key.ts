import type {WindowedKey} from '../plan/formats.ts'
import {refusal} from './serde.ts'

export type Bounds = {readonly startMs: number; readonly endMs: number}

/** Bytes that a window takes behind the key, as Kafka writes windowed keys. */
export const windowBytes = (window: WindowedKey): number => (window.kind === 'session' ? 16 : 8)

/** The key, then the start of a time window, or end and start of a session: eight bytes each, big-endian. */
export function appendWindow(key: Uint8Array, window: WindowedKey, {startMs, endMs}: Bounds): Uint8Array {
  const bytes = Buffer.alloc(key.length + windowBytes(window))
  bytes.set(key)
  if (window.kind === 'session') {
    bytes.writeBigInt64BE(BigInt(endMs), key.length)
    bytes.writeBigInt64BE(BigInt(startMs), key.length + 8)
  } else bytes.writeBigInt64BE(BigInt(startMs), key.length)
  return bytes
}

/** The window behind a key. Throws EngineError `RECORD_INVALID` when the key is too short to have one. */
export function readWindow(bytes: Buffer, window: WindowedKey): Bounds {
  const size = bytes.length - windowBytes(window)
  if (size < 0)
    throw refusal('', `a key of ${bytes.length} bytes`, `a ${window.kind} window of ${windowBytes(window)} bytes behind it`)
  const first = Number(bytes.readBigInt64BE(size))
  if (window.kind === 'session') return {startMs: Number(bytes.readBigInt64BE(size + 8)), endMs: first}
  return {startMs: first, endMs: first + window.sizeMs}
}
