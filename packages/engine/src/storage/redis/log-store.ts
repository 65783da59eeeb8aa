import {must} from '../../base/assert.ts'
import type {Offset, TopicPartition} from '../../record/record.ts'
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
  TopicRecord,
} from '../port/log-store.ts'
import {BoundsReader} from './bounds-reader.ts'
import {replaceBatches} from './compaction.ts'
import {readKeyIndex} from './key-index.ts'
import type {PartitionKeys} from './keys.ts'
import {LogAppender, type RedisLogParts} from './log-appender.ts'
import {LogReader, readMeta} from './log-reader.ts'
import {batchAtTime} from './lua/batch-at-time.ts'
import {trimLog} from './lua/trim-log.ts'
import {arrayOf, numberOf, textOf} from './reply.ts'
import {sweepIndexes} from './sweep-index.ts'

const unknownBounds: PartitionBounds = {begin: 0, end: 0, bytes: 0, isKnown: false}
const entriesLookedAtPerCall = 50

export class RedisLogStore implements LogStore {
  readonly #parts: RedisLogParts
  readonly #reader: LogReader
  readonly #bounds: BoundsReader
  readonly #appender: LogAppender

  constructor(parts: RedisLogParts) {
    this.#parts = parts
    this.#reader = new LogReader(parts.connections.command)
    this.#appender = new LogAppender(parts)
    this.#bounds = new BoundsReader(parts.connections.command, parts.isCluster)
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

  async read(ranges: readonly ReadRange[]): Promise<readonly ReadResult[]> {
    return this.#atPlaces(
      ranges,
      (keys, range) => this.#reader.read(keys, range),
      result => result.bounds.isKnown,
      {bounds: unknownBounds, batches: []},
    )
  }

  async bounds(partitions: readonly TopicPartition[]): Promise<readonly PartitionBounds[]> {
    return this.#atPlaces(
      partitions,
      keys => this.#bounds.read(keys),
      bounds => bounds.isKnown,
      unknownBounds,
    )
  }

  async keyBatches(at: TopicPartition, key: Uint8Array, fromVersion: number, batchesMax: number): Promise<KeyIndexPage> {
    const keys = await this.#keysOf(at)
    if (!keys) return {version: 0, batches: []}
    return readKeyIndex(this.#parts.connections.command, keys.keyIndex, key, fromVersion, batchesMax)
  }

  async batchAtTime(at: TopicPartition, timestampMs: number): Promise<Offset | undefined> {
    const keys = await this.#keysOf(at)
    if (!keys) return undefined
    const meta = await readMeta(this.#parts.connections.command, keys)
    const inCompacted =
      meta.split > meta.begin ? await this.#searchTime(keys.compacted, meta.begin, meta.split, timestampMs) : undefined
    return inCompacted ?? this.#searchTime(keys.log, Math.max(meta.begin, meta.split), meta.end, timestampMs)
  }

  async #searchTime(stream: string, low: Offset, high: Offset, timestampMs: number): Promise<Offset | undefined> {
    let from = low
    for (;;) {
      const args = [from, from === low ? high : from, timestampMs, entriesLookedAtPerCall]
      const reply = await this.#parts.connections.command.run(batchAtTime, [stream], args, {isRepeatable: true})
      const [status, offset] = arrayOf(reply)
      if (textOf(status) === 'found') return numberOf(offset)
      if (textOf(status) === 'none') return undefined
      from = numberOf(offset)
    }
  }

  async trim(at: TopicPartition, before: Offset): Promise<Offset> {
    const keys = await this.#keysOf(at)
    if (!keys) return 0
    const {command} = this.#parts.connections
    const trimmed = [keys.log, keys.compacted, keys.meta, keys.keyIndex, keys.eventIds]
    const reply = arrayOf(await command.run(trimLog, trimmed, [before], {isRepeatable: true}))
    const [begin = 0, firstBase = 0, isSweepDue] = reply.map(numberOf)
    if (isSweepDue === 1) await sweepIndexes(command, keys, firstBase)
    return Math.max(0, begin)
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

  /** Asks each partition where its topic was remembered to be, and those not found there once more where it is now. */
  async #atPlaces<At extends TopicPartition, Answer>(
    ats: readonly At[],
    ask: (keys: PartitionKeys, at: At) => Promise<Answer>,
    isKnown: (answer: Answer) => boolean,
    absent: Answer,
  ): Promise<readonly Answer[]> {
    const askAll = async (asked: readonly At[]): Promise<readonly Answer[]> => {
      const places = await this.#parts.topics.places(asked)
      return Promise.all(
        asked.map(async (at, i) => {
          const place = places[i]
          return place ? ask(this.#parts.keys.partition(place), at) : absent
        }),
      )
    }
    const answers = await askAll(ats)
    const missing = ats.filter((_, i) => !isKnown(must(answers[i], 'answer')))
    if (missing.length === 0) return answers
    this.#parts.topics.forget(missing.map(at => at.topic))
    const again = await askAll(missing)
    let next = 0
    return answers.map(answer => (isKnown(answer) ? answer : must(again[next++], 'answer')))
  }
}
