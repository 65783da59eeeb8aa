import {assert, must} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {Offset, TopicPartition} from '../../record/record.ts'
import {partitionKey} from '../../record/record.ts'
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
import {touchedBy} from '../port/touched-by.ts'
import type {Acknowledger} from './acks.ts'
import {AppendArguments} from './append-arguments.ts'
import {BoundsReader} from './bounds-reader.ts'
import {replaceBatches} from './compaction.ts'
import type {Connections} from './connections.ts'
import type {ConsumedAppender} from './consumed-append.ts'
import {HeadReader} from './head-reader.ts'
import {readKeyIndex} from './key-index.ts'
import type {PartitionKeys, PartitionPlace, RedisKeys} from './keys.ts'
import {LogReader} from './log-reader.ts'
import {appendBatches} from './lua/append-batches.ts'
import {arrayOf, numberOf, textOf} from './reply.ts'
import {searchSize, searchTime} from './search.ts'
import type {TopicRegistry} from './topic-registry.ts'
import {trimPartition} from './trim.ts'
import type {RedisWake} from './wake.ts'

export type RedisLogParts = {
  readonly connections: Connections
  readonly keys: RedisKeys
  readonly topics: TopicRegistry
  readonly wake: RedisWake
  readonly clock: Clock
  readonly isCluster: boolean
  readonly acknowledger: Acknowledger
  /** In a cluster, for appends with offsets of a group. */
  readonly consumedAppender: ConsumedAppender
}

const unknownBounds: PartitionBounds = {begin: 0, end: 0, bytes: 0, isKnown: false}

export class RedisLogStore implements LogStore {
  readonly #parts: RedisLogParts
  readonly #reader: LogReader
  readonly #bounds: BoundsReader
  readonly #heads: HeadReader

