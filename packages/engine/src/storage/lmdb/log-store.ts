import {assert} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import {inPortions} from '../../base/in-portions.ts'
import type {Offset, TopicPartition} from '../../record/record.ts'
import {planAppend} from '../port/admission.ts'
import type {
  AppendBatch,
  AppendOptions,
  AppendOutcome,
  Batches,
  KeyIndexPage,
  LogStore,
  PartitionBounds,
  ReadRange,
  ReadResult,
  StoredBatch,
  TopicRecord,
} from '../port/log-store.ts'
import {touchedBy} from '../port/touched-by.ts'
import type {Environment} from './environment.ts'
import {writeOffsets} from './group-store.ts'
import {keys, prefixes, under} from './keys.ts'
import {appendView, applyWrites, Partition, type IndexedBatch} from './partitions.ts'
import {removeDroppedTopic} from './removal.ts'
import {decodeIfPresent, topicRow, nextNumber, numberRow, put, remove, topicNumberRow} from './rows.ts'
import type {ThreadWake} from './wake.ts'

/** Partitions whose bounds are read in one turn: some two milliseconds. */
const partitionsPerTurn = 500
/** Batches that one transaction removes, and their bytes: other writers get their turn in between. */
const removedPerStep = 100
const removedBytesPerStep = 4 << 20
/** Bytes of compacted batches that one transaction writes. */
const replacedBytesPerStep = 64 << 10
/** Entries of the index looked at in one go: a millisecond or two. */
const entriesPerSearch = 500
const producerIdBytesMax = 512

export class LmdbLogStore implements LogStore {
  readonly #env: Environment
  readonly #wake: ThreadWake
  readonly #clock: Clock

  constructor(env: Environment, wake: ThreadWake, clock: Clock) {
    this.#env = env
    this.#wake = wake
    this.#clock = clock
  }

