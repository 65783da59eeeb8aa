import {EngineError} from '../base/errors.ts'
import {vectorOf} from '../chunk/chunk.ts'
import {columnsOf} from '../schema/schema.ts'
import type {Value} from '../schema/value.ts'
import {firstFrom, offsetsOf, type BatchDecoder} from './decode-columns.ts'
import {timeReader} from './record-time.ts'
import {serdeFor} from './registry.ts'
import {blobsOf, type Blobs} from './serde.ts'
import type {BadRecord, DecoderOptions} from './topic-codec.ts'
import {readWindow, windowBytes, type Bounds} from './window-key.ts'

/** Batches of opaque records, read by the serdes of the source's formats. */
export function bytesDecoder(options: DecoderOptions): BatchDecoder {
  const {topic, schema, formats, window, timestamp} = options
  const keySerde = serdeFor(formats.key, schema.key, 'key')
  const valueSerde = serdeFor(formats.value, schema.value, 'value')
  const readTime = timestamp && timeReader(schema, timestamp)
  const noKey = schema.key.map(() => null)
  const noValue = schema.value.map(() => null)
  const width = columnsOf(schema).length

  return (batch, baseOffset, from, partition) => {
    const {keys, values} = batch.blobs()
    const offsets = offsetsOf(batch, baseOffset)
    const {headers} = batch
    const columns = Array.from({length: width}, () => new Array<Value>())
    const kept = {offsets: new Array<number>(), timestamps: new Array<number>(), nullValues: new Array<number>()}
    const keptHeaders: NonNullable<typeof headers> = []
    const bounds: Bounds[] = []
    const bad: BadRecord[] = []

    /** Reads one record and adds it to the columns, or throws RECORD_INVALID and adds nothing. */
    const add = (i: number): void => {
      const keyBytes = window ? keys.bytesAt(i) : undefined
      const ofKey = window && keyBytes ? readWindow(keyBytes, window) : undefined
      const innerKeys: Blobs = window && keyBytes ? blobsOf([keyBytes.subarray(0, -windowBytes(window))]) : keys
      const key = keys.isNullAt(i) ? noKey : (keySerde.decode(innerKeys, window ? 0 : i) ?? noKey)
      const value = values.isNullAt(i) ? null : valueSerde.decode(values, i)
      let time = batch.timestamps[i] ?? 0
      if (readTime && timestamp && value !== null) {
        const read = readTime(
          (timestamp.column < key.length ? key[timestamp.column] : value[timestamp.column - key.length]) ?? null,
        )
        if (typeof read === 'string') throw new EngineError('RECORD_INVALID', read, {kind: 'timestamp'})
        time = read
      }
      push(columns, key, value ?? noValue)
      kept.offsets.push(offsets[i] ?? 0)
      kept.timestamps.push(time)
      kept.nullValues.push(value === null ? 1 : 0)
      if (headers) keptHeaders.push(headers[i] ?? [])
      if (window) bounds.push(ofKey ?? {startMs: 0, endMs: 0})
    }

    for (let i = firstFrom(offsets, from); i < batch.count; i++) {
      try {
        add(i)
      } catch (error) {
        if (!(error instanceof EngineError && error.code === 'RECORD_INVALID')) throw error
        const kind = error.details['kind'] === 'timestamp' ? 'timestamp' : 'deserialization'
        bad.push({kind, offset: offsets[i] ?? 0, timestampMs: batch.timestamps[i] ?? 0, reason: error.message})
      }
    }
    const chunk = {
      count: kept.offsets.length,
      columns: columns.map(vectorOf),
      timestamps: kept.timestamps,
      origin: {topic, partition, offsets: kept.offsets},
      ...(kept.nullValues.includes(1) && {nullValues: Uint8Array.from(kept.nullValues)}),
      ...(headers && {headers: keptHeaders}),
      ...(window && {windows: {starts: bounds.map(each => each.startMs), ends: bounds.map(each => each.endMs)}}),
    }
    return {chunk, bad}
  }
}

function push(columns: readonly Value[][], key: readonly Value[], value: readonly Value[]): void {
  for (let i = 0; i < key.length; i++) columns[i]?.push(key[i] ?? null)
  for (let i = 0; i < value.length; i++) columns[key.length + i]?.push(value[i] ?? null)
}