  constructor(parts: RedisLogParts) {
    this.#parts = parts
    this.#reader = new LogReader(parts.connections.command)
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

  async append(batches: readonly AppendBatch[], options: AppendOptions = {}): Promise<readonly AppendOutcome[]> {
    assert(options.isAtomic === true || !options.groupOffsets, 'group offsets go with an atomic append only')
    const {groupOffsets, acks} = options
    const {isCluster, consumedAppender} = this.#parts
    if (isCluster && groupOffsets)
      return consumedAppender.append({batches, groupOffsets, acks}, () => this.#append(batches, options))
    const outcomes = await this.#append(batches, options)
    const missing = batches.filter((_, i) => outcomes[i]?.kind === 'unknown-partition')
    if (missing.length === 0) return outcomes
    // A topic may have been dropped and created again, or grown, since its place was remembered: look again, once.
    const before = await this.#parts.topics.places(missing)
    this.#parts.topics.forget(missing.map(batch => batch.topic))
    const after = await this.#parts.topics.places(missing)
    if (after.every((place, i) => place === undefined || isSamePlace(place, before[i]))) return outcomes
    if (options.isAtomic) return this.#append(batches, options)
    const again = await this.#append(missing, options)
    let next = 0
    return outcomes.map(outcome => (outcome.kind === 'unknown-partition' ? must(again[next++], 'outcome of a batch') : outcome))
  }

  async #append(batches: readonly AppendBatch[], options: AppendOptions): Promise<readonly AppendOutcome[]> {
    const places = await this.#parts.topics.places(batches)
    const placed = batches.flatMap((batch, i) => {
      const place = places[i]
      return place ? [{batch, place, index: i}] : []
    })
    const outcomes: AppendOutcome[] = batches.map(() => ({kind: 'unknown-partition'}))
    if (placed.length < batches.length && options.isAtomic) {
      for (const {index} of placed) outcomes[index] = {kind: 'aborted'}
      return outcomes
    }
    const groups = this.#parts.isCluster ? bySlot(placed) : [placed]
    if (options.isAtomic && groups.length > 1) throw spansSlots()
    const answers = await Promise.all(groups.map(group => this.#appendTogether(group, options)))
    for (const [g, group] of groups.entries()) {
      for (const [i, {index}] of group.entries()) outcomes[index] = must(answers[g]?.[i], 'outcome of a batch')
    }
    return outcomes
  }

  /** One script call: all of it stands on one server, in a cluster in one slot. */
  async #appendTogether(placed: readonly Placed[], options: AppendOptions): Promise<readonly AppendOutcome[]> {
    if (placed.length === 0) return []
    const {keys, connections, acknowledger, wake, clock} = this.#parts
    const {groupOffsets, isAtomic = false} = options
    const append = new AppendArguments(keys, groupOffsets ? [keys.group(groupOffsets.group)] : [])
    for (const {place, batch} of placed) append.add(place, batch)
    const offsets = groupOffsets?.offsets.flatMap(offset => [partitionKey(offset), JSON.stringify(offset)]) ?? []
    const batches = placed.map(({batch}) => batch)
    const head = [clock.nowMs(), isAtomic ? 1 : 0, keys.wakeChannel, wake.message(batches)]
    const group = [groupOffsets ? 1 : 0, groupOffsets?.generation ?? '', offsets.length, ...offsets]
    const call = {script: appendBatches, keys: append.keys, args: [...head, ...group, ...append.args]}
    const isRepeatable = batches.every(batch => batch.producer !== undefined)
    const {reply, isKept} =
      options.acks === 'ALL'
        ? await acknowledger.run(call, {isRepeatable})
        : {reply: await connections.command.run(call.script, call.keys, call.args, {isRepeatable}), isKept: true}
    const outcomes = parseOutcomes(reply)
    if (outcomes.some(outcome => outcome.kind === 'appended')) wake.notify(touchedBy(batches, outcomes))
    return isKept ? outcomes : outcomes.map(underAcknowledged)
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

type Placed = {readonly batch: AppendBatch; readonly place: PartitionPlace; readonly index: number}

/** Partitions of one placement and number share a slot. */
function bySlot(placed: readonly Placed[]): readonly (readonly Placed[])[] {
  const groups = new Map<string, Placed[]>()
  for (const item of placed) {
    const tag = `${item.place.placement}:${item.place.partition}`
    const group = groups.get(tag)
    if (group) group.push(item)
    else groups.set(tag, [item])
  }
  return [...groups.values()]
}

const underAcknowledged = (outcome: AppendOutcome): AppendOutcome =>
  outcome.kind === 'appended' || outcome.kind === 'duplicate' ? {...outcome, acks: 'LEADER'} : outcome

const isSamePlace = (a: PartitionPlace, b: PartitionPlace | undefined): boolean =>
  b !== undefined && a.topic === b.topic && a.placement === b.placement

const spansSlots = (): EngineError =>
  new EngineError(
    'INVALID_ARGUMENT',
    'found an atomic append to keys that a Redis Cluster keeps in different slots, expected partitions of one number and placement',
  )

export function parseOutcomes(reply: unknown): readonly AppendOutcome[] {
  const flat = arrayOf(reply)
  const outcomes: AppendOutcome[] = []
  for (let i = 0; i < flat.length; i += 2) outcomes.push(outcomeOf(textOf(flat[i]), flat[i + 1]))
  return outcomes
}

function outcomeOf(status: string, detail: unknown): AppendOutcome {
  switch (status) {
    case 'appended':
    case 'duplicate':
      return {kind: status, baseOffset: numberOf(detail)}
    case 'out-of-order':
      return {kind: status, expectedSequence: numberOf(detail)}
    case 'fenced':
      return {kind: status, by: numberOf(detail)}
    case 'conflict':
      return {kind: status, end: numberOf(detail)}
    case 'known-events':
      return {kind: status, known: numberOf(detail)}
    case 'key-conflict': {
      const [index, version] = textOf(detail).split(' ')
      return {kind: status, index: numberOf(index), version: numberOf(version)}
    }
    case 'unknown-partition':
    case 'aborted':
      return {kind: status}
    default:
      throw new Error(`the append script answered ${status}`)
  }
}
