import {Decoder, Encoder} from '@toondepauw/node-zstd'
import {EngineError} from '../base/errors.ts'
import {asBuffer} from './byte-reader.ts'

export type Compression = 'none' | 'zstd'

// Both keep no data between calls; made once because making them allocates a context.
const encoder = new Encoder(1)
const decoder = new Decoder()

/** The bytes with zstd level 1, or undefined where that is not worth it: too little to gain, or fewer than `bytesMin`. */
export function compress(bytes: Uint8Array, bytesMin: number): Uint8Array | undefined {
  if (bytes.length < bytesMin) return undefined
  const compressed = encoder.encodeSync(asBuffer(bytes))
  return compressed.length < bytes.length * 0.9 ? compressed : undefined
}

/** Exactly `size` bytes, or EngineError `BATCH_CORRUPT`. */
export function decompress(bytes: Uint8Array, size: number): Uint8Array {
  let plain: Uint8Array
  try {
    plain = decoder.decodeSync(asBuffer(bytes))
  } catch (cause) {
    throw new EngineError('BATCH_CORRUPT', 'damaged batch: its compressed body cannot be read', {}, cause)
  }
  if (plain.length !== size)
    throw new EngineError('BATCH_CORRUPT', `damaged batch: body of ${plain.length} bytes, expected ${size}`, {})
  return plain
}
