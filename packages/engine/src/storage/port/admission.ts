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
}

/** An accepted batch with the place it takes and what its partition then remembers of its producer. */
export type PlannedWrite = {
  readonly batch: AppendBatch
  readonly baseOffset: Offset
  readonly producer?: {readonly id: string; readonly state: ProducerState}
}

export type AppendPlan = {readonly outcomes: readonly AppendOutcome[]; readonly writes: readonly PlannedWrite[]}

/**
 * Decides an append as a whole before anything is written: batches are judged in order, each against what the ones
 * before it would leave behind. An adapter that cannot call this (a script in the server) follows the same rules:
 * partition, then epoch, then sequence, then expected end, so that a retry of a stored batch is a duplicate and never a conflict.
 */
export function planAppend(batches: readonly AppendBatch[], isAtomic: boolean, nowMs: number, view: AppendView): AppendPlan {
  const ends = new Map<string, Offset | undefined>()
  const producers = new Map<string, ProducerState | undefined>()
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
    const outcome = judge(batch, end, known)
    outcomes.push(outcome)
    if (outcome.kind !== 'appended') continue
    ends.set(place, outcome.baseOffset + batch.count)
    if (!stamp || memory === undefined) writes.push({batch, baseOffset: outcome.baseOffset})
    else {
      const state = remember(stamp, outcome.baseOffset, known, nowMs)
      producers.set(memory, state)
      writes.push({batch, baseOffset: outcome.baseOffset, producer: {id: stamp.id, state}})
    }
  }
  if (isAtomic && outcomes.some(isRefusal))
    return {outcomes: outcomes.map(o => (isRefusal(o) ? o : {kind: 'aborted'})), writes: []}
  return {outcomes, writes}
}

const isRefusal = (outcome: AppendOutcome): boolean => outcome.kind !== 'appended' && outcome.kind !== 'duplicate'

function judge(batch: AppendBatch, end: Offset | undefined, known: ProducerState | undefined): AppendOutcome {
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
  if (batch.expectedEnd !== undefined && batch.expectedEnd !== end) return {kind: 'conflict', end}
  return {kind: 'appended', baseOffset: end}
}

function remember(stamp: ProducerStamp, base: Offset, known: ProducerState | undefined, nowMs: number): ProducerState {
  const older = known?.epoch === stamp.epoch ? known.bases.slice(0, rememberedBatches - 1) : []
  return {epoch: stamp.epoch, sequence: stamp.sequence, bases: [base, ...older], seenMs: nowMs}
}
