import {must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import {partitionKey, type Offset, type TopicPartition} from '../record/record.ts'
import type {PartitionBounds} from '../storage/port/log-store.ts'
import type {GroupParts} from './commit.ts'

/** What to do where a group has no valid offset. */
export type NoOffset = 'earliest' | 'latest' | 'error'

export type StartOffset = TopicPartition & {readonly from: Offset; readonly isCommitted: boolean}

/** Where a group goes on in each partition: at its committed offset if the log still has it. Unknown partitions are left out. */
export async function startOffsets(
  {groups, log}: GroupParts,
  group: string,
  partitions: readonly TopicPartition[],
  onNoOffset: NoOffset,
): Promise<readonly StartOffset[]> {
  // The offsets first: bounds that are read after them cover them.
  const committed = new Map((await groups.offsets(group)).map(each => [partitionKey(each), each.next]))
  const bounds = await log.bounds(partitions)
  return partitions.flatMap((at, i) => {
    const its = must(bounds[i], 'bounds')
    if (!its.isKnown) return []
    const next = committed.get(partitionKey(at))
    const {topic, partition} = at
    if (next !== undefined && next >= its.begin && next <= its.end) return {topic, partition, from: next, isCommitted: true}
    return {topic, partition, from: withoutOffset(at, next, its, onNoOffset), isCommitted: false}
  })
}

/** What `onNoOffset` means for an offset that is missing or outside of the log. EngineError OFFSET_OUT_OF_RANGE for `error`. */
export function withoutOffset(
  at: TopicPartition,
  found: Offset | undefined,
  {begin, end}: PartitionBounds,
  onNoOffset: NoOffset,
): Offset {
  if (onNoOffset === 'earliest') return begin
  if (onNoOffset === 'latest') return end
  const message = `found ${found === undefined ? 'no offset' : `offset ${found}`} for ${partitionKey(at)}, expected ${begin} to ${end}`
  throw new EngineError('OFFSET_OUT_OF_RANGE', message, {...at, found, begin, end})
}
