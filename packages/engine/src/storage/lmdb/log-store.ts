import {assert} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
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
import {appendView, applyWrites, Partition} from './partitions.ts'
import {removeDroppedTopic} from './removal.ts'
import {decodeIfPresent, topicRow, nextNumber, numberRow, put, remove, topicNumberRow} from './rows.ts'
import type {ThreadWake} from './wake.ts'

/** Batches trimmed in one transaction: other writers get their turn in between. */
const trimmedPerStep = 500
/** Bytes of compacted batches written in one transaction. */
const replacedBytesPerStep = 4 << 20
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
    return this.#env.read(() => partitions.map(at => boundsOf(Partition.find(this.#env, at))))
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

  async replace(at: TopicPartition, from: Offset, to: Offset, batches: Batches): Promise<'replaced' | 'conflict'> {
    let [next, some, bytes]: [Offset, StoredBatch[], number] = [from, [], 0]
    for await (const batch of batches) {
      // A batch ends where the next one begins: what was between them goes with the first.
      if (bytes >= replacedBytesPerStep) {
        if ((await this.#replaceSome(at, next, batch.baseOffset, some)) === 'conflict') return 'conflict'
        ;[next, some, bytes] = [batch.baseOffset, [], 0]
      }
      some.push(batch)
      bytes += batch.bytes.length
    }
    return this.#replaceSome(at, next, to, some)
  }

  /** In one transaction. */
  #replaceSome(at: TopicPartition, from: Offset, to: Offset, batches: readonly StoredBatch[]): Promise<'replaced' | 'conflict'> {
    return this.#env.write(() => {
      const partition = Partition.find(this.#env, at)
      if (!partition || partition.row.begin > from) return 'conflict'
      let {bytes} = partition.row
      for (const old of [...basesBetween(partition, from, to)]) {
        partition.removeBatch(old.baseOffset)
        bytes -= old.bytes
      }
      let latestMs = partition.latestBefore(from)
      for (const batch of batches) {
        latestMs = Math.max(latestMs, batch.maxTimestampMs)
        partition.putBatch(batch, latestMs)
        bytes += batch.bytes.length
      }
      partition.row = {...partition.row, bytes}
      return 'replaced'
    })
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

function* basesBetween(partition: Partition, from: Offset, to: Offset) {
  for (const batch of partition.indexFrom(from)) {
    if (batch.baseOffset >= to) return
    if (batch.baseOffset >= from) yield batch
  }
}

function trimStep(partition: Partition | undefined, before: Offset): {isDone: boolean; begin: Offset} {
  if (!partition) return {isDone: true, begin: 0}
  const {row} = partition
  const target = Math.max(row.begin, Math.min(before, row.end))
  let {bytes} = row
  let steps = 0
  let begin = target
  for (const batch of [...wholeBefore(partition, target)]) {
    partition.removeBatch(batch.baseOffset)
    bytes -= batch.bytes
    if (++steps === trimmedPerStep) begin = batch.baseOffset + batch.count
  }
  if (begin !== row.begin || steps > 0) partition.row = {...row, begin, bytes}
  return {isDone: begin === target, begin}
}

function* wholeBefore(partition: Partition, target: Offset) {
  let steps = 0
  for (const batch of partition.indexFrom(0)) {
    if (steps++ === trimmedPerStep || batch.baseOffset + batch.count > target) return
    yield batch
  }
}
