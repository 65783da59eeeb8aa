import {checksumOf} from '../batch/header.ts'
import {limits} from '../limits.ts'
import type {Offset, TopicPartition} from '../record/record.ts'
import type {LogStore, PartitionBounds, StoredBatch, TopicRecord} from '../storage/port/log-store.ts'
import {CompactionLease, CompactionStopped, type LeaseParts} from './compaction-lease.ts'
import {type BatchMark, cleanAndDirty, notCompacted, tombstonesDue, withMark, type CompactionState} from './compaction-state.ts'
import {compactBatch, type InSlices, LatestOffsets} from './compaction.ts'
import {readOrSkip, stopsAtDamage, type DamagePolicy} from './damage.ts'
import {topicConfig} from './topic.ts'

export type CompactionParts = LeaseParts & {readonly log: LogStore}

/** `isMore`: the keys of what is to be compacted did not fit, so it was compacted up to somewhere only. */
export type PartitionCompacted = {readonly bytes: number; readonly isMore: boolean}

const nothing: PartitionCompacted = {bytes: 0, isMore: false}

export const compactionPrefix = 'compaction/'
const documentName = ({topic, partition}: TopicPartition): string => `${compactionPrefix}${topic}/${partition}`

/**
 * Compacts a partition when enough of it was written since the last time, or is waiting for too long, or when tombstones are due.
 * Bounded in memory by `limits`; what is left comes in the next round.
 */
export async function compactPartition(
  parts: CompactionParts,
  topic: TopicRecord,
  at: TopicPartition,
  bounds: PartitionBounds,
): Promise<PartitionCompacted> {
  const {documents, clock, owner} = parts
  const name = documentName(at)
  const found = await documents.document(name)
  const nowMs = clock.nowMs()
  // Only this file writes these documents.
  const stored = found?.data as CompactionState | undefined
  const isOfThisLog = stored?.createdAtMs === topic.createdAtMs && stored.cleanTo <= bounds.end
  let state = isOfThisLog ? stored : notCompacted(topic.createdAtMs)
  const held = stored?.lease ?? null
  if (held !== null && held.owner !== owner && held.untilMs > nowMs) return nothing
  let pass = await dueNow(parts, topic, at, bounds, state, nowMs)
  if (pass.isDue && !(await stands(parts.log, at, state.made))) {
    state = notCompacted(topic.createdAtMs)
    pass = await dueNow(parts, topic, at, bounds, state, nowMs)
  }
  // A lease that nobody gave back is of a process that died, and left behind what it had written.
  const isInterrupted = held !== null
  if (!pass.isDue && !isInterrupted) return nothing
  const lease = await CompactionLease.take(parts, name, found?.version ?? 0, state)
  if (!lease) return nothing
  let after = state
  try {
    const done = await new Compaction(parts, topic, at, pass, lease).run(isInterrupted)
    const {tombstoneRetentionMs: delayMs} = topicConfig(topic)
    if (done) after = afterPass(state, done, {...pass, nowMs: clock.nowMs(), delayMs})
    return {bytes: done?.bytesGone ?? 0, isMore: done !== undefined && done.cleanTo < pass.to}
  } catch (error) {
    if (!(error instanceof CompactionStopped)) throw error
    return nothing
  } finally {
    await lease.release(after)
  }
}

const markOf = ({baseOffset, bytes}: StoredBatch): BatchMark => ({base: baseOffset, checksum: checksumOf(bytes)})

/** Whether the log has that batch still, or a trim came past it. */
async function stands(log: LogStore, at: TopicPartition, mark: BatchMark | null): Promise<boolean> {
  if (!mark) return true
  const [found] = await log.read([{...at, from: mark.base, to: mark.base + 1, bytesMax: 1}])
  const [batch] = found?.batches ?? []
  if ((found?.bounds.begin ?? 0) > mark.base) return true
  return batch?.baseOffset === mark.base && checksumOf(batch.bytes) === mark.checksum
}

type Pass = {
  readonly begin: Offset
  readonly dirtyFrom: Offset
  readonly to: Offset
  readonly dueBefore: Offset
  readonly bytesMax: number
  readonly made: BatchMark | null
}

