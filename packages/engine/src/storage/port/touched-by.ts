import {limits} from '../../limits.ts'
import type {AppendBatch, AppendOutcome} from './log-store.ts'
import type {Touched} from './wake.ts'

/** What to wake readers with after an append: the partitions of the batches that were written, and the batches that are small. */
export function touchedBy(batches: readonly AppendBatch[], outcomes: readonly AppendOutcome[]): readonly Touched[] {
  const touched: Touched[] = []
  for (const [i, {topic, partition, count, maxTimestampMs, bytes}] of batches.entries()) {
    const outcome = outcomes[i]
    if (outcome?.kind !== 'appended') continue
    const isSmall = bytes.length <= limits.wakeBatchBytesMax
    const stored = {baseOffset: outcome.baseOffset, count, maxTimestampMs, bytes}
    touched.push(isSmall ? {topic, partition, batches: [stored]} : {topic, partition})
  }
  return touched
}
