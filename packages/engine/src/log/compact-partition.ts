import {randomUUID} from 'node:crypto'
import type {Clock} from '../base/clock.ts'
import {limits} from '../limits.ts'
import type {Offset, TopicPartition} from '../record/record.ts'
import type {GroupStore} from '../storage/port/group-store.ts'
import type {LogStore, PartitionBounds, StoredBatch, TopicRecord} from '../storage/port/log-store.ts'
import {compactBatch, LatestOffsets} from './compaction.ts'
import {readOrSkip, stopsAtDamage, type DamagePolicy} from './damage.ts'
import {topicConfig} from './topic.ts'

export type CompactionParts = {readonly log: LogStore; readonly documents: GroupStore; readonly clock: Clock}

/** What is kept of a partition's compactions, in a document of its own. */
type CleanState = {
  /** Tells a topic from an earlier one of its name. */
  readonly createdAtMs: number
  /** Below it every key stands once. */
  readonly cleanTo: Offset
  /** Size of the partition after the last compaction. */
  readonly cleanBytes: number
  /** When the log was clean up to where. A tombstone goes when it has been in the clean part for long enough. */
  readonly marks: readonly {readonly atMs: number; readonly to: Offset}[]
  readonly tombstones: number
  /** Tombstones below it are gone. */
  readonly tombstonesBefore: Offset
  /** One process at a time compacts a partition. */
  readonly lease: {readonly owner: string; readonly untilMs: number} | null
}

const self = randomUUID()
const documentName = ({topic, partition}: TopicPartition): string => `compaction/${topic}/${partition}`

/**
 * Compacts a partition when half of it was written since the last time, or when tombstones are due. The last batch is left
 * as it is, so that the log always ends where its end says. Bounded in memory and work by `limits`; what is left comes in the
 * next round. Returns the bytes that went.
 */
export async function compactPartition(
  parts: CompactionParts,
  topic: TopicRecord,
  at: TopicPartition,
  bounds: PartitionBounds,
): Promise<number> {
  const {documents, clock, log} = parts
  const name = documentName(at)
  const found = await documents.document(name)
  const nowMs = clock.nowMs()
  const fresh: CleanState = {
    createdAtMs: topic.createdAtMs,
    cleanTo: 0,
    cleanBytes: 0,
    marks: [],
    tombstones: 0,
    tombstonesBefore: 0,
    lease: null,
  }
  // Only this file writes these documents.
  const stored = found?.data as CleanState | undefined
  const state = stored?.createdAtMs === topic.createdAtMs ? stored : fresh
  if (state.lease !== null && state.lease.owner !== self && state.lease.untilMs > nowMs) return 0
  const dueBefore = tombstonesDue(state, nowMs - topicConfig(topic).tombstoneRetentionMs)
  const to = await lastBase(log, at, bounds)
  const isDirty = to > Math.max(state.cleanTo, bounds.begin) && 2 * (bounds.bytes - state.cleanBytes) >= bounds.bytes
  if (!isDirty && !(state.tombstones > 0 && dueBefore > state.tombstonesBefore)) return 0
  const leased: CleanState = {...state, lease: {owner: self, untilMs: nowMs + limits.compactionLeaseMs}}
  const version = found?.version ?? 0
  if (!(await documents.putDocument(name, version, leased))) return 0
  const pass = await compact(parts, topic, at, {
    begin: bounds.begin,
    dirtyFrom: Math.max(state.cleanTo, bounds.begin),
    to,
    dueBefore,
  })
  const [after] = await log.bounds([at])
  const bytesLeft = after?.bytes ?? 0
  const done = pass ? afterPass(state, pass, {nowMs, dueBefore, cleanBytes: pass.cleanTo < to ? 0 : bytesLeft}) : state
  await documents.putDocument(name, version + 1, {...done, lease: null})
  return Math.max(0, bounds.bytes - bytesLeft)
}

const tombstonesDue = ({marks}: CleanState, beforeMs: number): Offset =>
  marks.reduce((due, {atMs, to}) => (atMs <= beforeMs ? Math.max(due, to) : due), 0)

type Passed = {readonly cleanTo: Offset; readonly tombstones: number}

