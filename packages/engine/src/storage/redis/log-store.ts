import {must} from '../../base/assert.ts'
import type {Offset, TopicPartition} from '../../record/record.ts'
import type {
  AppendBatch,
  AppendOptions,
  AppendOutcome,
  BatchHead,
  Batches,
  KeyIndexPage,
  LogStore,
  PartitionBounds,
  ReadRange,
  ReadResult,
  TopicRecord,
} from '../port/log-store.ts'
import {BoundsReader} from './bounds-reader.ts'
import {replaceBatches} from './compaction.ts'
import {HeadReader} from './head-reader.ts'
import {readKeyIndex} from './key-index.ts'
import type {PartitionKeys} from './keys.ts'
import {LogAppender, type RedisLogParts} from './log-appender.ts'
import {LogReader} from './log-reader.ts'
import {searchSize, searchTime} from './search.ts'
import {trimPartition} from './trim.ts'

const unknownBounds: PartitionBounds = {begin: 0, end: 0, bytes: 0, isKnown: false}

export class RedisLogStore implements LogStore {
  readonly #parts: RedisLogParts
  readonly #reader: LogReader
  readonly #bounds: BoundsReader
  readonly #appender: LogAppender
  readonly #heads: HeadReader

  constructor(parts: RedisLogParts) {
    this.#parts = parts
    this.#reader = new LogReader(parts.connections.command)
    this.#appender = new LogAppender(parts)
    this.#heads = new HeadReader(parts.connections.command, parts.isCluster)
    this.#bounds = new BoundsReader(parts.connections.command, parts.keys, parts.isCluster)
  }

  createTopic(topic: TopicRecord): Promise<'created' | 'exists'> {
    return this.#parts.topics.create(topic)
  }

  async topic(name: string): Promise<TopicRecord | undefined> {
    return (await this.#parts.topics.find(name))?.record
  }

  topics(): Promise<readonly TopicRecord[]> {
    return this.#parts.topics.all()
  }

  updateTopic(topic: TopicRecord): Promise<void> {
    return this.#parts.topics.update(topic)
  }

  dropTopic(name: string): Promise<void> {
    return this.#parts.topics.drop(name)
  }

  append(batches: readonly AppendBatch[], options?: AppendOptions): Promise<readonly AppendOutcome[]> {
    return this.#appender.append(batches, options)
  }

  read(ranges: readonly ReadRange[]): Promise<readonly ReadResult[]> {
    const {topics, keys} = this.#parts
    return topics.askAt(
      ranges,
      (places, at) => Promise.all(at.map((range, i) => this.#reader.read(keys.partition(must(places[i], 'place')), range))),
      result => result.bounds.isKnown,
      {bounds: unknownBounds, batches: []},
    )
  }

  bounds(partitions: readonly TopicPartition[]): Promise<readonly PartitionBounds[]> {
    return this.#parts.topics.askAt(
      partitions,
      places => this.#bounds.read(places),
      bounds => bounds.isKnown,
      unknownBounds,
    )
  }

  async heads(places: readonly (TopicPartition & {readonly offset: Offset})[]): Promise<readonly (BatchHead | undefined)[]> {
    const {topics, keys} = this.#parts
    const answers = await topics.askAt(
      places,
      (found, at) => this.#heads.read(at.map(({offset}, i) => ({log: keys.partition(must(found[i], 'place')).log, offset}))),
      ({head}) => head !== undefined,
      {head: undefined},
    )
    return answers.map(({head}) => head)
  }

  onTakeover(listener: () => void): () => void {
    return this.#parts.connections.onTakeover(listener)
  }

  async keyBatches(at: TopicPartition, key: Uint8Array, fromVersion: number, batchesMax: number): Promise<KeyIndexPage> {
    const keys = await this.#keysOf(at)
    if (!keys) return {version: 0, batches: []}
    return readKeyIndex(this.#parts.connections.command, keys.keyIndex, key, fromVersion, batchesMax)
  }

  async batchAtTime(at: TopicPartition, timestampMs: number): Promise<Offset | undefined> {
    const keys = await this.#keysOf(at)
    return keys && searchTime(this.#parts.connections.command, keys, timestampMs)
  }

  async trimPoint(at: TopicPartition, bytesMin: number): Promise<Offset> {
    const keys = await this.#keysOf(at)
    return keys ? searchSize(this.#parts.connections.command, keys, bytesMin) : 0
  }

  async trim(at: TopicPartition, before: Offset): Promise<Offset> {
    const keys = await this.#keysOf(at)
    return keys ? trimPartition(this.#parts.connections.command, keys, before) : 0
  }

  async replace(at: TopicPartition, from: Offset, to: Offset, batches: Batches): Promise<'replaced' | 'conflict'> {
    const keys = await this.#keysOf(at)
    return keys ? replaceBatches(this.#parts.connections.command, keys, {from, to, batches}) : 'conflict'
  }

  async #keysOf(at: TopicPartition): Promise<PartitionKeys | undefined> {
    this.#parts.topics.forget([at.topic])
    const [place] = await this.#parts.topics.places([at])
    return place && this.#parts.keys.partition(place)
  }
}
