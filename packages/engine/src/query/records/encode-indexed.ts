import {createHash} from 'node:crypto'
import {must} from '../../base/assert.ts'
import {openBatch} from '../../batch/open-batch.ts'
import type {ProduceRecord, ProduceResult} from '../../engine-api.ts'
import {recordKeys} from '../../log/record-keys.ts'
import type {Source} from '../../plan/source.ts'
import {compactJson} from '../../serde/json-number.ts'
import type {AppendBatch, KeyEvents, TopicRecord} from '../../storage/port/log-store.ts'
import {encodeRequest, type EncodedRequest} from './encode-request.ts'

export function hasConditions(records: readonly ProduceRecord[]): boolean {
  for (let i = 0; i < records.length; i++) {
    const record = records[i]
    if (record?.expectedVersion !== undefined || record?.eventId !== undefined) return true
  }
  return false
}

/**
 * Batches for a topic whose keys are indexed, with what the request expects of them. With conditions each batch holds one key,
 * so that what is expected of it, and the names of its events, belong to all of it; with `eventsApart` each holds one event.
 */
export function encodeIndexed(
  topic: TopicRecord,
  sources: readonly Source[],
  records: readonly ProduceRecord[],
  {nowMs, eventsApart}: {readonly nowMs: number; readonly eventsApart: boolean},
): EncodedRequest {
  if (!hasConditions(records)) {
    const {batches, errors} = encodeRequest(topic, sources, records, nowMs)
    return {batches: batches.map(batch => ({keys: keysOf(batch), ...batch})), errors}
  }
  const errors: ProduceResult['errors'][number][] = []
  const batches: AppendBatch[] = []
  for (const indexes of byKey(records)) {
    const group = indexes.map(index => must(records[index], 'record of a request'))
    const problem = problemOf(group)
    if (problem !== undefined) {
      errors.push({index: must(indexes[problem.at], 'index of a record'), code: 'RECORD_INVALID', message: problem.message})
      continue
    }
    const encoded = encodeRequest(topic, sources, group, nowMs)
    for (const error of encoded.errors) errors.push({...error, index: must(indexes[error.index], 'index of a record')})
    if (encoded.errors.length > 0) continue
    if (!eventsApart || group[0]?.eventId === undefined) batches.push(...withConditions(encoded.batches, group))
    else
      for (const record of group)
        batches.push(...withConditions(encodeRequest(topic, sources, [record], nowMs).batches, [record]))
  }
  return {batches, errors: errors.sort((left, right) => left.index - right.index)}
}

/** Indexes of the records of each key and partition, in order. */
function byKey(records: readonly ProduceRecord[]): Iterable<readonly number[]> {
  const groups = new Map<string, number[]>()
  for (const [index, {key, partition}] of records.entries()) {
    const name = `${partition ?? ''} ${key === undefined ? 'null' : compactJson(key)}`
    const group = groups.get(name)
    if (group) group.push(index)
    else groups.set(name, [index])
  }
  return groups.values()
}

function problemOf(group: readonly ProduceRecord[]): {readonly at: number; readonly message: string} | undefined {
  const base = expectedBase(group)
  for (const [at, {key, expectedVersion, eventId}] of group.entries()) {
    const expected = versionOf(expectedVersion)
    if (expected !== undefined && (key === null || key === undefined))
      return {at, message: 'found an expected version without a key, expected a key: versions count the events of one'}
    if (expected !== undefined && !(Number.isSafeInteger(expected) && expected >= 0))
      return {at, message: `found expected version ${expected}, expected a whole number from 0 on, 'none' or 'any'`}
    if (expected !== undefined && expected - at !== base)
      return {
        at,
        message: `found expected version ${expected}, expected ${(base ?? 0) + at}: it counts the events of this key before it, those of this request too`,
      }
    if (eventId === '') return {at, message: 'found an empty event id, expected some text'}
    if (eventId !== undefined && group.findIndex(each => each.eventId === eventId) < at)
      return {at, message: `found event id '${eventId}' twice for this key, expected it once`}
    if ((eventId === undefined) !== (group[0]?.eventId === undefined))
      return {at, message: 'found an event id for some records of this key, expected one for all of them or for none'}
  }
  return undefined
}

/** What the first record that expects something implies for the first of all. */
function expectedBase(group: readonly ProduceRecord[]): number | undefined {
  const at = group.findIndex(({expectedVersion}) => versionOf(expectedVersion) !== undefined)
  const expected = versionOf(group[at]?.expectedVersion)
  return expected === undefined ? undefined : Math.max(0, expected - at)
}

function versionOf(expected: ProduceRecord['expectedVersion']): number | undefined {
  if (expected === 'none') return 0
  return expected === 'any' ? undefined : expected
}

function withConditions(batches: readonly AppendBatch[], group: readonly ProduceRecord[]): AppendBatch[] {
  const expected = expectedBase(group)
  let taken = 0
  return batches.map((batch, i) => {
    const found = keysOf(batch)
    const eventIds = group
      .slice(taken, taken + batch.count)
      .flatMap(({eventId = ''}) => (eventId ? [eventName(found, eventId)] : []))
    taken += batch.count
    const keys = found.map(key => (i === 0 && expected !== undefined ? {...key, expected} : key))
    return {...batch, keys, ...(eventIds.length > 0 && {eventIds})}
  })
}

/** Ids name the events of a key, wherever its partition has those of others; a digest, so that long ones cost no more. */
function eventName([of]: readonly KeyEvents[], id: string): string {
  const key = of?.key ?? new Uint8Array()
  return createHash('sha256').update(`${key.length} `).update(key).update(id).digest('base64url').slice(0, 22)
}

/** How many events of each key a batch holds. */
export function keysOf({bytes}: Pick<AppendBatch, 'bytes'>): readonly KeyEvents[] {
  const opened = openBatch(bytes)
  const {keyAt} = recordKeys(opened)
  const counts = new Map<string, number>()
  for (let row = 0; row < opened.count; row++) {
    const key = keyAt(row)
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts].map(([key, count]) => ({key: Buffer.from(key, 'latin1'), count}))
}
