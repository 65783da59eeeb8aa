import {EngineError} from '../base/errors.ts'
import type {Offset} from '../record/record.ts'

export type ResetTarget =
  | {readonly kind: 'earliest'}
  | {readonly kind: 'latest'}
  /** The first record at or after it; the end where all are older. */
  | {readonly kind: 'timestamp'; readonly timestampMs: number}
  /** Records forward, or back where it is negative, from the committed offset (or the begin). */
  | {readonly kind: 'shift'; readonly by: number}
  | {readonly kind: 'offsets'; readonly offsets: readonly {readonly partition: number; readonly offset: Offset}[]}

export type GroupReset = {
  readonly group: string
  readonly topic: string
  /** Absent: all of the topic; with `offsets`, those named there. */
  readonly partitions?: readonly number[] | undefined
  readonly to: ResetTarget
  /** Only say what would change. */
  readonly isDryRun?: boolean | undefined
}

/** Throws INVALID_ARGUMENT for what no group can be reset to. */
export function checkReset({topic, partitions, to}: GroupReset): void {
  checkTarget(to)
  if (partitions) checkOnce('partitions', topic, partitions)
  if (to.kind !== 'offsets') return
  const named = to.offsets.map(({partition}) => partition)
  const moved = checkOnce('offsets', topic, named)
  const still = partitions?.find(partition => !moved.has(partition))
  if (still === undefined) return
  const message = `offsets: found none for ${topic}/${still}, expected one for each of the partitions`
  throw new EngineError('INVALID_ARGUMENT', message)
}

/** Of two offsets for a partition one would be left out. */
function checkOnce(name: string, topic: string, partitions: readonly number[]): ReadonlySet<number> {
  const named = new Set<number>()
  for (const partition of partitions) {
    if (named.has(partition))
      throw new EngineError('INVALID_ARGUMENT', `${name}: found ${topic}/${partition} twice, expected it once`)
    named.add(partition)
  }
  return named
}

/** What is no number would be committed as one. */
function checkTarget(to: ResetTarget): void {
  const numbers =
    to.kind === 'timestamp'
      ? [to.timestampMs]
      : to.kind === 'shift'
        ? [to.by]
        : to.kind === 'offsets'
          ? to.offsets.map(({offset}) => offset)
          : []
  const wrong = numbers.find(number => !Number.isSafeInteger(number))
  if (wrong !== undefined)
    throw new EngineError('INVALID_ARGUMENT', `reset to ${to.kind}: found ${wrong}, expected a whole number`)
}
