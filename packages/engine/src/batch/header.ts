import {crc32} from 'node:zlib'
import {EngineError} from '../base/errors.ts'
import {limits} from '../limits.ts'

/**
 * A batch is a header of 40 bytes and a body, all little-endian:
 *
 * | at | bytes | |
 * | --- | --- | --- |
 * | 0 | 3 | `MRB` |
 * | 3 | 1 | version, 1 |
 * | 4 | 4 | CRC-32 of everything from byte 8 on |
 * | 8 | 1 | encoding: 0 bytes, 1 columns |
 * | 9 | 1 | compression of the body: 0 none, 1 zstd |
 * | 10 | 2 | flags: which optional parts the body has |
 * | 12 | 4 | records, ≥ 1 |
 * | 16 | 8 | time of the first record, ms, as a double |
 * | 24 | 8 | highest time, ms, as a double |
 * | 32 | 4 | bytes of the body when not compressed |
 * | 36 | 4 | bytes of the body as it stands here |
 *
 * The base offset is not in it: storage knows it, and a producer does not.
 */
export const HEADER_BYTES = 40
const MAGIC_AND_VERSION = 0x0142524d

export const batchFlags = {offsets: 1, headers: 2, nullValues: 4, windows: 8} as const
const ALL_FLAGS = 15

export type BatchHeader = {
  readonly encoding: 'bytes' | 'columns'
  readonly compression: 'none' | 'zstd'
  readonly flags: number
  readonly count: number
  readonly firstTimestampMs: number
  readonly maxTimestampMs: number
  readonly bodyBytes: number
}

/** Writes the header into the first bytes of a batch whose body is in place. */
export function sealBatch(batch: Uint8Array, header: BatchHeader): void {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length)
  view.setUint32(0, MAGIC_AND_VERSION, true)
  view.setUint8(8, header.encoding === 'columns' ? 1 : 0)
  view.setUint8(9, header.compression === 'zstd' ? 1 : 0)
  view.setUint16(10, header.flags, true)
  view.setUint32(12, header.count, true)
  view.setFloat64(16, header.firstTimestampMs, true)
  view.setFloat64(24, header.maxTimestampMs, true)
  view.setUint32(32, header.bodyBytes, true)
  view.setUint32(36, batch.length - HEADER_BYTES, true)
  view.setUint32(4, crc32(batch.subarray(8)), true)
}

/** The checksum that a batch carries, from its first bytes, whether or not it is right. */
export const checksumOf = ({buffer, byteOffset, byteLength}: Uint8Array): number =>
  byteLength < 8 ? 0 : new DataView(buffer, byteOffset, byteLength).getUint32(4, true)

/** The header of an undamaged batch; EngineError `BATCH_CORRUPT` for anything else. */
export function checkBatch(batch: Uint8Array): BatchHeader {
  if (batch.length < HEADER_BYTES) throw damaged(`${batch.length} bytes are less than a header`)
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length)
  if (view.getUint32(0, true) !== MAGIC_AND_VERSION) throw damaged('it does not begin as a record batch of version 1')
  const stored = view.getUint32(36, true)
  if (stored !== batch.length - HEADER_BYTES)
    throw damaged(`${batch.length - HEADER_BYTES} bytes after the header, which says ${stored}`)
  if (view.getUint32(4, true) !== crc32(batch.subarray(8))) throw damaged('its checksum does not match')
  const encoding = view.getUint8(8)
  const compression = view.getUint8(9)
  const header: BatchHeader = {
    encoding: encoding === 1 ? 'columns' : 'bytes',
    compression: compression === 1 ? 'zstd' : 'none',
    flags: view.getUint16(10, true),
    count: view.getUint32(12, true),
    firstTimestampMs: view.getFloat64(16, true),
    maxTimestampMs: view.getFloat64(24, true),
    bodyBytes: view.getUint32(32, true),
  }
  if (encoding > 1 || compression > 1 || header.flags > ALL_FLAGS) throw damaged('it uses features that are unknown here')
  if (header.count < 1 || header.bodyBytes > limits.batchBodyBytesMax) throw damaged('its sizes are out of bounds')
  return header
}

const damaged = (what: string): EngineError => new EngineError('BATCH_CORRUPT', `damaged batch: ${what}`)
