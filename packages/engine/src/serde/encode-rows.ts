import {EngineError} from '../base/errors.ts'
import {describeSchema} from '../batch/descriptor.ts'
import {encodeBytes, encodeColumns, maxTimestamp, type Blobs} from '../batch/encode-batch.ts'
import {selectRows, sliceRows} from '../batch/select.ts'
import type {Rows} from '../chunk/chunk.ts'
import {limits} from '../limits.ts'
import {serdeFor} from './registry.ts'
import type {Serde} from './serde.ts'
import type {EncodedBatch, EncoderOptions, UnwritableRow} from './topic-codec.ts'
import {appendWindow} from './window-key.ts'

type Encoded = {readonly bytes: Uint8Array | undefined; readonly count: number; readonly bad: readonly UnwritableRow[]}
export type RowsEncoder = (rows: Rows) => Encoded

export function columnsEncoder({schema, compression = 'none'}: EncoderOptions): RowsEncoder {
  const descriptor = describeSchema(schema)
  return rows => ({bytes: encodeColumns(rows, descriptor, {compression}), count: rows.count, bad: []})
}

export function bytesEncoder({schema, formats, window, keepsNullKeys, compression = 'zstd'}: EncoderOptions): RowsEncoder {
  const keySerde = serdeFor(formats.key, schema.key, 'key')
  const valueSerde = serdeFor(formats.value, schema.value, 'value')
  const writesNullKeys = keepsNullKeys === true && schema.key.length > 1
  const keysGive = window ? 'bytes' : keySerde.gives
  return rows => {
    const columns = rows.columns.map(column => column.values)
    const keyColumns = columns.slice(0, schema.key.length)
    const valueColumns = columns.slice(schema.key.length)
    const keys: (string | Uint8Array | null)[] = []
    const values: (string | Uint8Array | null)[] = []
    const kept: number[] = []
    const bad: UnwritableRow[] = []
    for (let row = 0; row < rows.count; row++) {
      try {
        const plain =
          !writesNullKeys && keyColumns.every(each => (each[row] ?? null) === null) ? null : keySerde.encode(keyColumns, row)
        const key = window && rows.windows ? appendWindow(asBytes(plain), window, boundsAt(rows.windows, row)) : plain
        const value = rows.nullValues?.[row] ? null : valueSerde.encode(valueColumns, row)
        keys.push(key)
        values.push(value)
        kept.push(row)
      } catch (error) {
        if (!(error instanceof EngineError && error.code === 'RECORD_INVALID')) throw error
        bad.push({kind: 'serialization', row, reason: error.message})
      }
    }
    if (kept.length === 0) return {bytes: undefined, count: 0, bad}
    const left = bad.length === 0 ? rows : selectRows(rows, Int32Array.from(kept))
    const {count, timestamps, headers} = left
    const records = {count, timestamps, keys: blobs(keysGive, keys), values: blobs(valueSerde.gives, values)}
    return {bytes: encodeBytes({...records, ...(headers && {headers})}, {compression}), count, bad}
  }
}

const boundsAt = (windows: NonNullable<Rows['windows']>, row: number) => ({
  startMs: windows.starts[row] ?? 0,
  endMs: windows.ends[row] ?? 0,
})

const asBytes = (blob: string | Uint8Array | null): Uint8Array =>
  typeof blob === 'string' ? Buffer.from(blob) : (blob ?? new Uint8Array())

/** A serde gives text always or never. */
const blobs = (kind: Serde['gives'], values: readonly (string | Uint8Array | null)[]): Blobs =>
  kind === 'text'
    ? {kind, values: values as readonly (string | null)[]}
    : {kind, values: values as readonly (Uint8Array | null)[]}

export type LimitedBatches = {
  readonly batches: readonly Omit<EncodedBatch, 'partition'>[]
  readonly bad: readonly UnwritableRow[]
}

/** Rows as one batch, or as several where one would be larger than a batch may be. A row too large on its own is bad. */
export function encodeWithinLimits(rows: Rows, encode: RowsEncoder): LimitedBatches {
  if (rows.count > limits.batchRecordsMax) return encodeHalves(rows, encode)
  const {bytes, count, bad} = encode(rows)
  if (bytes === undefined) return {batches: [], bad}
  if (bytes.length <= limits.batchBytesMax)
    return {batches: [{bytes, count, maxTimestampMs: maxTimestamp(rows.timestamps, rows.count)}], bad}
  if (rows.count > 1) return encodeHalves(rows, encode)
  const reason = `found a record of ${bytes.length} bytes, expected at most ${limits.batchBytesMax}`
  return {batches: [], bad: [{kind: 'serialization', row: 0, reason, isTooLarge: true}]}
}

function encodeHalves(rows: Rows, encode: RowsEncoder): LimitedBatches {
  const middle = rows.count >> 1
  const first = encodeWithinLimits(sliceRows(rows, 0, middle), encode)
  const second = encodeWithinLimits(sliceRows(rows, middle, rows.count), encode)
  return {
    batches: [...first.batches, ...second.batches],
    bad: [...first.bad, ...second.bad.map(problem => ({...problem, row: problem.row + middle}))],
  }
}