/** What a compaction would do now, and whether it is due. */
async function dueNow(
  {log}: CompactionParts,
  topic: TopicRecord,
  at: TopicPartition,
  bounds: PartitionBounds,
  state: CompactionState,
  nowMs: number,
): Promise<Pass & {readonly isDue: boolean}> {
  const {begin, end} = bounds
  const {tombstoneRetentionMs, minCompactionLagMs, maxCompactionLagMs, minCleanableDirtyRatio} = topicConfig(topic)
  const dirtyFrom = Math.min(Math.max(state.cleanTo, begin), end)
  const young = minCompactionLagMs > 0 ? await log.batchAtTime(at, nowMs - minCompactionLagMs + 1) : undefined
  const to = Math.max(dirtyFrom, young ?? end)
  const dueBefore = tombstonesDue(state, nowMs - tombstoneRetentionMs)
  const {clean, dirty} = cleanAndDirty(state, bounds)
  const bytesMax = Math.max(limits.compactionBytesMin, clean)
  const pass = {begin, dirtyFrom, to, dueBefore, bytesMax, made: state.made}
  // The last record stays, whatever it is: so the log has a record where its end says.
  const {firstTombstone} = state
  if (firstTombstone !== null && firstTombstone < dueBefore && firstTombstone !== end - 1) return {...pass, isDue: true}
  if (to === dirtyFrom) return {...pass, isDue: false}
  const cleanable = (dirty * (to - dirtyFrom)) / (end - dirtyFrom)
  if (cleanable >= minCleanableDirtyRatio * (clean + cleanable)) return {...pass, isDue: true}
  if (maxCompactionLagMs === null) return {...pass, isDue: false}
  const [oldest] = await log.read([{...at, from: dirtyFrom, to, bytesMax: 1}])
  return {...pass, isDue: (oldest?.batches[0]?.maxTimestampMs ?? Infinity) <= nowMs - maxCompactionLagMs}
}

type Passed = {
  readonly cleanTo: Offset
  readonly firstTombstone: Offset | null
  /** Of the clean part, and what it was larger before. */
  readonly cleanBytes: number
  readonly bytesGone: number
  readonly made: BatchMark | null
}

function afterPass(
  state: CompactionState,
  {cleanTo, firstTombstone, cleanBytes, made}: Passed,
  {begin, dueBefore, nowMs, delayMs}: Pass & {readonly nowMs: number; readonly delayMs: number},
): CompactionState {
  const marks = withMark(state.marks, {atMs: nowMs, to: cleanTo}, delayMs, dueBefore)
  return {...state, cleanTo, cleanBytes, cleanBegin: begin, marks, firstTombstone, made}
}

type Each = {readonly batch: StoredBatch; readonly kept: StoredBatch | undefined}

class Compaction {
  readonly #parts: CompactionParts
  readonly #topic: TopicRecord
  readonly #at: TopicPartition
  readonly #pass: Pass
  readonly #lease: CompactionLease
  readonly #latest = new LatestOffsets()
  /** A damaged batch that readers skip stays as it is: it may hold what is nowhere else. */
  readonly #damage: DamagePolicy
  #firstTombstone: Offset | null = null
  #cleanBytes = 0
  #bytesGone = 0
  #made: BatchMark | null
  /** The newest batch whose keys are known. */
  #newest: BatchMark | null = null

  constructor(parts: CompactionParts, topic: TopicRecord, at: TopicPartition, pass: Pass, lease: CompactionLease) {
    this.#parts = parts
    this.#topic = topic
    this.#at = at
    this.#pass = pass
    this.#lease = lease
    this.#made = pass.made
    this.#damage = {...stopsAtDamage, onCorruptBatch: topicConfig(topic).onCorruptBatch}
  }

