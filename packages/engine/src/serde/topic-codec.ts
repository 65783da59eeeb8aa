import {EngineError} from '../base/errors.ts'
import {openBatch} from '../batch/open-batch.ts'
import type {Chunk, Rows} from '../chunk/chunk.ts'
import type {Formats, WindowedKey} from '../plan/formats.ts'
import type {TimestampExtraction} from '../plan/step.ts'
import type {Offset} from '../record/record.ts'
import type {Schema} from '../schema/schema.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import {bytesDecoder} from './decode-bytes.ts'
import {columnsDecoder} from './decode-columns.ts'
import {bytesEncoder, columnsEncoder, encodeWithinLimits} from './encode-rows.ts'
import {placement} from './placement.ts'
import {resultTimes} from './record-time.ts'

export type DecoderOptions = {
  readonly topic: string
  readonly schema: Schema
  readonly formats: Formats
  /** Set when keys carry a window. */
  readonly window?: WindowedKey
  /** Record time comes from this column; rows without a valid one are bad. */
  readonly timestamp?: TimestampExtraction
}

/**
 * Rows of one stored batch with offset ≥ `from`, in offset order, as a chunk with `origin`. Records that cannot be read are
 * left out and reported. Throws EngineError `BATCH_CORRUPT` when the batch itself is damaged; columns decode lazily, so
 * reading a vector's `values` may throw that too.
 */
export type ChunkDecoder = (batch: StoredBatch, from: Offset, partition: number) => DecodedChunk

export type DecodedChunk = {readonly chunk: Chunk; readonly bad: readonly BadRecord[]}

export type BadRecord = {
  readonly kind: 'deserialization' | 'timestamp'
  readonly offset: Offset
  readonly timestampMs: number
  readonly reason: string
}

export type EncoderOptions = {
  readonly schema: Schema
  readonly formats: Formats
  readonly window?: WindowedKey
  readonly partitions: number
  /** Where the batch is large enough and it helps. Default: `zstd` for opaque records, `none` for columns, which are small and quick. */
  readonly compression?: 'none' | 'zstd'
  /** Where rows without a key go. Absent: to one partition a call, the next one at the next call. */
  readonly keyless?: number
  /** Record time is taken from this column of the result; rows without a valid one are bad. */
  readonly timestamp?: TimestampExtraction
  /** Keys of several columns are written even where all of them are NULL. Default: such a key is null. */
  readonly keepsNullKeys?: true
}

/**
 * Batches to append, by ascending partition; rows keep their order inside a partition. Equal keys go to the partition where
 * Kafka's default partitioner puts them, rows without a key where `keyless` says. A chunk larger than the limits of a batch
 * becomes several batches of the partition, in order.
 */
export type ChunkEncoder = (rows: Rows) => EncodedChunk

export type EncodedChunk = {readonly batches: readonly EncodedBatch[]; readonly bad: readonly UnwritableRow[]}

export type EncodedBatch = {
  readonly partition: number
  readonly bytes: Uint8Array
  readonly count: number
  readonly maxTimestampMs: number
}

/** `row` is the index in the chunk. */
export type UnwritableRow = {
  readonly kind: 'serialization' | 'timestamp'
  readonly row: number
  readonly reason: string
  /** No batch can hold it. */
  readonly isTooLarge?: true
}

export function chunkDecoder(options: DecoderOptions): ChunkDecoder {
  const decodeColumns = columnsDecoder(options)
  const decodeBytes = options.formats.value.name === 'COLUMNS' ? undefined : bytesDecoder(options)
  return (batch, from, partition) => {
    const opened = openBatch(batch.bytes)
    if (opened.encoding === 'columns') return decodeColumns(opened, batch.baseOffset, from, partition)
    if (decodeBytes) return decodeBytes(opened, batch.baseOffset, from, partition)
    throw new EngineError('TOPIC_MISMATCH', `topic ${options.topic} holds opaque records, expected columns`, {
      topic: options.topic,
    })
  }
}

export function chunkEncoder(options: EncoderOptions): ChunkEncoder {
  const encode = options.formats.value.name === 'COLUMNS' ? columnsEncoder(options) : bytesEncoder(options)
  const place = placement(options)
  const withTimes = resultTimes(options)
  let turn = 0
  return rows => {
    const {rows: timed, selection, bad} = withTimes(rows)
    const batches: EncodedBatch[] = []
    const problems: UnwritableRow[] = [...bad]
    if (timed.count > 0) {
      const keyless = (options.keyless ?? turn++) % options.partitions
      for (const {partition, rows: part, indexes} of place(timed, keyless)) {
        const originals = (row: number) => selection?.[indexes?.[row] ?? row] ?? indexes?.[row] ?? row
        const encoded = encodeWithinLimits(part, encode)
        for (const batch of encoded.batches) batches.push({partition, ...batch})
        for (const problem of encoded.bad) problems.push({...problem, row: originals(problem.row)})
      }
    }
    return {batches, bad: problems}
  }
}
