import type {Offset, TopicPartition} from '../record/record.ts'
import type {LogStore, PartitionBounds, StoredBatch, TopicRecord} from '../storage/port/log-store.ts'
import {topicConfig} from './topic.ts'

/** Where a partition is cut by its retention. Only whole batches go, and a topic younger than its retention loses nothing by time. */
export type RetentionRule = {
  /** Batches whose newest record is older go; undefined: none by time. */
  readonly olderThanMs: number | undefined
  /** The oldest batches go while the others still have so many bytes; undefined: none by size. */
  readonly bytesMin: number | undefined
}

/** Undefined: this topic is not trimmed. Records may claim any time, so the age of the topic counts too. */
export function retentionRule(topic: TopicRecord, nowMs: number): RetentionRule | undefined {
  const {cleanupPolicy, retentionMs, retentionBytes} = topicConfig(topic)
  if (!cleanupPolicy.includes('delete')) return undefined
  const isOldEnough = retentionMs !== null && nowMs - topic.createdAtMs > retentionMs
  const rule = {olderThanMs: isOldEnough ? nowMs - retentionMs : undefined, bytesMin: retentionBytes ?? undefined}
  return rule.olderThanMs === undefined && rule.bytesMin === undefined ? undefined : rule
}

/** The offset to trim to by size, given the oldest batches; `begin` where nothing goes. */
export function trimBySize(bounds: PartitionBounds, bytesMin: number, oldest: readonly StoredBatch[]): Offset {
  let {bytes, begin} = bounds
  for (const batch of oldest) {
    bytes -= batch.bytes.length
    if (bytes < bytesMin) break
    begin = batch.baseOffset + batch.count
  }
  return Math.max(begin, bounds.begin)
}

/** Trims one partition; looks at `bytesMax` of its oldest batches at most. Returns the records that went. */
export async function applyRetention(
  log: LogStore,
  at: TopicPartition,
  bounds: PartitionBounds,
  rule: RetentionRule,
  bytesMax: number,
): Promise<number> {
  let target = bounds.begin
  // The bounds were read first: when all batches are older, so are all below that end.
  if (rule.olderThanMs !== undefined) target = (await log.batchAtTime(at, rule.olderThanMs)) ?? bounds.end
  if (rule.bytesMin !== undefined && bounds.bytes > rule.bytesMin) {
    const excess = Math.min(bounds.bytes - rule.bytesMin, bytesMax)
    const [oldest] = await log.read([{...at, from: bounds.begin, bytesMax: excess}])
    target = Math.max(target, trimBySize(bounds, rule.bytesMin, oldest?.batches ?? []))
  }
  if (target <= bounds.begin) return 0
  return (await log.trim(at, target)) - bounds.begin
}
