import type {TopicPartition} from '../record/record.ts'
import type {LogStore, PartitionBounds, TopicRecord} from '../storage/port/log-store.ts'
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

/** Trims one partition. Returns the records that went. */
export async function applyRetention(
  log: LogStore,
  at: TopicPartition,
  bounds: PartitionBounds,
  {olderThanMs, bytesMin}: RetentionRule,
): Promise<number> {
  let {begin} = bounds
  // By size first: an old batch may stand behind one that is younger and goes by size.
  if (bytesMin !== undefined && bounds.bytes > bytesMin) {
    for (let target = await log.trimPoint(at, bytesMin); target > begin; target = await log.trimPoint(at, bytesMin))
      begin = await log.trim(at, target)
  }
  if (olderThanMs !== undefined) {
    // The bounds were read first: when all batches are older, so are all below that end.
    const target = (await log.batchAtTime(at, olderThanMs)) ?? bounds.end
    if (target > begin) begin = await log.trim(at, target)
  }
  return Math.max(0, begin - bounds.begin)
}
