import {must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import {partitionKey, type Offset, type TopicPartition} from '../record/record.ts'
import type {PartitionBounds} from '../storage/port/log-store.ts'
import type {GroupParts} from './commit.ts'
import type {LogMark} from './log-marks.ts'
import {findLostRecords, marksOf, type LostRecords} from './lost-records.ts'

/** What to do where a group has no valid offset. */
export type NoOffset = 'earliest' | 'latest' | 'error'

/** `marks`: what the log holds below, as far as it is known. */
export type StartOffset = TopicPartition & {
  readonly from: Offset
  readonly isCommitted: boolean
  readonly marks: readonly LogMark[]
}

/**
 * Where a group goes on in each partition: at its committed offset if the log still has it, and has lost nothing below it. Where it
 * has, `onLost` hears of it, and `earliest` is where other records begin. Unknown partitions are left out.
 */
export async function startOffsets(
  {groups, log}: GroupParts,
  group: string,
  partitions: readonly TopicPartition[],
  onNoOffset: NoOffset,
  onLost: (lost: LostRecords) => void = () => {},
): Promise<readonly StartOffset[]> {
  // The offsets first: bounds that are read after them cover them.
  const committed = new Map((await groups.offsets(group)).map(each => [partitionKey(each), each]))
  const marks = partitions.map(at => marksOf(committed.get(partitionKey(at))))
  const lost = await findLostRecords(
    log,
    partitions.map((at, i) => ({at, marks: marks[i] ?? []})),
  )
  const bounds = await log.bounds(partitions)
  return partitions.flatMap((at, i) => {
    const its = must(bounds[i], 'bounds')
    if (!its.isKnown) return []
    const next = committed.get(partitionKey(at))?.next
    const {topic, partition} = at
    const loss = lost[i]
    if (loss) {
      onLost(loss)
      const from = afterLoss(loss, its, onNoOffset)
      return {topic, partition, from, isCommitted: false, marks: (marks[i] ?? []).filter(({base}) => base < loss.from)}
    }
    if (next !== undefined && next >= its.begin && next <= its.end)
      return {topic, partition, from: next, isCommitted: true, marks: marks[i] ?? []}
    return {topic, partition, from: withoutOffset(at, next, its, onNoOffset), isCommitted: false, marks: []}
  })
}

function afterLoss({from, reason, ...at}: LostRecords, {begin, end}: PartitionBounds, onNoOffset: NoOffset): Offset {
  if (onNoOffset === 'earliest') return Math.max(begin, from)
  if (onNoOffset === 'latest') return end
  throw new EngineError('OFFSET_OUT_OF_RANGE', reason, {topic: at.topic, partition: at.partition, from, begin, end})
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
