import {randomUUID} from 'node:crypto'
import {assertNever, must} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {ProduceRequest, ProduceResult} from '../../engine-api.ts'
import {limits} from '../../limits.ts'
import {IdempotentAppender} from '../../log/appender.ts'
import type {Source} from '../../plan/source.ts'
import type {Offset} from '../../record/record.ts'
import type {AppendBatch, AppendOutcome, LogStore, TopicRecord} from '../../storage/port/log-store.ts'
import {encodePositions} from '../positions.ts'
import {encodeRequest} from './encode-request.ts'

type Range = ProduceResult['ranges'][number]

/** Takes records from outside: checks them against the sources over their topic, encodes them, appends them. */
export class RecordWriter {
  readonly #log: LogStore
  readonly #clock: Clock
  readonly #appenders = new Map<string, IdempotentAppender>()
  readonly #writer = randomUUID()
  #records = 0
  #bytes = 0

  constructor(log: LogStore, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  /** Since this process began. */
  get totals(): {readonly records: number; readonly bytes: number} {
    return {records: this.#records, bytes: this.#bytes}
  }

  async produce(request: ProduceRequest, topic: TopicRecord, sources: readonly Source[]): Promise<ProduceResult> {
    const {records, isAtomic} = request
    if (records.length > limits.produceRecordsMax)
      throw new EngineError(
        'LIMIT_EXCEEDED',
        `found ${records.length} records, expected at most ${limits.produceRecordsMax} in one request`,
      )
    const {batches, errors} = encodeRequest(topic, sources, records, this.#clock.nowMs())
    if (batches.length === 0 || (isAtomic === true && errors.length > 0)) return nothingWritten(topic, records.length, errors)
    const outcomes = await this.#append(request, batches)
    for (const [i, batch] of batches.entries()) if (outcomes[i]?.kind === 'appended') this.#count(batch)
    return resultOf(topic, records.length, errors, batches, outcomes)
  }

  /** Without a producer of the caller's own, ours makes a retry of the storage's connection harmless. */
  async #append(request: ProduceRequest, batches: readonly AppendBatch[]): Promise<readonly AppendOutcome[]> {
    const {topic, producer, isAtomic = false, acks = 'LEADER'} = request
    if (producer === undefined) return this.#appender(topic).append(batches, {isAtomic, acks})
    const [batch, ...more] = batches
    if (more.length > 0)
      throw new EngineError(
        'INVALID_ARGUMENT',
        'a request with a producer id must go to one partition and fit one batch: its sequence counts batches',
      )
    return this.#log.append([{...must(batch, 'batch'), producer}], {isAtomic, acks})
  }

  #appender(topic: string): IdempotentAppender {
    const known = this.#appenders.get(topic)
    if (known) return known
    const appender = new IdempotentAppender({log: this.#log, clock: this.#clock, producerId: this.#writer})
    this.#appenders.set(topic, appender)
    return appender
  }

  #count({count, bytes}: AppendBatch): void {
    this.#records += count
    this.#bytes += bytes.length
  }
}

const nothingWritten = ({name}: TopicRecord, rejected: number, errors: ProduceResult['errors']): ProduceResult => ({
  accepted: 0,
  rejected,
  ranges: [],
  errors,
  token: encodePositions('write', '', {[name]: []}),
  isDuplicate: false,
})

function resultOf(
  topic: TopicRecord,
  sent: number,
  errors: ProduceResult['errors'],
  batches: readonly AppendBatch[],
  outcomes: readonly AppendOutcome[],
): ProduceResult {
  const ranges: Range[] = []
  const ends = new Array<Offset>(topic.partitions).fill(0)
  for (const [i, {partition, count}] of batches.entries()) {
    const outcome = must(outcomes[i], 'outcome of a batch')
    const firstOffset = baseOf(outcome, topic.name, partition)
    addRange(ranges, {partition, firstOffset, lastOffset: firstOffset + count - 1})
    ends[partition] = Math.max(ends[partition] ?? 0, firstOffset + count)
  }
  return {
    accepted: sent - errors.length,
    rejected: errors.length,
    ranges,
    errors,
    token: encodePositions('write', '', {[topic.name]: ends}),
    isDuplicate: outcomes.every(({kind}) => kind === 'duplicate'),
  }
}

function baseOf(outcome: AppendOutcome, topic: string, partition: number): Offset {
  switch (outcome.kind) {
    case 'appended':
    case 'duplicate':
      return outcome.baseOffset
    case 'out-of-order':
      throw new EngineError('SEQUENCE_OUT_OF_ORDER', `${topic}/${partition} expects sequence ${outcome.expectedSequence} next`)
    case 'fenced':
      throw new EngineError('FENCED_EPOCH', `${topic}/${partition} has seen epoch ${outcome.by} of this producer`)
    case 'conflict':
      throw new EngineError('VERSION_CONFLICT', `${topic}/${partition} ends at ${outcome.end}`)
    case 'unknown-partition':
      throw new EngineError('TOPIC_NOT_FOUND', `topic ${topic} has no partition ${partition} any more`)
    case 'aborted':
      throw new EngineError('VERSION_CONFLICT', `${topic}/${partition} was not written because another partition refused`)
    default:
      return assertNever(outcome, 'outcome')
  }
}

/** Runs that follow each other are one range. */
function addRange(ranges: Range[], range: Range): void {
  const last = ranges.at(-1)
  if (last?.partition === range.partition && last.lastOffset + 1 === range.firstOffset)
    ranges[ranges.length - 1] = {...last, lastOffset: range.lastOffset}
  else ranges.push(range)
}
