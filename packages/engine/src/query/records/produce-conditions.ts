import {EngineError} from '../../base/errors.ts'
import type {ProduceRecord, ProduceRequest} from '../../engine-api.ts'
import {limits} from '../../limits.ts'
import {topicConfig} from '../../log/topic.ts'
import type {Source} from '../../plan/source.ts'
import {partitionOfKey} from '../../serde/placement.ts'
import type {TopicRecord} from '../../storage/port/log-store.ts'
import {encodeIndexed, hasConditions} from './encode-indexed.ts'
import {encodeRequest, type EncodedRequest} from './encode-request.ts'

/** Whether a request is stored as a whole or not at all. */
export function mustBeWhole({records, producer, isAtomic = false, expectedEnds, consumed}: ProduceRequest): boolean {
  if (producer && records.some(({eventId}) => eventId !== undefined))
    throw new EngineError(
      'INVALID_ARGUMENT',
      'found a producer id and event ids, expected one of them: each of them makes a retry harmless',
    )
  if (producer) checkProducer(producer)
  return isAtomic || hasConditions(records) || expectedEnds !== undefined || consumed !== undefined
}

function checkProducer({id, epoch, sequence}: NonNullable<ProduceRequest['producer']>): void {
  const bytes = Buffer.byteLength(id)
  if (bytes === 0 || bytes > limits.producerIdBytesMax) {
    const found = bytes === 0 ? 'an empty id' : `an id of ${bytes} bytes`
    throw new EngineError('INVALID_ARGUMENT', `producer: found ${found}, expected 1 to ${limits.producerIdBytesMax} bytes`)
  }
  for (const [name, found] of Object.entries({epoch, sequence}))
    if (!(Number.isSafeInteger(found) && found >= 0))
      throw new EngineError('INVALID_ARGUMENT', `producer: found ${name} ${found}, expected a whole number from 0 on`)
}

/** The batches of a request, with what it expects of keys and partitions. */
export function encodeConditional(
  topic: TopicRecord,
  sources: readonly Source[],
  request: ProduceRequest,
  options: {readonly nowMs: number; readonly eventsApart: boolean},
): EncodedRequest {
  const {expectedEnds, producer} = request
  const {keyIndex, timestampType} = topicConfig(topic)
  const timed = timestampType === 'append' ? request.records.map(withoutTime) : request.records
  const records = retryable(timed, producer, topic, sources)
  if (!keyIndex && hasConditions(records)) {
    const message = `found expected versions or event ids for topic ${topic.name}, expected a topic with a key index: create it with keyIndex`
    throw new EngineError('INVALID_ARGUMENT', message, {topic: topic.name})
  }
  const encoded = keyIndex
    ? encodeIndexed(topic, sources, records, options)
    : encodeRequest(topic, sources, records, options.nowMs)
  return expectedEnds ? {...encoded, batches: withEnds(encoded.batches, expectedEnds)} : encoded
}

/** A retry must meet its first attempt: what has no key goes where its producer or its event id says, not where it is the turn. */
function retryable(
  records: readonly ProduceRecord[],
  producer: ProduceRequest['producer'],
  {partitions}: TopicRecord,
  sources: readonly Source[],
): readonly ProduceRecord[] {
  if (!producer && !hasConditions(records)) return records
  const isKeyless = sources.some(({schema}) => schema.key.length === 0)
  return records.map(record => {
    const {key, partition, eventId} = record
    const name = producer?.id ?? eventId
    const hasPlace = partition !== undefined || !(isKeyless || key === null || key === undefined)
    return name === undefined || hasPlace ? record : {...record, partition: partitionOfKey(Buffer.from(name), partitions)}
  })
}

const withoutTime = ({timestampMs: _, ...record}: ProduceRecord): ProduceRecord => record

/** The first batch of a partition carries what is expected of its end. */
function withEnds(
  batches: EncodedRequest['batches'],
  expectedEnds: NonNullable<ProduceRequest['expectedEnds']>,
): EncodedRequest['batches'] {
  const ends = new Map(expectedEnds.map(({partition, offset}) => [partition, offset]))
  if (ends.size < expectedEnds.length)
    throw new EngineError('INVALID_ARGUMENT', 'expectedEnds: found a partition twice, expected each once')
  const expecting = batches.map(batch => {
    const expectedEnd = ends.get(batch.partition)
    ends.delete(batch.partition)
    return expectedEnd === undefined ? batch : {...batch, expectedEnd}
  })
  const [missed] = ends.keys()
  if (missed === undefined) return expecting
  throw new EngineError('INVALID_ARGUMENT', `found an expected end for partition ${missed}, expected a record that goes there`)
}
