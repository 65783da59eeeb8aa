import {assert} from '../../base/assert.ts'
import {latin1} from '../../base/bytes.ts'
import {EngineError} from '../../base/errors.ts'
import type {Offset, TopicPartition} from '../../record/record.ts'
import {planAppend, rememberedProducers} from '../port/admission.ts'
import type {AppendView, PlannedWrite} from '../port/admission.ts'
import {headBytes} from '../port/log-store.ts'
import type {
  AppendBatch,
  AppendOptions,
  AppendOutcome,
  BatchHead,
  Batches,
  KeyBatch,
  KeyIndexPage,
  LogStore,
  PartitionBounds,
  ReadRange,
  ReadResult,
  StoredBatch,
  TopicRecord,
} from '../port/log-store.ts'
import type {WakeHub} from '../port/wake-hub.ts'
import {emptyPartition} from './data.ts'
import type {SimulatedData, SimulatedPartition} from './data.ts'
import {writeOffsets} from './group-store.ts'
import type {SimulatedNetwork} from './network.ts'

export class SimulatedLogStore implements LogStore {
  readonly #data: SimulatedData
  readonly #network: SimulatedNetwork
  readonly #hub: WakeHub
  readonly #takeoverListeners = new Set<() => void>()

  constructor(data: SimulatedData, network: SimulatedNetwork, hub: WakeHub) {
    this.#data = data
    this.#network = network
    this.#hub = hub
  }