  createTopic(topic: TopicRecord): Promise<'created' | 'exists'> {
    const {meta} = this.#env
    return this.#env.write(() => {
      if (meta.doesExist(keys.topic(topic.name))) return 'exists'
      const number = nextNumber(this.#env)
      put(meta, keys.topic(topic.name), topicRow.encode(topic))
      put(meta, keys.topicNumber(topic.name), topicNumberRow.encode({topic: number, partitions: topic.partitions}))
      return 'created'
    })
  }

  async topic(name: string): Promise<TopicRecord | undefined> {
    return this.#env.read(() => decodeIfPresent(this.#env.meta, keys.topic(name), topicRow.decode))
  }

  async topics(): Promise<readonly TopicRecord[]> {
    return this.#env.read(() =>
      [...this.#env.meta.getRange(under(prefixes.topics))]
        .map(({value}) => topicRow.decode(value))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    )
  }

  async updateTopic(topic: TopicRecord): Promise<void> {
    const {meta} = this.#env
    const known = await this.#env.write(() => {
      const number = decodeIfPresent(meta, keys.topicNumber(topic.name), topicNumberRow.decode)
      if (!number || topic.partitions < number.partitions) return number
      put(meta, keys.topic(topic.name), topicRow.encode(topic))
      put(meta, keys.topicNumber(topic.name), topicNumberRow.encode({...number, partitions: topic.partitions}))
      return number
    })
    if (!known) throw new EngineError('TOPIC_NOT_FOUND', `There is no topic ${topic.name}.`, {topic: topic.name})
    assert(topic.partitions >= known.partitions, `topic ${topic.name} can't lose partitions`)
  }

  async dropTopic(name: string): Promise<void> {
    const {meta} = this.#env
    const dropped = await this.#env.write(() => {
      const number = decodeIfPresent(meta, keys.topicNumber(name), topicNumberRow.decode)
      if (!number) return undefined
      remove(meta, keys.topic(name))
      remove(meta, keys.topicNumber(name))
      put(meta, keys.droppedTopic(number.topic), numberRow.encode(number.topic))
      return number.topic
    })
    if (dropped !== undefined) await removeDroppedTopic(this.#env, dropped)
  }

  async append(batches: readonly AppendBatch[], options: AppendOptions = {}): Promise<readonly AppendOutcome[]> {
    const {isAtomic = false, groupOffsets} = options
    assert(isAtomic || !groupOffsets, 'group offsets go with an atomic append only')
    for (const {producer} of batches) mustBeShort(producer?.id)
    const nowMs = this.#clock.nowMs()
    const outcomes = await this.#env.write(() => {
      const plan = planAppend(batches, isAtomic, nowMs, appendView(this.#env))
      if (plan.writes.length === 0) return plan.outcomes
      if (groupOffsets && !writeOffsets(this.#env, groupOffsets.group, groupOffsets.generation, groupOffsets.offsets)) {
        return batches.map(() => ({kind: 'aborted'}) as const)
      }
      applyWrites(this.#env, plan.writes)
      return plan.outcomes
    })
    if (options.acks === 'ALL') await this.#env.flushed()
    const touched = touchedBy(batches, outcomes)
    if (touched.length > 0) this.#wake.notify(touched)
    return outcomes
  }

  async read(ranges: readonly ReadRange[]): Promise<readonly ReadResult[]> {
    return this.#env.read(() =>
      ranges.map(range => {
        const partition = Partition.find(this.#env, range)
        return {bounds: boundsOf(partition), batches: partition ? readRange(partition, range) : []}
      }),
    )
  }

  async bounds(partitions: readonly TopicPartition[]): Promise<readonly PartitionBounds[]> {
    return inPortions(partitions, partitionsPerTurn, 1, async some =>
      this.#env.read(() => some.map(at => boundsOf(Partition.find(this.#env, at)))),
    )
  }

  /** Log and offsets are one file, which goes back as a whole or not at all. */
  async heads(places: readonly TopicPartition[]): Promise<readonly undefined[]> {
    return places.map(() => undefined)
  }

  onTakeover(): () => void {
    return () => {}
  }

  async keyBatches(at: TopicPartition, key: Uint8Array, fromVersion: number, batchesMax: number): Promise<KeyIndexPage> {
    return this.#env.read(
      () => Partition.find(this.#env, at)?.keyBatches(key, fromVersion, batchesMax) ?? {version: 0, batches: []},
    )
  }

  async batchAtTime(at: TopicPartition, timestampMs: number): Promise<Offset | undefined> {
    return this.#env.read(() => Partition.find(this.#env, at)?.baseAtTime(timestampMs))
  }

  async trim(at: TopicPartition, before: Offset): Promise<Offset> {
    for (;;) {
      const step = await this.#env.write(() => trimStep(Partition.find(this.#env, at), before))
      if (!step.isDone) continue
      await this.#env.read(() => Partition.find(this.#env, at))?.sweep()
      return step.begin
    }
  }

  async trimPoint(at: TopicPartition, bytesMin: number): Promise<Offset> {
    return this.#env.read(() => {
      const partition = Partition.find(this.#env, at)
      return partition ? trimPoint(partition, bytesMin) : 0
    })
  }

  async replace(at: TopicPartition, from: Offset, to: Offset, batches: Batches): Promise<'replaced' | 'conflict'> {
    const found = this.#env.read(() => Partition.find(this.#env, at))
    if (!found) return 'conflict'
    const range = async (start: Offset, end: Offset, kept: readonly StoredBatch[]): Promise<boolean> => {
      for (let next = start; ;) {
        const step = await this.#env.write(() => replaceStep(found, next, end, kept))
        if (step === end || step === undefined) return step === end
        next = step
      }
    }
    let [next, some, bytes]: [Offset, StoredBatch[], number] = [from, [], 0]
    for await (const batch of batches) {
      // A batch ends where the next one begins: what was between them goes with the first.
      if (bytes >= replacedBytesPerStep) {
        if (!(await range(next, batch.baseOffset, some))) return 'conflict'
        ;[next, some, bytes] = [batch.baseOffset, [], 0]
      }
      some.push(batch)
      bytes += batch.bytes.length
    }
    return (await range(next, to, some)) ? 'replaced' : 'conflict'
  }
}

