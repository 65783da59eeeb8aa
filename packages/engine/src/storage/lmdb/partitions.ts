import {must} from '../../base/assert.ts'
import type {Offset, TopicPartition} from '../../record/record.ts'
import {rememberedProducers} from '../port/admission.ts'
import type {AppendView, PlannedWrite} from '../port/admission.ts'
import type {AppendBatch, KeyBatch, KeyIndexPage, StoredBatch} from '../port/log-store.ts'
import type {Environment} from './environment.ts'
import {baseOfBatchKey, keys, prefixes, under, versionOfKeyEvents} from './keys.ts'
import {
  decodeIfPresent,
  indexRow,
  keyEventsRow,
  numberRow,
  partitionRow,
  producerRow,
  put,
  remove,
  topicNumberRow,
} from './rows.ts'
import type {IndexRow, PartitionRow} from './rows.ts'
import {sweepIndexes} from './sweep-index.ts'

export type IndexedBatch = IndexRow & {readonly baseOffset: Offset}

/** One partition as it is in the transaction at hand. Found anew for each use, or asked whether it is there: topics are dropped and come back. */
export class Partition {
  readonly #env: Environment
  readonly #name: string
  readonly #topic: number
  readonly #partition: number

  private constructor(env: Environment, name: string, topic: number, partition: number) {
    this.#env = env
    this.#name = name
    this.#topic = topic
    this.#partition = partition
  }

  static find(env: Environment, at: TopicPartition): Partition | undefined {
    const number = decodeIfPresent(env.meta, keys.topicNumber(at.topic), topicNumberRow.decode)
    if (!number || at.partition < 0 || at.partition >= number.partitions) return undefined
    return new Partition(env, at.topic, number.topic, at.partition)
  }

