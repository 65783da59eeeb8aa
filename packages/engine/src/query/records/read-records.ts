import {assertNever, must} from '../../base/assert.ts'
import {EngineError} from '../../base/errors.ts'
import type {LogRecord, RecordsPage, RecordsRequest, StartPosition} from '../../engine-api.ts'
import {limits} from '../../limits.ts'
import type {Source} from '../../plan/source.ts'
import type {Offset} from '../../record/record.ts'
import type {LogStore, TopicRecord} from '../../storage/port/log-store.ts'
import {decodePositions, encodePositions} from '../positions.ts'
import {recordReader} from './record-reader.ts'

/** Where reading begins in each partition. Offsets that are gone already are the begin, later ones the end. */
export async function resolveStart(log: LogStore, topic: TopicRecord, start: StartPosition): Promise<Offset[]> {
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
          return (await log.batchAtTime({topic: topic.name, partition}, start.timestampMs)) ?? end
        case 'offsets':
          return start.offsets.find(each => each.partition === partition)?.offset ?? end
        case 'cursor':
          return decodePositions('page', topic.name, start.cursor)[topic.name]?.[partition] ?? begin
        default:
          return assertNever(start, 'start position')
      }
    }),
  )
  return positions.map((position, partition) => {
    const {begin, end} = must(bounds[partition], 'bounds')
    return Math.min(Math.max(position, begin), end)
  })
}

export const pageCursor = (topic: string, positions: readonly Offset[]): string =>
  encodePositions('page', topic, {[topic]: positions})

type Queue = {readonly partition: number; readonly records: LogRecord[]; taken: number; end: Offset; next: Offset}

/** One page from the positions on; moves them. Records of several partitions come in the order of their time. */
export async function readPage(
  log: LogStore,
  topic: TopicRecord,
  source: Source | undefined,
  positions: Offset[],
  request: Pick<RecordsRequest, 'partition' | 'recordsMax'> & {readonly fromTimestampMs?: number},
): Promise<RecordsPage> {
  const {partition: only, fromTimestampMs = -Infinity} = request
  if (only !== undefined && (only < 0 || only >= topic.partitions))
    throw new EngineError(
      'PARTITION_NOT_FOUND',
      `topic ${topic.name} has no partition ${only}: it has ${topic.partitions}, counted from 0`,
    )
  const recordsMax = Math.max(1, Math.min(request.recordsMax, limits.recordsPageMax))
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
    const {partition, from} = must(ranges[i], 'range')
    const all: LogRecord[] = []
    let next = from
    for (const batch of batches) {
      if (all.length >= recordsMax) break
      all.push(...read(batch, Math.max(from, bounds.begin), partition))
      next = batch.baseOffset + batch.count
    }
    return {partition, records: all.filter(({timestampMs}) => timestampMs >= fromTimestampMs), taken: 0, end: bounds.end, next}
  })
  const records = merge(queues, recordsMax)
  for (const queue of queues)
    positions[queue.partition] =
      queue.records[queue.taken]?.offset ?? Math.max(queue.next, must(positions[queue.partition], 'position'))
  const isAtEnd = queues.every(queue => must(positions[queue.partition], 'position') >= queue.end)
  return {records, cursor: pageCursor(topic.name, positions), isAtEnd}
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
