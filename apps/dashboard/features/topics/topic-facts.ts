import type {Topic} from '../../graphql/topics.ts'
import {bytes} from '../../lib/format.ts'
import {duration} from '../../lib/time.ts'

export const recordsIn = (topic: Topic): bigint =>
  topic.partitions.reduce((sum, it) => sum + BigInt(it.endOffset) - BigInt(it.beginOffset), 0n)

export const bytesIn = (topic: Topic): bigint => topic.partitions.reduce((sum, it) => sum + BigInt(it.bytes), 0n)

/** How long records stay: 7 d · 1 GiB, compacted, for ever. */
export function retention(topic: Topic): string {
  const bounds = [
    ...(topic.retentionMs === null ? [] : [duration(topic.retentionMs)]),
    ...(topic.retentionBytes === null ? [] : [`${bytes(topic.retentionBytes)} a partition`]),
  ]
  const isDeleting = topic.cleanupPolicy !== 'COMPACT'
  const deleting = isDeleting ? [bounds.join(' · ') || 'for ever'] : []
  return [...deleting, ...(topic.cleanupPolicy === 'DELETE' ? [] : ['compacted'])].join(', ')
}
