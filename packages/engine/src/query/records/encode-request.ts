import {must} from '../../base/assert.ts'
import {EngineError} from '../../base/errors.ts'
import {encodeBytes, maxTimestamp} from '../../batch/encode-batch.ts'
import type {ProduceRecord, ProduceResult} from '../../engine-api.ts'
import {limits} from '../../limits.ts'
import {topicConfig} from '../../log/topic.ts'
import type {Source} from '../../plan/source.ts'
import {compactJson} from '../../serde/json-number.ts'
import {partitionOfKey} from '../../serde/placement.ts'
import type {AppendBatch, TopicRecord} from '../../storage/port/log-store.ts'
import {readyRecord, type ReadyRecord} from './ready-record.ts'
import {rowsOf, type SourceRow} from './row-builder.ts'
import {sourceCodec} from './source-codec.ts'

export type EncodedRequest = {readonly batches: readonly AppendBatch[]; readonly errors: ProduceResult['errors']}

type Errors = {index: number; code: string; message: string}[]
type Placed = {readonly index: number; readonly record: ReadyRecord}

/** Records as batches of a topic, placed and in order; records that are refused are named and left out. */
export function encodeRequest(
  topic: TopicRecord,
  sources: readonly Source[],
  records: readonly ProduceRecord[],
  nowMs: number,
): EncodedRequest {
  const plain = encodePlain(topic, sources, records, nowMs)
  if (plain) return {batches: plain, errors: []}
  const errors: Errors = []
  const batches: AppendBatch[] = []
  for (const [partition, placed] of byPartition(topic, records, errors)) {
    const encode = sources.length > 0 ? encodeRows : encodeOpaque
    batches.push(...encode({topic, sources, partition, placed, nowMs, errors}))
  }
  return {batches, errors: errors.sort((left, right) => left.index - right.index)}
}

/** Records that the first source takes without a doubt; undefined: look at them one by one. */
function encodePlain(
  topic: TopicRecord,
  [source]: readonly Source[],
  records: readonly ProduceRecord[],
  nowMs: number,
): AppendBatch[] | undefined {
  if (source === undefined || records.length === 0) return undefined
  const codec = sourceCodec(source)
  const rows = codec.plainRows(records, nowMs)
  if (rows === undefined) return undefined
  const {batches, bad} = codec.encoder(topic.partitions, topicConfig(topic).compression)(rows)
  return bad.length === 0 ? batches.map(batch => ({topic: topic.name, ...batch})) : undefined
}

/** Records by the partition that they name; undefined: their key decides. */
function byPartition(topic: TopicRecord, records: readonly ProduceRecord[], errors: Errors): Map<number | undefined, Placed[]> {
  const groups = new Map<number | undefined, Placed[]>()
  for (const [index, given] of records.entries()) {
    try {
      const record = readyRecord(topic, given)
      const group = groups.get(record.partition)
      if (group) group.push({index, record})
      else groups.set(record.partition, [{index, record}])
    } catch (error) {
      errors.push(recordError(index, error))
    }
  }
  return groups
}

function recordError(index: number, error: unknown): Errors[number] {
  if (!(error instanceof EngineError)) throw error
  return {index, code: error.code, message: error.message}
}

type Group = {
  readonly topic: TopicRecord
  readonly sources: readonly Source[]
  readonly partition: number | undefined
  readonly placed: readonly Placed[]
  readonly nowMs: number
  readonly errors: Errors
}

/** Rows are those of the first source that takes them; what every source refuses is refused as the first one says. */
function encodeRows({topic, sources, partition, placed, nowMs, errors}: Group): AppendBatch[] {
  const readers = sources.map(source => ({source, read: sourceCodec(source).rowReader}))
  const taken = new Map<Source, {readonly records: ReadyRecord[]; readonly rows: SourceRow[]; readonly indexes: number[]}>()
  for (const {index, record} of placed) {
    const found = firstThatReads(readers, record)
    if ('message' in found) {
      errors.push({index, code: found.code, message: found.message})
      continue
    }
    const group = taken.get(found.source) ?? {records: [], rows: [], indexes: []}
    taken.set(found.source, group)
    group.records.push(record)
    group.rows.push(found.row)
    group.indexes.push(index)
  }
  return [...taken].flatMap(([source, {records, rows, indexes}]) => {
    const partitions = partition === undefined ? topic.partitions : 1
    const encode = sourceCodec(source).encoder(partitions, topicConfig(topic).compression)
    const {batches, bad} = encode(rowsOf(source, records, rows, nowMs))
    for (const {row, reason, isTooLarge} of bad)
      errors.push({
        index: must(indexes[row], 'index of a row'),
        code: isTooLarge ? 'RECORD_TOO_LARGE' : 'RECORD_INVALID',
        message: reason,
      })
    return batches.map(batch => ({topic: topic.name, ...batch, partition: partition ?? batch.partition}))
  })
}

