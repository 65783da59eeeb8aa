import {EngineError} from '../../base/errors.ts'
import type {ProduceRecord} from '../../engine-api.ts'
import {decodeBase64} from '../../expr/base64.ts'
import {latestTimestampMs, type Header} from '../../record/record.ts'
import {shorten} from '../../serde/serde.ts'
import type {TopicRecord} from '../../storage/port/log-store.ts'

/** A record whose place and time can be, with its headers as bytes; absent where it has none. */
export type ReadyRecord = Omit<ProduceRecord, 'headers'> & {readonly headers?: readonly Header[]}

/** EngineErrors: PARTITION_NOT_FOUND, RECORD_INVALID. */
export function readyRecord(topic: TopicRecord, {headers = [], ...record}: ProduceRecord): ReadyRecord {
  const {partition, timestampMs = 0} = record
  if (partition !== undefined && !(Number.isInteger(partition) && partition >= 0 && partition < topic.partitions))
    throw new EngineError(
      'PARTITION_NOT_FOUND',
      `topic ${topic.name} has no partition ${partition}: it has ${topic.partitions}, counted from 0`,
    )
  if (!Number.isInteger(timestampMs) || Math.abs(timestampMs) > latestTimestampMs)
    throw new EngineError(
      'RECORD_INVALID',
      `timestamp: found ${timestampMs}, expected whole milliseconds since 1970, at most ${latestTimestampMs} before or after`,
    )
  return headers.length === 0 ? record : {...record, headers: headers.map(readHeader)}
}

function readHeader({key, value}: NonNullable<ProduceRecord['headers']>[number]): Header {
  // URLs have a base64 of their own.
  const bytes = typeof value === 'string' ? decodeBase64(value.replaceAll('-', '+').replaceAll('_', '/')) : value
  if (bytes === null || bytes instanceof Uint8Array) return {key, value: bytes}
  const message = `header ${shorten(JSON.stringify(key))}: found ${shorten(JSON.stringify(value))}, expected base64`
  throw new EngineError('RECORD_INVALID', message)
}