  createTopic(topic: TopicRecord): Promise<'created' | 'exists'> {
    return this.#network.call(() => {
      if (this.#data.topics.has(topic.name)) return 'exists'
      const partitions = Array.from({length: topic.partitions}, emptyPartition)
      this.#network.write(() => this.#data.topics.set(topic.name, {record: structuredClone(topic), partitions}))
      return 'created'
    })
  }

  topic(name: string): Promise<TopicRecord | undefined> {
    return this.#network.call(() => structuredClone(this.#data.topics.get(name)?.record))
  }

  topics(): Promise<readonly TopicRecord[]> {
    return this.#network.call(() => {
      const records = [...this.#data.topics.values()].map(topic => structuredClone(topic.record))
      return records.sort((a, b) => (a.name < b.name ? -1 : 1))
    })
  }

  updateTopic(record: TopicRecord): Promise<void> {
    return this.#network.call(() => {
      const topic = this.#data.topics.get(record.name)
      if (!topic) throw new EngineError('TOPIC_NOT_FOUND', `There is no topic ${record.name}.`, {topic: record.name})
      assert(record.partitions >= topic.partitions.length, `topic ${record.name} can't lose partitions`)
      this.#network.write(() => {
        while (topic.partitions.length < record.partitions) topic.partitions.push(emptyPartition())
        topic.record = structuredClone(record)
      })
    })
  }

  dropTopic(name: string): Promise<void> {
    return this.#network.call(() => this.#network.write(() => this.#data.topics.delete(name)))
  }

  async append(batches: readonly AppendBatch[], options: AppendOptions = {}): Promise<readonly AppendOutcome[]> {
    return this.#network.call(() => {
      const isAtomic = options.isAtomic ?? false
      const {groupOffsets} = options
      assert(isAtomic || !groupOffsets, 'group offsets go with an atomic append only')
      const plan = planAppend(batches, isAtomic, this.#network.nowMs, appendView(this.#data))
      if (plan.writes.length === 0) return plan.outcomes
      if (isAtomic) {
        let isCurrent = true
        this.#network.write(() => {
          isCurrent = !groupOffsets || writeOffsets(this.#data, groupOffsets.group, groupOffsets.generation, groupOffsets.offsets)
          if (isCurrent) for (const write of plan.writes) applyWrite(this.#data, write)
        })
        if (!isCurrent) return batches.map(() => ({kind: 'aborted'}))
      } else for (const write of plan.writes) this.#network.write(() => applyWrite(this.#data, write))
      this.#hub.notify(plan.writes.map(write => write.batch))
      return plan.outcomes
    })
  }

  read(ranges: readonly ReadRange[]): Promise<readonly ReadResult[]> {
    return this.#network.call(() =>
      ranges.map(range => {
        const partition = partitionAt(this.#data, range)
        return {bounds: boundsOf(partition), batches: partition ? readRange(partition.batches, range) : []}
      }),
    )
  }

  bounds(partitions: readonly TopicPartition[]): Promise<readonly PartitionBounds[]> {
    return this.#network.call(() => partitions.map(at => boundsOf(partitionAt(this.#data, at))))
  }

  heads(places: readonly (TopicPartition & {readonly offset: Offset})[]): Promise<readonly (BatchHead | undefined)[]> {
    return this.#network.call(() =>
      places.map(({offset, ...at}) => {
        const partition = partitionAt(this.#data, at)
        const found = partition?.batches.findLast(({baseOffset}) => baseOffset <= offset)
        if (!partition || !found || found.baseOffset < partition.rewrittenTo) return undefined
        return {baseOffset: found.baseOffset, count: found.count, bytes: found.bytes.subarray(0, headBytes)}
      }),
    )
  }

  onTakeover(listener: () => void): () => void {
    this.#takeoverListeners.add(listener)
    return () => this.#takeoverListeners.delete(listener)
  }

  tellTakeover(): void {
    for (const listener of this.#takeoverListeners) listener()
  }

  keyBatches(at: TopicPartition, key: Uint8Array, fromVersion: number, batchesMax: number): Promise<KeyIndexPage> {
    return this.#network.call(() => {
      const all = partitionAt(this.#data, at)?.keys.get(latin1(key)) ?? []
      return {
        version: versionAfter(all),
        batches: all.filter(({version, count}) => version + count > fromVersion).slice(0, batchesMax),
      }
    })
  }

  batchAtTime(at: TopicPartition, timestampMs: number): Promise<Offset | undefined> {
    return this.#network.call(
      () => partitionAt(this.#data, at)?.batches.find(batch => batch.maxTimestampMs >= timestampMs)?.baseOffset,
    )
  }

  trim(at: TopicPartition, before: Offset): Promise<Offset> {
    return this.#network.call(() => {
      const partition = partitionAt(this.#data, at)
      if (!partition) return 0
      this.#network.write(() => {
        partition.begin = Math.max(partition.begin, Math.min(before, partition.end))
        keepBatches(partition, batch => batch.baseOffset + batch.count > partition.begin)
        sweepIndexes(partition)
      })
      return partition.begin
    })
  }

  trimPoint(at: TopicPartition, bytesMin: number): Promise<Offset> {
    return this.#network.call(() => {
      const partition = partitionAt(this.#data, at)
      if (!partition) return 0
      let {bytes, begin} = partition
      for (const batch of partition.batches) {
        bytes -= batch.bytes.length
        if (bytes < bytesMin) break
        begin = batch.baseOffset + batch.count
      }
      return Math.max(begin, partition.begin)
    })
  }

  async replace(at: TopicPartition, from: Offset, to: Offset, given: Batches): Promise<'replaced' | 'conflict'> {
    const found = await this.#network.call(() => partitionAt(this.#data, at))
    if (!found) return 'conflict'
    const batches: StoredBatch[] = []
    for await (const batch of given) batches.push(batch)
    return this.#network.call(() => {
      const partition = partitionAt(this.#data, at)
      if (partition !== found) return 'conflict'
      this.#network.write(() => {
        const before = partition.batches.filter(batch => batch.baseOffset < from)
        const after = partition.batches.filter(batch => batch.baseOffset >= to)
        partition.batches = [...before, ...batches, ...after]
        partition.rewrittenTo = Math.max(partition.rewrittenTo, to)
        keepBatches(partition, batch => batch.baseOffset + batch.count > partition.begin)
      })
      return 'replaced'
    })
  }
}