/** Marks that are due have done their work; the oldest of too many go, which keeps tombstones longer and never shorter. */
function afterPass(
  state: CleanState,
  {cleanTo, tombstones}: Passed,
  {nowMs, dueBefore, cleanBytes}: {readonly nowMs: number; readonly dueBefore: Offset; readonly cleanBytes: number},
): CleanState {
  const marks = [...state.marks.filter(mark => mark.to > dueBefore), {atMs: nowMs, to: cleanTo}].slice(-limits.compactionMarksMax)
  return {...state, cleanTo, cleanBytes, marks, tombstones, tombstonesBefore: dueBefore}
}

async function lastBase(log: LogStore, at: TopicPartition, {begin, end}: PartitionBounds): Promise<Offset> {
  if (end <= begin) return begin
  const [found] = await log.read([{...at, from: end - 1, bytesMax: 1}])
  return found?.batches[0]?.baseOffset ?? begin
}

type Pass = {readonly begin: Offset; readonly dirtyFrom: Offset; readonly to: Offset; readonly dueBefore: Offset}

/** A damaged batch that readers skip stays as it is: it may hold what is nowhere else. */
const policyFor = (topic: TopicRecord): DamagePolicy => ({...stopsAtDamage, onCorruptBatch: topicConfig(topic).onCorruptBatch})

/** Undefined: somebody trimmed or compacted meanwhile. */
async function compact(parts: CompactionParts, topic: TopicRecord, at: TopicPartition, pass: Pass): Promise<Passed | undefined> {
  const latest = new LatestOffsets()
  const cleanTo = await collectLatest(parts, topic, at, pass, latest)
  const {compression} = topicConfig(topic)
  const damage = policyFor(topic)
  let tombstones = 0
  const all = compacted()
  // What stays as it is before the first change is not written again.
  let first = await all.next()
  while (!first.done && first.value.kept === first.value.batch) first = await all.next()
  if (first.done) return {cleanTo, tombstones}
  const {batch, kept} = first.value
  const outcome = await parts.log.replace(at, batch.baseOffset, cleanTo, keptFrom(kept))
  return outcome === 'conflict' ? undefined : {cleanTo, tombstones}

  async function* compacted(): AsyncGenerator<{readonly batch: StoredBatch; readonly kept: StoredBatch | undefined}, undefined> {
    for await (const segment of segments(parts, at, pass.begin, cleanTo, limits.compactionSegmentBytes)) {
      for (const each of segment) {
        const untouched = {batch: each, tombstones: 0}
        const result = readOrSkip(() => compactBatch(each, latest, pass.dueBefore, compression), at, each, damage) ?? untouched
        tombstones += result.tombstones
        yield {batch: each, kept: result.batch}
        await parts.clock.sleep(0)
      }
    }
    return undefined
  }

  async function* keptFrom(changed: StoredBatch | undefined): AsyncGenerator<StoredBatch> {
    if (changed) yield changed
    for await (const next of all) if (next.kept) yield next.kept
  }
}

/** Reads what was written since the last time, as much as fits. Returns where it stopped. */
async function collectLatest(
  parts: CompactionParts,
  topic: TopicRecord,
  at: TopicPartition,
  {dirtyFrom, to}: Pass,
  latest: LatestOffsets,
): Promise<Offset> {
  let bytes = 0
  for await (const batches of segments(parts, at, dirtyFrom, to, limits.readerFetchBytesMax)) {
    for (const batch of batches) {
      readOrSkip(() => latest.add(batch), at, batch, policyFor(topic))
      bytes += batch.bytes.length
      await parts.clock.sleep(0)
      if (latest.keys >= limits.compactionKeysMax || bytes >= limits.compactionBytesMax)
        return Math.min(to, batch.baseOffset + batch.count)
    }
  }
  return to
}

/** Batches with a base in [from, to), some at a time. */
async function* segments(
  {log}: CompactionParts,
  at: TopicPartition,
  from: Offset,
  to: Offset,
  bytesMax: number,
): AsyncGenerator<readonly StoredBatch[]> {
  for (let next = from; next < to;) {
    const [found] = await log.read([{...at, from: next, to, bytesMax}])
    const batches = found?.batches ?? []
    const last = batches.at(-1)
    if (!last) return
    const inside = batches.filter(({baseOffset}) => baseOffset >= from)
    if (inside.length > 0) yield inside
    next = last.baseOffset + last.count
  }
}
