import {checksumOf} from '../batch/header.ts'
import type {Offset, TopicPartition} from '../record/record.ts'
import {partitionKey} from '../record/record.ts'
import type {CommittedOffset} from '../storage/port/group-store.ts'
import type {BatchHead, LogStore} from '../storage/port/log-store.ts'
import {decodeMarks, encodeMarks, type LogMark} from './log-marks.ts'

/** A log that holds other records than those that were read: a server that had not received these took over. */
export type LostRecords = TopicPartition & {
  /** From here on records are others; 0 where all that is known of is gone. */
  readonly from: Offset
  /** What was found, and expected, where. */
  readonly reason: string
}

/** Whether logs still hold what was read of them, as far as that is known: undefined where they do. One small read. */
export async function findLostRecords(
  log: LogStore,
  places: readonly {readonly at: TopicPartition; readonly marks: readonly LogMark[]}[],
): Promise<readonly (LostRecords | undefined)[]> {
  const asked = places.flatMap(({at: {topic, partition}, marks}) => marks.map(({base}) => ({topic, partition, offset: base})))
  const heads = asked.length === 0 ? [] : await log.heads(asked)
  let next = 0
  return places.map(({at, marks}) => {
    const found = marks.map(mark => ({mark, head: heads[next++]}))
    return lossOf(
      at,
      found.sort((one, other) => one.mark.base - other.mark.base),
    )
  })
}

type Found = {readonly mark: LogMark; readonly head: BatchHead | undefined}

function lossOf({topic, partition}: TopicPartition, found: readonly Found[]): LostRecords | undefined {
  let from = 0
  for (const {mark, head} of found) {
    if (!head) continue
    const isThere = head.baseOffset === mark.base && checksumOf(head.bytes) === mark.checksum
    if (!isThere) return {topic, partition, from, reason: reasonOf({topic, partition}, mark, head)}
    from = head.baseOffset + head.count
  }
  return undefined
}

function reasonOf(at: TopicPartition, {base, checksum}: LogMark, head: BatchHead): string {
  const found =
    head.baseOffset === base
      ? `a batch with the checksum ${checksumOf(head.bytes)}`
      : `none (the one before begins at ${head.baseOffset})`
  return `found ${found} at offset ${base} of ${partitionKey(at)}, expected the one that was read there, with the checksum ${checksum}: the log has lost it, and gives its offsets to other records`
}

/** Offsets from a commit's last one at which a log is asked what it holds, where nobody here has read it. */
const askedDistances = [1, 100, 10_000]

/** Offsets with what the log holds below them now. */
export async function withMarks(log: LogStore, offsets: readonly CommittedOffset[]): Promise<readonly CommittedOffset[]> {
  const asked = offsets.flatMap(({topic, partition, next}) =>
    askedDistances.filter(distance => next >= distance).map(distance => ({topic, partition, offset: next - distance})),
  )
  const heads = asked.length === 0 ? [] : await log.heads(asked)
  let at = 0
  return offsets.map(offset => {
    const count = askedDistances.filter(distance => offset.next >= distance).length
    const found = heads.slice(at, (at += count)).filter(head => head !== undefined)
    const apart = found.filter(({baseOffset}, i) => baseOffset !== found[i - 1]?.baseOffset)
    return markedWith(offset, apart.map(markOf))
  })
}

const markOf = ({baseOffset, bytes}: BatchHead): LogMark => ({base: baseOffset, checksum: checksumOf(bytes)})

/** Newest first. */
export const markedWith = (offset: CommittedOffset, marks: readonly LogMark[]): CommittedOffset =>
  marks.length === 0 ? offset : {...offset, marks: encodeMarks(marks)}

export const marksOf = (committed: CommittedOffset | undefined): readonly LogMark[] => decodeMarks(committed?.marks)