  /** Undefined: the partition was dropped, or somebody else compacted it. `isForced`: also when there is nothing to change. */
  async run(isForced: boolean): Promise<Passed | undefined> {
    const cleanTo = await this.#collectLatest()
    const all = this.#compacted(cleanTo)
    // What stays as it is before the first change is not written again.
    let first = await all.next()
    while (!first.done && first.value.kept === first.value.batch) first = await all.next()
    if (!first.done || isForced) {
      const from = first.done ? cleanTo : first.value.batch.baseOffset
      const kept = this.#kept(first.done ? undefined : first.value.kept, all)
      if ((await this.#parts.log.replace(this.#at, from, cleanTo, kept)) === 'conflict') return undefined
    }
    return {
      cleanTo,
      firstTombstone: this.#firstTombstone,
      cleanBytes: this.#cleanBytes,
      bytesGone: this.#bytesGone,
      made: this.#made,
    }
  }

  /** Reads what was written since the last time, as much as fits. Returns where it stopped. */
  async #collectLatest(): Promise<Offset> {
    const {dirtyFrom, to, bytesMax} = this.#pass
    let bytes = 0
    for await (const batch of this.#batches(dirtyFrom, to)) {
      await this.#paced(batch, this.#latest.add(batch))
      bytes += batch.bytes.length
      this.#newest = markOf(batch)
      if (this.#latest.keys >= limits.compactionKeysMax || bytes >= bytesMax) return Math.min(to, batch.baseOffset + batch.count)
    }
    return to
  }

  async *#compacted(cleanTo: Offset): AsyncGenerator<Each, undefined> {
    const {compression} = topicConfig(this.#topic)
    const [bounds] = await this.#parts.log.bounds([this.#at])
    const rules = {tombstonesBefore: this.#pass.dueBefore, last: (bounds?.end ?? 0) - 1, compression}
    for await (const batch of this.#batches(this.#pass.begin, cleanTo)) {
      const untouched = {batch, firstTombstone: null}
      const result = (await this.#paced(batch, compactBatch(batch, this.#latest, rules))) ?? untouched
      this.#firstTombstone ??= result.firstTombstone
      this.#cleanBytes += result.batch?.bytes.length ?? 0
      this.#bytesGone += batch.bytes.length - (result.batch?.bytes.length ?? 0)
      if (result.batch !== batch) this.#remember(batch, result.batch)
      yield {batch, kept: result.batch}
    }
    return undefined
  }

  /** Undefined for a damaged batch that is skipped. */
  async #paced<T>(batch: StoredBatch, work: InSlices<T>): Promise<T | undefined> {
    for (;;) {
      const slice = readOrSkip(() => work.next(), this.#at, batch, this.#damage)
      if (!slice) return undefined
      if (slice.done) return slice.value
      await this.#lease.pace()
    }
  }

  #remember({baseOffset}: StoredBatch, kept: StoredBatch | undefined): void {
    if (kept) this.#made = markOf(kept)
    else if (this.#made?.base === baseOffset) this.#made = null
  }

  /**
   * Asked for when `replace` has the partition: it must be the one that was read. After a failover in between it may have lost the records
   * that supersede others; after one that comes later `replace` is a conflict, or the new server has what was written before.
   */
  async *#kept(first: StoredBatch | undefined, rest: AsyncGenerator<Each, undefined>): AsyncGenerator<StoredBatch> {
    const {name, createdAtMs} = this.#topic
    const {log} = this.#parts
    const isThere = (await log.topic(name))?.createdAtMs === createdAtMs
    if (!isThere || !(await stands(log, this.#at, this.#newest))) throw new CompactionStopped('the log is another one')
    if (first) yield first
    for await (const next of rest) if (next.kept) yield next.kept
  }

  /** Batches with a base in [from, to). The first reads are small: how large the batches are is not known before. */
  async *#batches(from: Offset, to: Offset): AsyncGenerator<StoredBatch> {
    let bytesMax = limits.compactionSegmentBytes / 16
    for (let next = from; next < to;) {
      const [found] = await this.#parts.log.read([{...this.#at, from: next, to, bytesMax}])
      const batches = found?.batches ?? []
      const last = batches.at(-1)
      if (!last) return
      for (const batch of batches) {
        if (batch.baseOffset >= from) yield batch
        await this.#lease.pace()
      }
      next = last.baseOffset + last.count
      bytesMax = Math.min(2 * bytesMax, limits.compactionSegmentBytes)
    }
  }
}
