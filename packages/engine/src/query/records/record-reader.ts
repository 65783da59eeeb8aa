import {must} from '../../base/assert.ts'
import {EngineError} from '../../base/errors.ts'
import {openBatch, type OpenBatch} from '../../batch/open-batch.ts'
import type {TextVector} from '../../batch/text-vector.ts'
import type {LogRecord} from '../../engine-api.ts'
import type {Source} from '../../plan/source.ts'
import type {Value} from '../../schema/value.ts'
import type {Offset} from '../../record/record.ts'
import {toJsonKey, toJsonObject, toJsonRecord} from '../../serde/json-values.ts'
import {keyStandsBare, serdeFor, standsBare} from '../../serde/registry.ts'
import {blobsOf, type Serde} from '../../serde/serde.ts'
import {readWindow, windowBytes} from '../../serde/window-key.ts'
import type {StoredBatch} from '../../storage/port/log-store.ts'

/** Records of a stored batch from an offset on, as JSON data. */
export type RecordReader = (batch: StoredBatch, from: Offset, partition: number) => readonly LogRecord[]

/** Typed topics say themselves what they hold. In others a record is what the source reads, or else what it looks like. */
export function recordReader(source: Source | undefined): RecordReader {
  const readBlobs = blobReader(source)
  return (batch, from, partition) => {
    const opened = openBatch(batch.bytes)
    const read = opened.encoding === 'columns' ? columnReader(opened) : readBlobs(opened)
    const {headers, offsetDeltas} = opened
    const records: LogRecord[] = []
    for (let row = 0; row < opened.count; row++) {
      const offset = batch.baseOffset + (offsetDeltas?.[row] ?? row)
      if (offset < from) continue
      const timestampMs = must(opened.timestamps[row], 'record time')
      records.push({partition, offset, timestampMs, headers: headers?.[row] ?? [], ...read(row)})
    }
    return records
  }
}

type Content = Pick<LogRecord, 'key' | 'value' | 'window'>
type ReadRow = (row: number) => Content

function columnReader(batch: OpenBatch): ReadRow {
  const {descriptor, rows} = batch.columns()
  const {key, value} = descriptor.schema
  const columns = rows.columns.map(column => column.values)
  const {windows, nullValues} = rows
  return row => {
    const values = columns.map(column => column[row] ?? null)
    return {
      key: toJsonKey(key, values.slice(0, key.length)),
      value: nullValues?.[row] === 1 ? null : toJsonObject(value, values.slice(key.length)),
      ...(windows && {window: {startMs: must(windows.starts[row], 'start'), endMs: must(windows.ends[row], 'end')}}),
    }
  }
}

function blobReader(source: Source | undefined): (batch: OpenBatch) => ReadRow {
  const isTyped = source !== undefined && source.formats.value.name !== 'COLUMNS'
  const keySerde = isTyped ? serdeFor(source.formats.key, source.schema.key, 'key') : undefined
  const valueSerde = isTyped ? serdeFor(source.formats.value, source.schema.value, 'value') : undefined
  const isKeyBare = source !== undefined && keyStandsBare(source.formats.key, source.schema.key)
  const isBare = source !== undefined && standsBare(source.formats.value, source.schema.value)
  const window = source?.window
  return batch => {
    const {keys, values} = batch.blobs()
    return row => {
      const bytes = keys.bytesAt(row)
      const isWindowed = window !== undefined && bytes !== null && bytes.length >= windowBytes(window)
      const keyBytes = isWindowed ? bytes.subarray(0, -windowBytes(window)) : bytes
      const key = keyBytes && tryDecode(keySerde, keyBytes)
      const valueBytes = values.bytesAt(row)
      const value = valueBytes && tryDecode(valueSerde, valueBytes)
      return {
        key: source && key ? keyOf(source, key, isKeyBare) : guess(keyBytes),
        value: source && value ? toJsonRecord(source.schema.value, value, isBare) : guess(valueBytes),
        ...(isWindowed && {window: readWindow(bytes, window)}),
      }
    }
  }
}

/** Bytes that stand for a key of several columns are a key, even where all of them are NULL. */
function keyOf({schema}: Source, key: readonly Value[], isBare: boolean): unknown {
  return isBare || schema.key.length === 0 ? toJsonKey(schema.key, key) : toJsonObject(schema.key, key)
}

function tryDecode(serde: Serde | undefined, bytes: Buffer): ReturnType<Serde['decode']> {
  try {
    return serde?.decode(blobsOf([bytes]), 0) ?? null
  } catch (error) {
    if (error instanceof EngineError && error.code === 'RECORD_INVALID') return null
    throw error
  }
}

/** JSON, else text, else base64. */
function guess(bytes: ReturnType<TextVector['bytesAt']>): unknown {
  if (bytes === null) return null
  const text = bytes.toString('utf8')
  if (!Buffer.from(text, 'utf8').equals(bytes)) return bytes.toString('base64')
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