/** A key holds the id, and LMDB's keys are short. */
function mustBeShort(id: string | undefined): void {
  if (id === undefined || id.length * 3 <= producerIdBytesMax) return
  const bytes = Buffer.byteLength(id)
  if (bytes <= producerIdBytesMax) return
  throw new EngineError('INVALID_ARGUMENT', `A producer id has ${bytes} bytes; at most ${producerIdBytesMax} are allowed.`, {
    bytes,
  })
}

function boundsOf(partition: Partition | undefined): PartitionBounds {
  if (!partition) return {begin: 0, end: 0, bytes: 0, isKnown: false}
  const {begin, end, bytes} = partition.row
  return {begin, end, bytes, isKnown: true}
}

function readRange(partition: Partition, {from, to = Infinity, bytesMax}: ReadRange): StoredBatch[] {
  const batches: StoredBatch[] = []
  let bytes = 0
  for (const indexed of partition.indexFrom(from)) {
    bytes += indexed.bytes
    if (indexed.baseOffset >= to || (batches.length > 0 && bytes > bytesMax)) break
    batches.push(partition.batch(indexed))
  }
  return batches
}

/**
 * Replaces as much of a range as one transaction may. Returns where it goes on, undefined when the partition is gone. A kept batch is what
 * is left of one that stood where it begins or before, so what has its base before the step's end goes with the step.
 */
function replaceStep(partition: Partition, from: Offset, to: Offset, kept: readonly StoredBatch[]): Offset | undefined {
  if (!partition.isThere) return undefined
  const old = firstOf(basesBetween(partition, from, to))
  const end = old.next?.baseOffset ?? to
  const {begin} = partition.row
  let {bytes} = partition.row
  for (const batch of old.batches) {
    partition.removeBatch(batch.baseOffset)
    bytes -= batch.bytes
  }
  let latestMs = partition.latestBefore(from)
  for (const batch of kept) {
    const {baseOffset, count} = batch
    if (baseOffset < from || baseOffset >= end || baseOffset + count <= begin) continue
    latestMs = Math.max(latestMs, batch.maxTimestampMs)
    partition.putBatch(batch, latestMs)
    bytes += batch.bytes.length
  }
  partition.row = {...partition.row, bytes}
  return end
}

function* basesBetween(partition: Partition, from: Offset, to: Offset) {
  for (const batch of partition.indexFrom(from)) {
    if (batch.baseOffset >= to) return
    if (batch.baseOffset >= from) yield batch
  }
}

/** As many as one transaction may remove, and the one behind these. */
function firstOf(batches: Iterable<IndexedBatch>): {readonly batches: readonly IndexedBatch[]; readonly next?: IndexedBatch} {
  const taken: IndexedBatch[] = []
  let bytes = 0
  for (const batch of batches) {
    if (taken.length === removedPerStep || bytes >= removedBytesPerStep) return {batches: taken, next: batch}
    taken.push(batch)
    bytes += batch.bytes
  }
  return {batches: taken}
}

function trimPoint(partition: Partition, bytesMin: number): Offset {
  let {begin, bytes} = partition.row
  let looked = 0
  for (const batch of partition.indexFrom(0)) {
    bytes -= batch.bytes
    if (bytes < bytesMin || looked++ === entriesPerSearch) break
    begin = batch.baseOffset + batch.count
  }
  return Math.max(begin, partition.row.begin)
}

function trimStep(partition: Partition | undefined, before: Offset): {isDone: boolean; begin: Offset} {
  if (!partition) return {isDone: true, begin: 0}
  const {row} = partition
  const target = Math.max(row.begin, Math.min(before, row.end))
  const {batches, next} = firstOf(wholeBefore(partition, target))
  let {bytes} = row
  for (const batch of batches) {
    partition.removeBatch(batch.baseOffset)
    bytes -= batch.bytes
  }
  const begin = next ? Math.max(row.begin, next.baseOffset) : target
  if (begin !== row.begin || batches.length > 0) partition.row = {...row, begin, bytes}
  return {isDone: next === undefined, begin}
}

function* wholeBefore(partition: Partition, target: Offset) {
  for (const batch of partition.indexFrom(0)) {
    if (batch.baseOffset + batch.count > target) return
    yield batch
  }
}