export const appendView = (data: SimulatedData): AppendView => ({
  end: at => partitionAt(data, at)?.end,
  producer: (at, id) => partitionAt(data, at)?.producers.get(id),
  version: (at, key) => versionAfter(partitionAt(data, at)?.keys.get(latin1(key)) ?? []),
  event: (at, id) => partitionAt(data, at)?.events.get(id),
})

function versionAfter(batches: readonly KeyBatch[]): number {
  const last = batches.at(-1)
  return last ? last.version + last.count : 0
}

export function applyWrite(data: SimulatedData, {batch, baseOffset, producer, versions}: PlannedWrite): void {
  const partition = partitionAt(data, batch)
  assert(partition !== undefined, 'a planned write has a partition')
  const {count, maxTimestampMs, bytes} = batch
  partition.batches.push({baseOffset, count, maxTimestampMs, bytes})
  partition.end = baseOffset + count
  partition.bytes += bytes.length
  for (const id of batch.eventIds ?? []) partition.events.set(id, baseOffset)
  for (const [i, {key, count: events}] of (batch.keys ?? []).entries()) {
    const text = latin1(key)
    partition.keys.set(text, [...(partition.keys.get(text) ?? []), {baseOffset, version: versions[i] ?? 0, count: events}])
  }
  if (!producer) return
  if (!partition.producers.has(producer.id) && partition.producers.size >= rememberedProducers) forgetProducers(partition)
  partition.producers.set(producer.id, producer.state)
}

function forgetProducers(partition: SimulatedPartition): void {
  const oldestFirst = [...partition.producers].sort(([, a], [, b]) => a.seenMs - b.seenMs)
  for (const [id] of oldestFirst.slice(0, rememberedProducers / 4)) partition.producers.delete(id)
}

function partitionAt(data: SimulatedData, at: TopicPartition): SimulatedPartition | undefined {
  return data.topics.get(at.topic)?.partitions[at.partition]
}

function boundsOf(partition: SimulatedPartition | undefined): PartitionBounds {
  if (!partition) return {begin: 0, end: 0, bytes: 0, isKnown: false}
  return {begin: partition.begin, end: partition.end, bytes: partition.bytes, isKnown: true}
}

function keepBatches(partition: SimulatedPartition, isKept: (batch: StoredBatch) => boolean): void {
  partition.batches = partition.batches.filter(isKept)
  partition.bytes = partition.batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
}

/** What the indexes say of batches that are gone; the last entry of each key stays and counts its events. */
function sweepIndexes({batches, end, keys, events}: SimulatedPartition): void {
  const firstBase = batches[0]?.baseOffset ?? end
  for (const [key, all] of keys)
    keys.set(
      key,
      all.filter((each, i) => each.baseOffset >= firstBase || i === all.length - 1),
    )
  for (const [id, base] of events) if (base < firstBase) events.delete(id)
}

function readRange(batches: readonly StoredBatch[], {from, to = Infinity, bytesMax}: ReadRange): readonly StoredBatch[] {
  const start = firstEndingAfter(batches, from)
  let bytes = 0
  let end = start
  for (; end < batches.length; end++) {
    const batch = batches[end]
    if (!batch || batch.baseOffset >= to || (end > start && bytes + batch.bytes.length > bytesMax)) break
    bytes += batch.bytes.length
  }
  return batches.slice(start, end)
}

/** Index of the first batch whose last offset is at or after `offset`. */
function firstEndingAfter(batches: readonly StoredBatch[], offset: Offset): number {
  let low = 0
  let high = batches.length
  while (low < high) {
    const middle = (low + high) >> 1
    const batch = batches[middle]
    if (batch && batch.baseOffset + batch.count > offset) high = middle
    else low = middle + 1
  }
  return low
}
