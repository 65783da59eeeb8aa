import {must} from '../../base/assert.ts'
import type {ProduceRequest, ProduceResult} from '../../engine-api.ts'
import type {Offset} from '../../record/record.ts'
import type {AppendBatch, AppendOutcome, TopicRecord} from '../../storage/port/log-store.ts'
import {encodePositions} from '../positions.ts'
import {storedAt} from './stored-at.ts'

type Errors = ProduceResult['errors']
type Range = ProduceResult['ranges'][number]

/** Batches and what became of each: all of them stand in the log. */
export type Appended = {readonly batches: readonly AppendBatch[]; readonly outcomes: readonly AppendOutcome[]}

/** What a produce answers. A class, not an object with a getter: V8 makes a hidden class for each of those, which outlives it. */
export class Produced implements ProduceResult {
  readonly accepted: number
  readonly rejected: number
  readonly ranges: readonly Range[]
  readonly errors: Errors
  readonly isDuplicate: boolean
  readonly acks: ProduceResult['acks']
  readonly #topic: string
  readonly #ends: readonly Offset[]

  constructor({name, partitions}: TopicRecord, {records, acks}: ProduceRequest, errors: Errors, {batches, outcomes}: Appended) {
    const isWritten = batches.length > 0
    const ranges: Range[] = []
    const ends = new Array<Offset>(isWritten ? partitions : 0).fill(0)
    for (const [i, {partition, count}] of batches.entries()) {
      const firstOffset = storedAt(must(outcomes[i], 'outcome of a batch'))
      addRange(ranges, {partition, firstOffset, lastOffset: firstOffset + count - 1})
      ends[partition] = Math.max(ends[partition] ?? 0, firstOffset + count)
    }
    this.accepted = isWritten ? records.length - errors.length : 0
    this.rejected = records.length - this.accepted
    this.ranges = ranges
    this.errors = errors
    this.isDuplicate = isWritten && outcomes.every(({kind}) => kind === 'duplicate')
    // The log answers NONE as LEADER, and ALL too where it can't be given.
    this.acks = acks === 'ALL' && isWritten && !outcomes.some(isUnderAcknowledged) ? 'ALL' : 'LEADER'
    this.#topic = name
    this.#ends = ends
  }

  /** Made when it is asked for: few ask. */
  get token(): string {
    return encodePositions('write', '', {[this.#topic]: this.#ends})
  }
}

const isUnderAcknowledged = (outcome: AppendOutcome): boolean => 'acks' in outcome

/** Runs that follow each other are one range. */
function addRange(ranges: Range[], range: Range): void {
  const last = ranges.at(-1)
  if (last?.partition === range.partition && last.lastOffset + 1 === range.firstOffset)
    ranges[ranges.length - 1] = {...last, lastOffset: range.lastOffset}
  else ranges.push(range)
}
