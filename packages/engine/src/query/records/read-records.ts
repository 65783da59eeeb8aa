import {assertNever, must} from '../../base/assert.ts'
import {EngineError} from '../../base/errors.ts'
import type {LogRecord, OnNoOffset, RecordsPage, RecordsRequest, StartPosition} from '../../engine-api.ts'
import {withoutOffset} from '../../groups/start-offsets.ts'
import {limits} from '../../limits.ts'
import {readOrSkip, type DamagePolicy} from '../../log/damage.ts'
import {offsetAtTime} from '../../log/times.ts'
import type {Source} from '../../plan/source.ts'
import type {Offset} from '../../record/record.ts'
import type {LogStore, TopicRecord} from '../../storage/port/log-store.ts'
import {decodePositions, encodePositions} from '../positions.ts'
import {recordReader} from './record-reader.ts'

/**
 * Where reading begins in each partition. Where the log does not have the position, `onOutOfRange` decides; without it the
 * nearest that there is: the begin for what is gone, the end for what is not there yet.
 */
export async function resolveStart(
  log: LogStore,
  topic: TopicRecord,
  start: StartPosition,
  onOutOfRange?: OnNoOffset,
): Promise<Offset[]> {
  if (start.kind === 'offsets') checkOffsets(topic, start.offsets)
  if (start.kind === 'timestamp' && !Number.isSafeInteger(start.timestampMs))
    throw new EngineError('INVALID_ARGUMENT', `timestamp: found ${start.timestampMs}, expected whole milliseconds`)
  const places = Array.from({length: topic.partitions}, (_, partition) => ({topic: topic.name, partition}))
  const bounds = await log.bounds(places)
  const positions = await Promise.all(
    bounds.map(async ({begin, end}, partition) => {
      switch (start.kind) {
        case 'earliest':
          return begin
        case 'latest':
          return end
        case 'timestamp':
          return (await offsetAtTime(log, {topic: topic.name, partition}, start.timestampMs)) ?? end
        case 'offsets':
          return start.offsets.find(each => each.partition === partition)?.offset ?? end
        case 'cursor':
          return decodePositions('page', subjectOf(topic), start.cursor)[topic.name]?.[partition] ?? begin
        default:
          return assertNever(start, 'start position')
      }
    }),
  )
  return positions.map((position, partition) => {
    const its = must(bounds[partition], 'bounds')
    if (position >= its.begin && position <= its.end) return position
    if (onOutOfRange) return withoutOffset({topic: topic.name, partition}, position, its, onOutOfRange)
    return Math.min(Math.max(position, its.begin), its.end)
  })
}

function checkOffsets(
  {name, partitions}: TopicRecord,
  offsets: readonly {readonly partition: number; readonly offset: Offset}[],
): void {
  const named = new Set<number>()
  for (const {partition, offset} of offsets) {
    if (named.has(partition))
      throw new EngineError('INVALID_ARGUMENT', `offsets: found ${name}/${partition} twice, expected it once`)
    named.add(partition)
    if (!(Number.isInteger(partition) && partition >= 0 && partition < partitions))
      throw unknownPartition(name, partition, partitions)
    if (!(Number.isSafeInteger(offset) && offset >= 0))
      throw new EngineError(
        'OFFSET_OUT_OF_RANGE',
        `found offset ${offset} for ${name}/${partition}, expected a whole number from 0 on`,
      )
  }
}

/** INVALID_ARGUMENT where nothing could ever be on the page. */
export function pageSize(name: string, size: number): number {
  if (size >= 1) return size
  throw new EngineError('INVALID_ARGUMENT', `${name}: found ${size}, expected a number from 1 on`)
}

const unknownPartition = (topic: string, partition: number, partitions: number): EngineError =>
  new EngineError('PARTITION_NOT_FOUND', `topic ${topic} has no partition ${partition}: it has ${partitions}, counted from 0`)

export const pageCursor = (topic: TopicRecord, positions: readonly Offset[]): string =>
  encodePositions('page', subjectOf(topic), {[topic.name]: positions})

/** A topic that was dropped and made again has other records: a cursor of the first is none of the second. */
const subjectOf = ({name, createdAtMs}: TopicRecord): string => `${name} (made at ${createdAtMs})`

type Queue = {readonly partition: number; readonly records: LogRecord[]; taken: number; end: Offset; next: Offset}

/** One page from the positions on; moves them. Records of several partitions come in the order of their time. */
export async function readPage(
  log: LogStore,
  topic: TopicRecord,
  source: Source | undefined,
  positions: Offset[],
  request: Pick<RecordsRequest, 'partition' | 'recordsMax' | 'onOutOfRange'> & DamagePolicy,
): Promise<RecordsPage> {
  const {partition: only, onOutOfRange} = request
  if (only !== undefined && !(Number.isInteger(only) && only >= 0 && only < topic.partitions))
    throw unknownPartition(topic.name, only, topic.partitions)
  const recordsMax = Math.min(pageSize('recordsMax', request.recordsMax), limits.recordsPageMax)
  const partitions = only === undefined ? positions.map((_, partition) => partition) : [only]
  const bytesMax = Math.ceil(limits.recordsPageBytesMax / partitions.length)
  const ranges = partitions.map(partition => ({
    topic: topic.name,
    partition,
    from: must(positions[partition], 'position'),
    bytesMax,
  }))
  const read = recordReader(source)
  const results = await log.read(ranges)
  const queues = results.map(({batches, bounds}, i): Queue => {
    const range = must(ranges[i], 'range')
    const {partition, from} = range
    // Retention has overtaken the reader.
    if (from < bounds.begin && onOutOfRange === 'error') withoutOffset(range, from, bounds, onOutOfRange)
    const all: LogRecord[] = []
    let next = from
    for (const batch of batches) {
      if (all.length >= recordsMax) break
      const records = readOrSkip(() => read(batch, Math.max(from, bounds.begin), partition).records, range, batch, request)
      for (const record of records ?? []) all.push(record)
      next = batch.baseOffset + batch.count
    }
    return {partition, records: all, taken: 0, end: bounds.end, next}
  })
  const records = merge(queues, recordsMax)
  for (const queue of queues)
    positions[queue.partition] =
      queue.records[queue.taken]?.offset ?? Math.max(queue.next, must(positions[queue.partition], 'position'))
  const isAtEnd = queues.every(queue => must(positions[queue.partition], 'position') >= queue.end)
  return {records, cursor: pageCursor(topic, positions), isAtEnd}
}

function merge(queues: readonly Queue[], recordsMax: number): LogRecord[] {
  const merged: LogRecord[] = []
  while (merged.length < recordsMax) {
    let best: Queue | undefined
    for (const queue of queues) {
      const head = queue.records[queue.taken]
      const bestHead = best?.records[best.taken]
      if (head && (bestHead === undefined || head.timestampMs < bestHead.timestampMs)) best = queue
    }
    const record = best?.records[best.taken]
    if (best === undefined || record === undefined) break
    merged.push(record)
    best.taken++
  }
  return merged
}
