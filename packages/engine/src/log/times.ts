import {inPortions} from '../base/in-portions.ts'
import {openBatch} from '../batch/open-batch.ts'
import {limits} from '../limits.ts'
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

type Stretch = TopicPartition & {readonly from: Offset; readonly end: Offset}

/** Positions whose batches are held at a time, and how many such reads are under way. */
const positionsPerRead = 10
const readsAtATime = 2

/**
 * How far the first record from an offset on lies behind the newest of its partition, ms; 0 where there is none, -1 where it
 * stands in a damaged batch, or where batches of more than `limits.lagTimesBytesMax` were read before. An entry for each position.
 */
export async function timeBehind(log: LogStore, positions: readonly Stretch[]): Promise<readonly number[]> {
  let bytes = 0
  return inPortions(positions, positionsPerRead, readsAtATime, async some => {
    const behind = some.filter(({from, end}) => from < end)
    if (behind.length === 0) return some.map(() => 0)
    if (bytes > limits.lagTimesBytesMax) return some.map(at => (behind.includes(at) ? -1 : 0))
    const firsts = await batchesAt(
      log,
      behind.map(at => [at, at.from]),
    )
    const rest = behind.filter(at => !reaches(firsts.get(at), at.end))
    const lasts = await batchesAt(
      log,
      rest.map(at => [at, at.end - 1]),
    )
    for (const batch of [...firsts.values(), ...lasts.values()]) bytes += batch.bytes.length
    return some.map(at => {
      const first = firsts.get(at)
      const last = lasts.get(at) ?? first
      return first && last ? timeBetween(at, first, last) : 0
    })
  })
}

/** The batch that holds an offset, or the next one; absent where there is none. */
async function batchesAt(
  log: LogStore,
  places: readonly (readonly [at: Stretch, offset: Offset])[],
): Promise<ReadonlyMap<Stretch, StoredBatch>> {
  const found = await log.read(places.map(([{topic, partition}, from]) => ({topic, partition, from, bytesMax: 1})))
  return new Map(
    places.flatMap(([at], i) => {
      const [batch] = found[i]?.batches ?? []
      return batch ? [[at, batch]] : []
    }),
  )
}

const reaches = (batch: StoredBatch | undefined, end: Offset): boolean =>
  batch === undefined || batch.baseOffset + batch.count >= end

function timeBetween(at: Stretch, first: StoredBatch, last: StoredBatch): number {
  let isDamaged = false
  const policy = {onCorruptBatch: 'skip', onSkipped: () => (isDamaged = true)} as const
  const found = readOrSkip(() => firstRecord(first, offset => offset >= at.from), at, first, policy)
  if (isDamaged) return -1
  return found ? Math.max(0, last.maxTimestampMs - found.timestampMs) : 0
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
