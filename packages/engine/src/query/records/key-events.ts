import {must} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import {EngineError, errorTable, type ErrorCode} from '../../base/errors.ts'
import {openBatch} from '../../batch/open-batch.ts'
import type {KeyEvent, KeyEventsPage, KeyEventsRequest} from '../../engine-api.ts'
import {limits} from '../../limits.ts'
import {readOrSkip, type DamagePolicy} from '../../log/damage.ts'
import {recordKeys} from '../../log/record-keys.ts'
import {topicConfig} from '../../log/topic.ts'
import type {Source} from '../../plan/source.ts'
import type {TopicPartition} from '../../record/record.ts'
import type {KeyBatch, LogStore, StoredBatch, TopicRecord} from '../../storage/port/log-store.ts'
import type {Storage} from '../../storage/port/storage.ts'
import {encodeRequest} from './encode-request.ts'
import {mustStand} from './must-stand.ts'
import {pageSize} from './read-records.ts'
import {recordReader} from './record-reader.ts'
import {stoppable} from './stoppable.ts'

type Place = {readonly at: TopicPartition; readonly key: string}

/** One page of the events of a key, in order. It costs as many reads as there are batches that hold some of them. */
export async function keyEvents(
  log: LogStore,
  topic: TopicRecord,
  sources: readonly Source[],
  request: KeyEventsRequest & DamagePolicy,
): Promise<KeyEventsPage> {
  const {fromVersion = 0, eventsMax = limits.recordsPageMax} = request
  if (!(Number.isSafeInteger(fromVersion) && fromVersion >= 0))
    throw new EngineError('INVALID_ARGUMENT', `fromVersion: found ${fromVersion}, expected a whole number from 0 on`)
  const place = placeOf(topic, sources, request)
  const wanted = Math.floor(Math.min(pageSize('eventsMax', eventsMax), limits.recordsPageMax))
  const {version, batches} = await log.keyBatches(place.at, Buffer.from(place.key, 'latin1'), fromVersion, wanted)
  const events: KeyEvent[] = []
  const read = eventReader(sources[0], place, request)
  for (let i = 0; i < batches.length && events.length < wanted;) {
    const some = fewBatches(batches.slice(i), wanted - events.length)
    const results = await log.read(some.map(({baseOffset}) => ({from: baseOffset, to: baseOffset + 1, bytesMax: 1, ...place.at})))
    for (const [j, batch] of some.entries()) {
      const stored = results[j]?.batches[0]
      if (stored?.baseOffset === batch.baseOffset)
        events.push(...read(stored, batch).filter(event => event.version >= fromVersion))
    }
    i += some.length
  }
  const page = events.slice(0, wanted)
  const last = page.at(-1)
  const hasMore = events.length > page.length || batches.length === wanted
  // Batches that retention has removed hold nothing any more.
  const lookedAt = hasMore ? must(batches.at(-1), 'batch of a full page') : undefined
  const nextVersion = last ? last.version + 1 : Math.max(fromVersion, lookedAt ? lookedAt.version + lookedAt.count : version)
  return {events: page, version, nextVersion, isAtEnd: !hasMore || nextVersion >= version}
}

/** Pages of the events of a key as they come; the first ones are what is there already. */
export function tailKeyEvents(
  storage: Storage,
  clock: Clock,
  topic: TopicRecord,
  sources: () => readonly Source[],
  request: KeyEventsRequest & DamagePolicy & {readonly signal?: AbortSignal},
): AsyncIterableIterator<KeyEventsPage> {
  return stoppable(clock, request.signal, async function* ({bell, isStopped}) {
    const {at} = placeOf(topic, sources(), request)
    const unsubscribe = await storage.wake.subscribe([at], () => bell.ring())
    let lookedAtMs = clock.nowMs()
    try {
      let {fromVersion = 0} = request
      while (!isStopped()) {
        bell.reset()
        const page = await keyEvents(storage.log, topic, sources(), {...request, fromVersion})
        fromVersion = page.nextVersion
        if (page.events.length > 0) yield page
        if (page.isAtEnd && !isStopped()) await bell.wait(limits.taskPollMs)
        if (clock.nowMs() - lookedAtMs < limits.taskPollMs) continue
        lookedAtMs = clock.nowMs()
        mustStand(topic, await storage.log.topic(topic.name))
      }
      return undefined
    } finally {
      unsubscribe()
    }
  })
}

/** A record of the key, written as a produce would, says where it goes and how its key looks there. */
function placeOf(topic: TopicRecord, sources: readonly Source[], {key, partition}: KeyEventsRequest): Place {
  if (!topicConfig(topic).keyIndex)
    throw new EngineError('INVALID_ARGUMENT', `topic ${topic.name} has no key index, expected one: create it with keyIndex`, {
      topic: topic.name,
    })
  const {batches, errors} = encodeRequest(topic, sources, [{key, value: null, ...(partition !== undefined && {partition})}], 0)
  const [refusal] = errors
  if (refusal) throw new EngineError(isErrorCode(refusal.code) ? refusal.code : 'RECORD_INVALID', refusal.message)
  const batch = must(batches[0], 'batch of a record')
  const text = recordKeys(openBatch(batch.bytes)).keyAt(0)
  if (text === null) throw new EngineError('INVALID_ARGUMENT', 'found no key, expected one: events are read by their key')
  return {at: {topic: topic.name, partition: batch.partition}, key: text}
}

const isErrorCode = (code: string): code is ErrorCode => code in errorTable

/** As many as hold the events wanted, but not more than is read at a time. */
function fewBatches(batches: readonly KeyBatch[], wanted: number): readonly KeyBatch[] {
  let events = 0
  const enough = batches.findIndex(({count}) => (events += count) >= wanted)
  return batches.slice(0, Math.min(enough < 0 ? batches.length : enough + 1, limits.keyEventsBatchesMax))
}

function eventReader(
  source: Source | undefined,
  {at, key}: Place,
  damage: DamagePolicy,
): (stored: StoredBatch, batch: KeyBatch) => readonly KeyEvent[] {
  const read = recordReader(source)
  const open = (stored: StoredBatch) => readOrSkip(() => openBatch(stored.bytes), at, stored, damage)
  return (stored, {version}) => {
    const opened = open(stored)
    if (opened === undefined) return []
    const {keyAt} = recordKeys(opened)
    const own = read(stored, 0, at.partition).records.filter((_, row) => keyAt(row) === key)
    return own.map((record, i) => ({version: version + i, ...record}))
  }
}
