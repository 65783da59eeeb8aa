import {openBatch} from '../batch/open-batch.ts'
import type {Offset, TopicPartition} from '../record/record.ts'
import type {LogStore, StoredBatch} from '../storage/port/log-store.ts'
import {readOrSkip, stopsAtDamage} from './damage.ts'

/** Offset of the first record at or after a time; undefined when all are older. */
export async function offsetAtTime(log: LogStore, at: TopicPartition, timestampMs: number): Promise<Offset | undefined> {
  const base = await log.batchAtTime(at, timestampMs)
  if (base === undefined) return undefined
  const [found] = await log.read([{...at, from: base, bytesMax: 1}])
  const [batch] = found?.batches ?? []
  if (batch === undefined) return undefined
  return readOrSkip(() => firstRecord(batch, (_, recordMs) => recordMs >= timestampMs)?.offset, at, batch, stopsAtDamage)
}

/**
 * How far the first record from an offset on lies behind the newest of its partition, ms; 0 where there is none, -1 where it
 * stands in a damaged batch. One entry a position, two reads in all.
 */
export async function timeBehind(
  log: LogStore,
  positions: readonly (TopicPartition & {readonly from: Offset; readonly end: Offset})[],
): Promise<readonly number[]> {
  const behind = positions.filter(({from, end}) => from < end)
  const one = (at: TopicPartition, from: Offset) => ({topic: at.topic, partition: at.partition, from, bytesMax: 1})
  const [firsts, lasts] = await Promise.all([
    log.read(behind.map(at => one(at, at.from))),
    log.read(behind.map(at => one(at, at.end - 1))),
  ])
  const times = new Map<TopicPartition, number>()
  for (const [i, at] of behind.entries()) {
    const first = firsts[i]?.batches[0]
    const last = lasts[i]?.batches.at(-1)
    if (first === undefined || last === undefined) continue
    const policy = {onCorruptBatch: 'skip', onSkipped: () => times.set(at, -1)} as const
    const found = readOrSkip(() => firstRecord(first, offset => offset >= at.from), at, first, policy)
    if (found !== undefined) times.set(at, Math.max(0, last.maxTimestampMs - found.timestampMs))
  }
  return positions.map(position => times.get(position) ?? 0)
}

function firstRecord(
  batch: StoredBatch,
  isIt: (offset: Offset, timestampMs: number) => boolean,
): {offset: Offset; timestampMs: number} | undefined {
  const {timestamps, offsetDeltas} = openBatch(batch.bytes)
  for (const [row, timestampMs] of timestamps.entries()) {
    const offset = batch.baseOffset + (offsetDeltas?.[row] ?? row)
    if (isIt(offset, timestampMs)) return {offset, timestampMs}
  }
  return undefined
}
