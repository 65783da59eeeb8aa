import type {Epoch, Offset, TopicPartition} from '../../record/record.ts'
import {partitionKey} from '../../record/record.ts'
import type {AppendBatch, AppendOutcome, ProducerStamp} from './log-store.ts'

/** Batches of one producer whose offsets a partition remembers, so that a late retry is answered with its offsets. */
export const rememberedBatches = 5
/** Producers that a partition remembers; past it those unseen for longest go, a quarter at a time. */
export const rememberedProducers = 1000

/** What a partition remembers of a producer: its last sequence, and the bases of its last batches, newest first. */
export type ProducerState = {
  readonly epoch: Epoch
  readonly sequence: number
  readonly bases: readonly Offset[]
  readonly seenMs: number
}

/** What a plan needs to know of a partition: undefined when there is none. */
export type AppendView = {
  end(at: TopicPartition): Offset | undefined
  producer(at: TopicPartition, id: string): ProducerState | undefined
  /** Events of a key so far. */
  version(at: TopicPartition, key: Uint8Array): number
  /** Base of the batch that holds an event of this name. */
  event(at: TopicPartition, id: string): Offset | undefined
}

/** An accepted batch with the place it takes and what its partition then remembers of its producer. */
export type PlannedWrite = {
  readonly batch: AppendBatch
  readonly baseOffset: Offset
  readonly producer?: {readonly id: string; readonly state: ProducerState}
  /** For each of the batch's keys, how many events it had before. */
  readonly versions: readonly number[]
}

export type AppendPlan = {readonly outcomes: readonly AppendOutcome[]; readonly writes: readonly PlannedWrite[]}

/**
 * Decides an append as a whole before anything is written: batches are judged in order, each against what the ones
 * before it would leave behind. An adapter that cannot call this (a script in the server) follows the same rules:
 * partition, then epoch, then sequence, then event ids, then expected end, then expected versions, so that a retry of a stored
 * batch is a duplicate and never a conflict.
 */
export function planAppend(batches: readonly AppendBatch[], isAtomic: boolean, nowMs: number, view: AppendView): AppendPlan {
  const ends = new Map<string, Offset | undefined>()
  const producers = new Map<string, ProducerState | undefined>()
  const index = new PlannedIndex(view)
  const outcomes: AppendOutcome[] = []
  const writes: PlannedWrite[] = []
  for (const batch of batches) {
    const place = partitionKey(batch)
    if (!ends.has(place)) ends.set(place, view.end(batch))
    const stamp = batch.producer
    const memory = stamp && `${place} ${stamp.id}`
    if (stamp && memory !== undefined && !producers.has(memory)) producers.set(memory, view.producer(batch, stamp.id))
    const known = memory === undefined ? undefined : producers.get(memory)
    const end = ends.get(place)
    const outcome = judge(batch, end, known, index)
    outcomes.push(outcome)
    if (outcome.kind !== 'appended') continue
    const {baseOffset} = outcome
    ends.set(place, baseOffset + batch.count)
    const versions = index.add(batch, baseOffset)
    if (!stamp || memory === undefined) writes.push({batch, baseOffset, versions})
    else {
      const state = remember(stamp, baseOffset, known, nowMs)
      producers.set(memory, state)
      writes.push({batch, baseOffset, versions, producer: {id: stamp.id, state}})
    }
  }
  if (isAtomic && outcomes.some(isRefusal))
    return {outcomes: outcomes.map(o => (isRefusal(o) ? o : {kind: 'aborted'})), writes: []}
  return {outcomes, writes}
}

const isRefusal = (outcome: AppendOutcome): boolean => outcome.kind !== 'appended' && outcome.kind !== 'duplicate'

function judge(
  batch: AppendBatch,
  end: Offset | undefined,
  known: ProducerState | undefined,
  index: PlannedIndex,
): AppendOutcome {
  if (end === undefined) return {kind: 'unknown-partition'}
  const stamp = batch.producer
  if (stamp) {
    if (known && stamp.epoch < known.epoch) return {kind: 'fenced', by: known.epoch}
    const isSameEpoch = known?.epoch === stamp.epoch
    const expected = known && isSameEpoch ? known.sequence + 1 : 0
    const base = known && isSameEpoch ? known.bases[known.sequence - stamp.sequence] : undefined
    if (base !== undefined) return {kind: 'duplicate', baseOffset: base}
    if (stamp.sequence !== expected) return {kind: 'out-of-order', expectedSequence: expected}
  }
  const {expectedEnd, eventIds = [], keys = []} = batch
  const stored = eventIds.map(id => index.event(batch, id)).filter(base => base !== undefined)
  if (stored[0] !== undefined && stored.length === eventIds.length) return {kind: 'duplicate', baseOffset: stored[0]}
  if (stored.length > 0) return {kind: 'known-events', known: stored.length}
  if (expectedEnd !== undefined && expectedEnd !== end) return {kind: 'conflict', end}
  for (const [i, {key, expected}] of keys.entries()) {
    const version = expected === undefined ? undefined : index.version(batch, key)
    if (version !== undefined && version !== expected) return {kind: 'key-conflict', index: i, version}
  }
  return {kind: 'appended', baseOffset: end}
}

/** The index of keys and events as the batches planned so far would leave it. */
class PlannedIndex {
  readonly #view: AppendView
  readonly #versions = new Map<string, number>()
  readonly #events = new Map<string, Offset>()

  constructor(view: AppendView) {
    this.#view = view
  }

  version(at: TopicPartition, key: Uint8Array): number {
    return this.#versions.get(nameOf(at, key)) ?? this.#view.version(at, key)
  }

  event(at: TopicPartition, id: string): Offset | undefined {
    return this.#events.get(`${partitionKey(at)} ${id}`) ?? this.#view.event(at, id)
  }

  /** Versions of the batch's keys before it. */
  add(batch: AppendBatch, baseOffset: Offset): readonly number[] {
    for (const id of batch.eventIds ?? []) this.#events.set(`${partitionKey(batch)} ${id}`, baseOffset)
    return (batch.keys ?? []).map(({key, count}) => {
      const version = this.version(batch, key)
      this.#versions.set(nameOf(batch, key), version + count)
      return version
    })
  }
}

const nameOf = (at: TopicPartition, key: Uint8Array): string => `${partitionKey(at)} ${Buffer.from(key).toString('latin1')}`

function remember(stamp: ProducerStamp, base: Offset, known: ProducerState | undefined, nowMs: number): ProducerState {
  const older = known?.epoch === stamp.epoch ? known.bases.slice(0, rememberedBatches - 1) : []
  return {epoch: stamp.epoch, sequence: stamp.sequence, bases: [base, ...older], seenMs: nowMs}
}
