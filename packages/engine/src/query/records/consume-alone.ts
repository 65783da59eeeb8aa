import {randomUUID} from 'node:crypto'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {ConsumedBatch, ConsumeRequest, LogRecord} from '../../engine-api.ts'
import {beginGeneration, generationOf} from '../../groups/group-info.ts'
import {limits} from '../../limits.ts'
import type {Source} from '../../plan/source.ts'
import type {Offset} from '../../record/record.ts'
import {Signal} from '../../base/signal.ts'
import type {TopicRecord} from '../../storage/port/log-store.ts'
import type {Storage} from '../../storage/port/storage.ts'
import {readPage, resolveStart} from './read-records.ts'

type Reading = {readonly topic: TopicRecord; readonly positions: Offset[]; readonly source: Source | undefined}

/**
 * Consumes all partitions of the topics for a group. The consumer that began last owns the group: it begins a new generation,
 * and the one before ends with FENCED_GENERATION. At most `unackedMax` records are handed out ahead of the group's commits.
 */
export function consumeAlone(
  storage: Storage,
  clock: Clock,
  sourceOver: (topic: string) => Source | undefined,
  request: ConsumeRequest,
): AsyncIterableIterator<ConsumedBatch> {
  const {group, signal} = request
  const bell = new Signal(clock)
  const stopped = new AbortController()
  const stop = (): void => {
    stopped.abort()
    bell.ring()
  }
  signal?.addEventListener('abort', stop, {once: true})
  if (signal?.aborted) stop()

  async function* batches(): AsyncGenerator<ConsumedBatch, undefined> {
    const topics = await Promise.all(request.topics.map(name => existingTopic(storage, name)))
    const generation = await beginGeneration(storage, group)
    const places = topics.flatMap(({name, partitions}) =>
      Array.from({length: partitions}, (_, partition) => ({topic: name, partition})),
    )
    const unsubscribe = await storage.wake.subscribe(places, () => bell.ring())
    try {
      const readings = await Promise.all(topics.map(topic => startReading(storage, topic, sourceOver(topic.name), request)))
      const memberId = `${request.clientId ?? 'consumer'}-${randomUUID()}`
      while (!stopped.signal.aborted) {
        bell.reset()
        if ((await generationOf(storage, group)) !== generation)
          throw new EngineError('FENCED_GENERATION', `another consumer has taken over group ${group}`)
        const room = await roomFor(storage, readings, request)
        const handed =
          room > 0 ? await readNext(storage, readings, Math.min(room, request.recordsMax ?? limits.recordsPageMax)) : []
        for (const {topic, partition, records} of handed) {
          if (request.delivery === 'at-most-once') await commitRead(storage, group, generation, topic, partition, records)
          yield {topic, partition, records, memberId, generation}
        }
        if (handed.length === 0 && !stopped.signal.aborted)
          await bell.wait(room > 0 ? limits.taskPollMs : limits.consumeAckPollMs)
      }
      return undefined
    } finally {
      unsubscribe()
      signal?.removeEventListener('abort', stop)
    }
  }

  const generator = batches()
  return {
    next: () => generator.next(),
    return: async () => {
      stop()
      return generator.return(undefined)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

async function existingTopic(storage: Storage, name: string): Promise<TopicRecord> {
  const topic = await storage.log.topic(name)
  if (topic === undefined) throw new EngineError('TOPIC_NOT_FOUND', `there is no topic ${name}`)
  return topic
}

async function startReading(
  storage: Storage,
  topic: TopicRecord,
  source: Source | undefined,
  request: ConsumeRequest,
): Promise<Reading> {
  const {group, onNoOffset = 'earliest'} = request
  const committed = (await storage.groups.offsets(group)).filter(each => each.topic === topic.name)
  if (onNoOffset === 'error' && committed.length < topic.partitions)
    throw new EngineError('OFFSET_OUT_OF_RANGE', `group ${group} has no committed offset for every partition of ${topic.name}`)
  const defaults = await resolveStart(storage.log, topic, {kind: onNoOffset === 'latest' ? 'latest' : 'earliest'})
  const positions = defaults.map((offset, partition) => committed.find(each => each.partition === partition)?.next ?? offset)
  return {topic, positions, source}
}

/** How many more records may be handed out before the group commits. */
async function roomFor(storage: Storage, readings: readonly Reading[], {group, unackedMax}: ConsumeRequest): Promise<number> {
  if (unackedMax === undefined) return Infinity
  const committed = new Map(
    (await storage.groups.offsets(group)).map(({topic, partition, next}) => [`${topic}/${partition}`, next]),
  )
  let unacked = 0
  for (const {topic, positions} of readings)
    for (const [partition, position] of positions.entries())
      unacked += Math.max(0, position - (committed.get(`${topic.name}/${partition}`) ?? 0))
  return unackedMax - unacked
}

type Handed = {readonly topic: string; readonly partition: number; readonly records: readonly LogRecord[]}

async function readNext(storage: Storage, readings: readonly Reading[], recordsMax: number): Promise<readonly Handed[]> {
  const handed: Handed[] = []
  let left = recordsMax
  for (const {topic, positions, source} of readings) {
    if (left <= 0) break
    const {records} = await readPage(storage.log, topic, source, positions, {recordsMax: left})
    left -= records.length
    for (let partition = 0; partition < topic.partitions; partition++) {
      const own = records.filter(record => record.partition === partition)
      if (own.length > 0) handed.push({topic: topic.name, partition, records: own})
    }
  }
  return handed
}

async function commitRead(
  storage: Storage,
  group: string,
  generation: number,
  topic: string,
  partition: number,
  records: readonly LogRecord[],
): Promise<void> {
  const next = (records.at(-1)?.offset ?? -1) + 1
  const isTaken = await storage.groups.commitOffsets(group, generation, [{topic, partition, next}])
  if (!isTaken) throw new EngineError('FENCED_GENERATION', `another consumer has taken over group ${group}`)
}
