import {assert, must} from '../base/assert.ts'
import type {Rows, Vector} from '../chunk/chunk.ts'
import type {Header} from '../record/record.ts'
import {columnsOf} from '../schema/schema.ts'
import {BIGINT} from '../schema/sql-type.ts'
import {ByteReader} from './byte-reader.ts'
import {decompress} from './compression.ts'
import {parseDescriptor, type Descriptor} from './descriptor.ts'
import {readHeaders} from './headers.ts'
import {HEADER_BYTES, batchFlags, checkBatch, type BatchHeader} from './header.ts'
import {readBlobs, readColumn} from './read-column.ts'
import {isValid, readNumbers} from './payload.ts'
import type {TextVector} from './text-vector.ts'
import {readTimestamps} from './timestamps.ts'

/**
 * A batch that was checked and laid out; columns, blobs and headers are decoded when they are asked for. It stands on the
 * memory of the bytes it was opened from, which must not change.
 */
export class OpenBatch {
  readonly encoding: 'bytes' | 'columns'
  readonly count: number
  readonly maxTimestampMs: number
  readonly timestamps: Float64Array
  /** Distance of each record to the base offset; absent: 0, 1, 2, … */
  readonly offsetDeltas: Uint32Array | undefined
  readonly nullValues: Uint8Array | undefined
  readonly #hasWindows: boolean
  readonly #headers: Uint8Array | undefined
  readonly #descriptor: Uint8Array
  readonly #payloads: readonly Uint8Array[]

  constructor(header: BatchHeader, body: Uint8Array) {
    const {flags, count} = header
    const reader = new ByteReader(body)
    this.encoding = header.encoding
    this.count = count
    this.maxTimestampMs = header.maxTimestampMs
    this.timestamps = readTimestamps(reader, header.firstTimestampMs, count)
    if (flags & batchFlags.offsets) {
      reader.align()
      this.offsetDeltas = readNumbers(reader, Uint32Array, count)
    }
    this.#headers = flags & batchFlags.headers ? reader.raw(reader.u32()) : undefined
    this.nullValues = flags & batchFlags.nullValues ? readFlags(reader, count) : undefined
    this.#hasWindows = (flags & batchFlags.windows) !== 0
    this.#descriptor = header.encoding === 'columns' ? reader.raw(reader.u32()) : new Uint8Array()
    this.#payloads = readDirectory(reader)
  }

  get headers(): (readonly Header[])[] | undefined {
    return this.#headers && readHeaders(new ByteReader(this.#headers), this.count)
  }

  /** Keys and values of the `bytes` encoding. */
  blobs(): {readonly keys: TextVector; readonly values: TextVector} {
    assert(this.encoding === 'bytes', 'a batch of bytes')
    const [keys, values] = this.#payloads
    return {keys: readBlobs(must(keys, 'keys'), this.count), values: readBlobs(must(values, 'values'), this.count)}
  }

  /**
   * The rows of the `columns` encoding, laid out as `descriptor` says. `known`: a descriptor seen before, which is given
   * back where it is this batch's too, so that it need not be read again.
   */
  columns(known?: Descriptor): {readonly descriptor: Descriptor; readonly rows: Rows} {
    assert(this.encoding === 'columns', 'a batch of columns')
    const isKnown = known !== undefined && Buffer.compare(this.#descriptor, known.bytes) === 0
    const descriptor = isKnown ? known : parseDescriptor(this.#descriptor)
    const columns = columnsOf(descriptor.schema)
    const {count, timestamps, nullValues, headers} = this
    const windows = this.#hasWindows && {starts: this.#bounds(columns.length), ends: this.#bounds(columns.length + 1)}
    return {
      descriptor,
      rows: {
        count,
        columns: columns.map((column, i) => readColumn(this.#payload(i), column.type, count)),
        timestamps,
        ...(windows && {windows}),
        ...(nullValues && {nullValues}),
        ...(headers && {headers}),
      },
    }
  }

  #bounds(i: number): ArrayLike<number> {
    const bounds: Vector = readColumn(this.#payload(i), BIGINT, this.count)
    return Float64Array.from(bounds.values, Number)
  }

  #payload(i: number): Uint8Array {
    const payload = this.#payloads[i]
    if (payload === undefined) throw new ByteReader(new Uint8Array()).corrupt(`column ${i} is missing`)
    return payload
  }
}

/** Checks and opens a batch. Anything that is not exactly what was written is EngineError `BATCH_CORRUPT`. */
export function openBatch(bytes: Uint8Array): OpenBatch {
  const header = checkBatch(bytes)
  const stored = bytes.subarray(HEADER_BYTES)
  return new OpenBatch(header, header.compression === 'none' ? stored : decompress(stored, header.bodyBytes))
}

function readFlags(reader: ByteReader, count: number): Uint8Array {
  const bits = reader.raw((count + 7) >> 3)
  const flags = new Uint8Array(count)
  for (let i = 0; i < count; i++) flags[i] = isValid(bits, i) ? 1 : 0
  return flags
}

function readDirectory(reader: ByteReader): Uint8Array[] {
  reader.align()
  const body = reader.bytes.subarray(reader.at)
  const count = reader.u32()
  const ends = readNumbers(reader, Uint32Array, Math.min(count, body.length))
  let from = 4 + count * 4
  return Array.from(ends, end => {
    const start = (from + 7) & ~7
    if (end < start || end > body.length) throw reader.corrupt('a column ends outside of the batch')
    from = end
    return body.subarray(start, end)
  })
}