type Reader = {readonly source: Source; readonly read: (record: ReadyRecord) => SourceRow}

function firstThatReads(
  readers: readonly Reader[],
  record: ReadyRecord,
): {source: Source; row: SourceRow} | {code: string; message: string} {
  let refusal: EngineError | undefined
  for (const {source, read} of readers) {
    try {
      return {source, row: read(record)}
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      refusal ??= error
    }
  }
  const {code, message} = must(refusal, 'refusal of the first source')
  return {code, message}
}

type OpaqueRecord = {
  readonly record: ReadyRecord
  readonly key: string | null
  readonly value: string | null
  readonly bytes: number
}

/** A record as text. RECORD_TOO_LARGE where no batch may hold it. */
function opaqueRecord(record: ReadyRecord): OpaqueRecord {
  const isAbsent = (given: unknown): boolean => given === null || given === undefined
  const key = isAbsent(record.key) ? null : typeof record.key === 'string' ? record.key : compactJson(record.key)
  const value = isAbsent(record.value) ? null : compactJson(record.value)
  const ofHeaders = (record.headers ?? []).reduce((sum, header) => sum + header.key.length + (header.value?.length ?? 0), 0)
  const [ofKey, ofValue] = [Buffer.byteLength(key ?? ''), Buffer.byteLength(value ?? '')]
  const bytes = ofKey + ofValue + ofHeaders
  if (bytes > limits.batchBytesMax) {
    const parts = `key ${ofKey}, value ${ofValue}, headers ${ofHeaders}`
    throw new EngineError(
      'RECORD_TOO_LARGE',
      `found a record of ${bytes} bytes (${parts}), expected at most ${limits.batchBytesMax}`,
    )
  }
  return {record, key, value, bytes}
}

/** No source says what stands in the topic: keys that are text as UTF-8, everything else as JSON text. */
function encodeOpaque({topic, partition, placed, nowMs, errors}: Group): AppendBatch[] {
  const {encoding, compression} = topicConfig(topic)
  if (encoding === 'columns')
    throw new EngineError(
      'TOPIC_MISMATCH',
      `topic ${topic.name} holds typed rows, and no source over it says which: declare one first`,
    )
  const batches: {readonly at: number; readonly records: OpaqueRecord[]; bytes: number}[] = []
  const open = new Map<number, (typeof batches)[number]>()
  const keyless = Math.floor(nowMs / 10) % topic.partitions
  for (const {index, record} of placed) {
    try {
      const opaque = opaqueRecord(record)
      const {key, bytes} = opaque
      const at = partition ?? (key === null ? keyless : partitionOfKey(Buffer.from(key), topic.partitions))
      let batch = open.get(at)
      if (batch === undefined || batch.bytes + bytes > limits.batchBytesMax || batch.records.length === limits.batchRecordsMax) {
        batch = {at, records: [], bytes: 0}
        open.set(at, batch)
        batches.push(batch)
      }
      batch.records.push(opaque)
      batch.bytes += bytes
    } catch (error) {
      errors.push(recordError(index, error))
    }
  }
  return batches.map(({at, records: group}) => {
    const timestamps = group.map(({record}) => record.timestampMs ?? nowMs)
    const content = {
      count: group.length,
      timestamps,
      ...(group.some(({record}) => record.headers?.length) && {headers: group.map(({record}) => record.headers ?? [])}),
      keys: {kind: 'text', values: group.map(({key}) => key)},
      values: {kind: 'text', values: group.map(({value}) => value)},
    } as const
    const bytes = encodeBytes(content, {compression})
    return {topic: topic.name, partition: at, bytes, count: group.length, maxTimestampMs: maxTimestamp(timestamps, group.length)}
  })
}
