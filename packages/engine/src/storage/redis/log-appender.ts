import {assert, must} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import {partitionKey} from '../../record/record.ts'
import type {AppendBatch, AppendOptions, AppendOutcome, ProducerStamp} from '../port/log-store.ts'
import {touchedBy} from '../port/touched-by.ts'
import type {Acknowledger} from './acks.ts'
import {AppendArguments} from './append-arguments.ts'
import type {Argument} from './connection.ts'
import type {Connections} from './connections.ts'
import type {ConsumedAppender} from './consumed-append.ts'
import {parseOutcomes} from './outcomes.ts'
import type {PartitionPlace, RedisKeys} from './keys.ts'
import {appendBatches} from './lua/append-batches.ts'
import {appendRun} from './lua/append-run.ts'
import {asBuffer, numberOf, orAbsent} from './reply.ts'
import type {TopicRegistry} from './topic-registry.ts'
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

/** Appends to the logs of partitions: one script call, in a cluster one a slot. */
export class LogAppender {
  readonly #parts: RedisLogParts

  constructor(parts: RedisLogParts) {
    this.#parts = parts
  }

  async append(batches: readonly AppendBatch[], options: AppendOptions = {}): Promise<readonly AppendOutcome[]> {
    assert(options.isAtomic === true || !options.groupOffsets, 'group offsets go with an atomic append only')
    const {groupOffsets, acks} = options
    const {isCluster, consumedAppender} = this.#parts
    if (isCluster && groupOffsets)
      return consumedAppender.append({batches, groupOffsets, acks}, () => this.#append(batches, options))
    const run = isRun(batches, options) ? await this.#appendRun(batches) : undefined
    if (run) return run
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

  /** Undefined where more is to be looked at than this can. */
  async #appendRun(batches: Run): Promise<readonly AppendOutcome[] | undefined> {
    const {keys, connections, topics, wake, clock} = this.#parts
    const [first] = batches
    const place = topics.knownPlace(first)
    if (!place) return undefined
    const {log, meta} = keys.partition(place)
    const {id, epoch, sequence} = first.producer
    const args: Argument[] = [clock.nowMs(), ...wake.arguments(batches), id, epoch, sequence]
    for (const {count, maxTimestampMs, bytes} of batches) args.push(count, maxTimestampMs, asBuffer(bytes))
    const reply = await connections.command.run(appendRun, [log, meta], args, {isRepeatable: true})
    let next = orAbsent(reply, numberOf)
    if (next === undefined) return undefined
    const outcomes: AppendOutcome[] = []
    for (const {count} of batches) {
      outcomes.push({kind: 'appended', baseOffset: next})
      next += count
    }
    wake.notify(touchedBy(batches, outcomes))
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
    const head = [clock.nowMs(), isAtomic ? 1 : 0, ...wake.arguments(batches)]
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
}

type PlainBatch = AppendBatch & {readonly producer: ProducerStamp}
/** Batches of one partition, each the next one of its producer. */
type Run = readonly [PlainBatch, ...PlainBatch[]]

function isRun(batches: readonly AppendBatch[], options: AppendOptions): batches is Run {
  const [first] = batches
  return first !== undefined && batches.every((batch, i) => isPlain(batch, options) && isNextOf(first, batch, i))
}

/** A batch of which nothing is to be known but its producer. ALL waits for what its script wrote, so that one must write it. */
const isPlain = (batch: AppendBatch, {isAtomic, acks}: AppendOptions): batch is PlainBatch =>
  batch.producer !== undefined &&
  !batch.keys?.length &&
  !batch.eventIds?.length &&
  batch.expectedEnd === undefined &&
  !isAtomic &&
  acks !== 'ALL'

const isNextOf = (first: AppendBatch, {topic, partition, producer}: AppendBatch, distance: number): boolean =>
  topic === first.topic &&
  partition === first.partition &&
  producer?.id === first.producer?.id &&
  producer?.epoch === first.producer?.epoch &&
  producer?.sequence === (first.producer?.sequence ?? 0) + distance

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
