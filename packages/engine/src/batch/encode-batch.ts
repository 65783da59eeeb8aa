import {assert} from '../base/assert.ts'
import type {Rows, Vector} from '../chunk/chunk.ts'
import {limits} from '../limits.ts'
import type {Header} from '../record/record.ts'
import {columnsOf} from '../schema/schema.ts'
import {BIGINT, BYTES, VARCHAR} from '../schema/sql-type.ts'
import {ByteWriter} from './byte-writer.ts'
import {compress, type Compression} from './compression.ts'
import type {Descriptor} from './descriptor.ts'
import {writeHeaders} from './headers.ts'
import {HEADER_BYTES, batchFlags, sealBatch} from './header.ts'
import {writeTimestamps} from './timestamps.ts'
import {writeColumn} from './write-column.ts'

export type EncodeOptions = {
  readonly compression?: Compression
  /** Distance of each record to the batch's base offset, growing; given where offsets have gaps. */
  readonly offsetDeltas?: ArrayLike<number>
}

/** What the `bytes` encoding holds: opaque keys and values, as text (UTF-8) or bytes. */
export type BytesRecords = {
  readonly count: number
  readonly timestamps: ArrayLike<number>
  readonly headers?: readonly (readonly Header[])[]
  readonly keys: Blobs
  readonly values: Blobs
}
export type Blobs =
  | {readonly kind: 'text'; readonly values: ArrayLike<string | null>}
  | {readonly kind: 'bytes'; readonly values: ArrayLike<Uint8Array | null>}

// One buffer for all batches of the thread: encoding never waits and never encodes inside of encoding.
const writer = new ByteWriter(1 << 16)

/** A batch of rows by column. The vectors stand in the order of the descriptor's columns: keys, then values. */
export function encodeColumns(rows: Rows, descriptor: Descriptor, options: EncodeOptions = {}): Uint8Array {
  const {windows, nullValues} = rows
  const columns = columnsOf(descriptor.schema)
  assert(columns.length === rows.columns.length, 'as many vectors as columns')
  const flags = (windows ? batchFlags.windows : 0) | (nullValues ? batchFlags.nullValues : 0)
  beginBatch(rows, options)
  if (nullValues) writeNullValues(nullValues, rows.count)
  writer.u32(descriptor.bytes.length)
  writer.raw(descriptor.bytes)
  const types = columns.map(column => column.type)
  const vectors: Vector[] = [...rows.columns]
  if (windows) {
    types.push(BIGINT, BIGINT)
    for (const values of [windows.starts, windows.ends]) vectors.push({length: rows.count, values})
  }
  writeDirectory(vectors.length, i => writeColumn(writer, types[i] ?? BIGINT, vectors[i] ?? {length: 0, values: []}))
  return endBatch('columns', rows, flags, options)
}

/** A batch of opaque records. */
export function encodeBytes(records: BytesRecords, options: EncodeOptions = {}): Uint8Array {
  beginBatch(records, options)
  const blobs = [records.keys, records.values]
  writeDirectory(2, i => {
    const each = blobs[i]
    if (each) writeColumn(writer, each.kind === 'text' ? VARCHAR : BYTES, {length: records.count, values: each.values})
  })
  return endBatch('bytes', records, 0, options)
}

type Common = Pick<BytesRecords, 'count' | 'timestamps' | 'headers'>

function beginBatch(records: Common, options: EncodeOptions): void {
  assert(records.count > 0, 'a batch has records')
  writer.at = HEADER_BYTES
  writeTimestamps(writer, records.timestamps, records.count)
  if (options.offsetDeltas) {
    writer.align()
    for (let i = 0; i < records.count; i++) writer.u32(options.offsetDeltas[i] ?? 0)
  }
  if (records.headers) writeHeaders(writer, records.headers)
}

function writeNullValues(nullValues: Uint8Array, count: number): void {
  const from = writer.zeroes((count + 7) >> 3)
  for (let i = 0; i < count; i++) {
    if (nullValues[i]) writer.bytes[from + (i >> 3)] = (writer.bytes[from + (i >> 3)] ?? 0) | (1 << (i & 7))
  }
}

/** The number of columns, where each ends (from here), and the columns: so that a reader touches only what it needs. */
function writeDirectory(count: number, write: (i: number) => void): void {
  writer.align()
  const start = writer.at
  writer.u32(count)
  writer.zeroes(count * 4)
  for (let i = 0; i < count; i++) {
    writer.align()
    write(i)
    writer.view.setUint32(start + 4 + i * 4, writer.at - start, true)
  }
}

function endBatch(encoding: 'bytes' | 'columns', records: Common, flags: number, options: EncodeOptions): Uint8Array {
  const bodyBytes = writer.at - HEADER_BYTES
  const bytesMin = encoding === 'bytes' ? limits.batchCompressBytesMin : limits.batchCompressColumnsBytesMin
  const compressed =
    options.compression === 'none' ? undefined : compress(writer.bytes.subarray(HEADER_BYTES, writer.at), bytesMin)
  let batch: Uint8Array
  if (compressed === undefined) batch = writer.take()
  else {
    batch = new Uint8Array(HEADER_BYTES + compressed.length)
    batch.set(compressed, HEADER_BYTES)
  }
  sealBatch(batch, {
    encoding,
    compression: compressed === undefined ? 'none' : 'zstd',
    flags: flags | (options.offsetDeltas ? batchFlags.offsets : 0) | (records.headers ? batchFlags.headers : 0),
    count: records.count,
    firstTimestampMs: records.timestamps[0] ?? 0,
    maxTimestampMs: maxTimestamp(records.timestamps, records.count),
    bodyBytes,
  })
  return batch
}

export function maxTimestamp(timestamps: ArrayLike<number>, count: number): number {
  let max = timestamps[0] ?? 0
  for (let i = 1; i < count; i++) if ((timestamps[i] ?? 0) > max) max = timestamps[i] ?? 0
  return max
}
