import {limits} from '../../limits.ts'
import type {AppendBatch, AppendOutcome} from './log-store.ts'
import type {Touched} from './wake.ts'

/** What to wake readers with after an append: the partitions of the batches that were written, and the batches that are small. */
export function touchedBy(batches: readonly AppendBatch[], outcomes: readonly AppendOutcome[]): readonly Touched[] {
  return batches.flatMap(({topic, partition, count, maxTimestampMs, bytes}, i) => {
    const outcome = outcomes[i]
    if (outcome?.kind !== 'appended') return []
    if (bytes.length > limits.wakeBatchBytesMax) return [{topic, partition}]
    return [{topic, partition, batches: [{baseOffset: outcome.baseOffset, count, maxTimestampMs, bytes}]}]
  })
}