  /** Whether its topic was not dropped since it was found. */
  get isThere(): boolean {
    return decodeIfPresent(this.#env.meta, keys.topicNumber(this.#name), topicNumberRow.decode)?.topic === this.#topic
  }

  get row(): PartitionRow {
    return (
      decodeIfPresent(this.#env.meta, keys.partition(this.#topic, this.#partition), partitionRow.decode) ?? partitionRow.empty
    )
  }

  set row(row: PartitionRow) {
    put(this.#env.meta, keys.partition(this.#topic, this.#partition), partitionRow.encode(row))
  }

  producer(id: string) {
    return decodeIfPresent(this.#env.meta, keys.producer(this.#topic, this.#partition, id), producerRow.decode)
  }

  /** Entries of the index from the batch that holds `from` (or the first after it), in offset order. */
  *indexFrom(from: Offset): Generator<IndexedBatch> {
    const before = this.#lastAtOrBefore(from)
    const start = before && before.baseOffset + before.count > from ? before.baseOffset : from
    const {end} = under(prefixes.batchesOf(this.#topic))
    const limit = this.#partition < 0xffffffff ? this.#key(0, this.#partition + 1) : end
    for (const {key, value} of this.#env.index.getRange({start: this.#key(start), end: limit})) {
      yield {baseOffset: baseOfBatchKey(key), ...indexRow.decode(value)}
    }
  }

  /**
   * Base of the first batch that reaches the time. `latestMs` never falls, so halving finds the first place where it is reached;
   * the batch that reached it may be gone (trimmed, compacted), and then the search goes on from there one by one.
   */
  baseAtTime(timestampMs: number): Offset | undefined {
    let {begin: low, end: high} = this.row
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const found = this.#lastAtOrBefore(middle)
      if (found && found.latestMs >= timestampMs) high = found.baseOffset
      else low = middle + 1
    }
    for (const batch of this.indexFrom(low)) if (batch.maxTimestampMs >= timestampMs) return batch.baseOffset
    return undefined
  }

  /** `latestMs` of the batches before an offset. */
  latestBefore(offset: Offset): number {
    return this.#lastAtOrBefore(offset - 1)?.latestMs ?? -Infinity
  }

  #lastAtOrBefore(offset: Offset): IndexedBatch | undefined {
    if (offset < 0) return undefined
    const range = {start: this.#key(offset), end: this.#key(0), reverse: true, limit: 1, inclusiveEnd: true}
    for (const {key, value} of this.#env.index.getRange(range))
      return {baseOffset: baseOfBatchKey(key), ...indexRow.decode(value)}
    return undefined
  }

  batch({baseOffset, count, maxTimestampMs}: IndexedBatch): StoredBatch {
    const bytes = must(this.#env.blobs.get(this.#key(baseOffset)), `batch ${baseOffset} that the index names`)
    return {baseOffset, count, maxTimestampMs, bytes}
  }

  putBatch({baseOffset, count, maxTimestampMs, bytes}: StoredBatch, latestMs: number): void {
    put(this.#env.index, this.#key(baseOffset), indexRow.encode({count, maxTimestampMs, bytes: bytes.length, latestMs}))
    put(this.#env.blobs, this.#key(baseOffset), bytes)
  }

  removeBatch(base: Offset): void {
    remove(this.#env.index, this.#key(base))
    remove(this.#env.blobs, this.#key(base))
  }

  append({batch, baseOffset, producer, versions}: PlannedWrite): void {
    const row = this.row
    this.#indexEvents(batch, baseOffset, versions)
    const {count, maxTimestampMs, bytes} = batch
    const latestMs = Math.max(row.latestMs, maxTimestampMs)
    this.putBatch({baseOffset, count, maxTimestampMs, bytes}, latestMs)
    let {producers} = row
    if (producer) {
      if (!this.producer(producer.id)) producers = this.#makeRoom(producers) + 1
      put(this.#env.meta, keys.producer(this.#topic, this.#partition, producer.id), producerRow.encode(producer.state))
    }
    this.row = {...row, end: baseOffset + count, bytes: row.bytes + bytes.length, latestMs, producers}
  }

  /** Drops what the indexes say of batches that are gone, when as much was trimmed since the last time as is left. */
  async sweep(): Promise<void> {
    const first = this.#env.read(() => {
      const {begin, end, swept} = this.row
      if (begin - swept < end - begin) return undefined
      for (const {baseOffset} of this.indexFrom(0)) return baseOffset
      return end
    })
    if (first === undefined) return
    await sweepIndexes(this.#env, this.#topic, this.#partition, first)
    await this.#env.write(() => {
      const {row} = this
      this.row = {...row, swept: row.begin}
    })
  }

  /** How many events a key has. */
  version(key: Uint8Array): number {
    const range = {
      start: this.#keyEvents(key, Number.MAX_SAFE_INTEGER),
      end: this.#keyEvents(key, 0),
      reverse: true,
      limit: 1,
      inclusiveEnd: true,
    }
    for (const last of this.#env.meta.getRange(range)) return versionOfKeyEvents(last.key) + keyEventsRow.decode(last.value).count
    return 0
  }

  event(id: string): Offset | undefined {
    return decodeIfPresent(this.#env.meta, keys.eventId(this.#topic, this.#partition, id), numberRow.decode)
  }

  keyBatches(key: Uint8Array, fromVersion: number, batchesMax: number): KeyIndexPage {
    const holding = {
      start: this.#keyEvents(key, fromVersion),
      end: this.#keyEvents(key, 0),
      reverse: true,
      limit: 1,
      inclusiveEnd: true,
    }
    let start = fromVersion
    for (const before of this.#env.meta.getRange(holding)) start = versionOfKeyEvents(before.key)
    const range = {start: this.#keyEvents(key, start), end: this.#keyEvents(key, Number.MAX_SAFE_INTEGER), limit: batchesMax + 1}
    const found = [...this.#env.meta.getRange(range)].map((row): KeyBatch => ({
      version: versionOfKeyEvents(row.key),
      ...keyEventsRow.decode(row.value),
    }))
    return {
      version: this.version(key),
      batches: found.filter(({version, count}) => version + count > fromVersion).slice(0, batchesMax),
    }
  }

  #indexEvents({keys: events = [], eventIds = []}: AppendBatch, baseOffset: Offset, versions: readonly number[]): void {
    for (const [i, {key, count}] of events.entries())
      put(this.#env.meta, this.#keyEvents(key, must(versions[i], 'version of a key')), keyEventsRow.encode({baseOffset, count}))
    for (const id of eventIds) put(this.#env.meta, keys.eventId(this.#topic, this.#partition, id), numberRow.encode(baseOffset))
  }

  #keyEvents(key: Uint8Array, version: number): Uint8Array {
    return keys.keyEvents(this.#topic, this.#partition, key, version)
  }

  /** Forgets a quarter of the producers, those unseen for longest, when there are too many. Returns how many are left. */
  #makeRoom(producers: number): number {
    if (producers < rememberedProducers) return producers
    const range = under(prefixes.producersAt(this.#topic, this.#partition))
    const known = [...this.#env.meta.getRange(range)].map(({key, value}) => ({key, seenMs: producerRow.decode(value).seenMs}))
    const oldest = known.sort((a, b) => a.seenMs - b.seenMs).slice(0, rememberedProducers / 4)
    for (const {key} of oldest) remove(this.#env.meta, key)
    return known.length - oldest.length
  }

  #key(base: Offset, partition = this.#partition): Uint8Array {
    return keys.batch(this.#topic, partition, base)
  }
}

export const appendView = (env: Environment): AppendView => ({
  end: at => Partition.find(env, at)?.row.end,
  producer: (at, id) => Partition.find(env, at)?.producer(id),
  version: (at, key) => Partition.find(env, at)?.version(key) ?? 0,
  event: (at, id) => Partition.find(env, at)?.event(id),
})

export function applyWrites(env: Environment, writes: readonly PlannedWrite[]): void {
  for (const write of writes) must(Partition.find(env, write.batch), 'partition of a planned write').append(write)
}
