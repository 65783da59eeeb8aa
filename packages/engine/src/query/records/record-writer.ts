import {randomUUID} from 'node:crypto'
import {must} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {ProduceRequest, ProduceResult} from '../../engine-api.ts'
import {commitGroupOffsets, committedOffsets, withFence} from '../../groups/commit.ts'
import {limits} from '../../limits.ts'
import {IdempotentAppender} from '../../log/appender.ts'
import {retrying} from '../../log/retry.ts'
import type {Source} from '../../plan/source.ts'
import type {Offset} from '../../record/record.ts'
import type {AppendBatch, AppendOptions, AppendOutcome, TopicRecord} from '../../storage/port/log-store.ts'
import type {Storage} from '../../storage/port/storage.ts'
import {encodePositions} from '../positions.ts'
import {encodeConditional, mustBeWhole} from './produce-conditions.ts'
import {mustBeStored, storedAt} from './stored-at.ts'

type Range = ProduceResult['ranges'][number]
type Work = {
  readonly request: ProduceRequest
  readonly batches: readonly AppendBatch[]
  readonly isAtomic: boolean
  /** The same with each named event in a batch of its own. */
  readonly eventsApart: () => readonly AppendBatch[]
  /** By which records of the topic are read. */
  readonly source: Source | undefined
}
type Appended = {readonly batches: readonly AppendBatch[]; readonly outcomes: readonly AppendOutcome[]}

/** Takes records from outside: checks them against the sources over their topic, encodes them, appends them. */
export class RecordWriter {
  readonly #storage: Pick<Storage, 'log' | 'groups'>
  readonly #clock: Clock
  readonly #appenders = new Map<string, IdempotentAppender>()
  /** By group and topic: where a group remembers producers, their sequences are its own. */
  readonly #groupAppenders = new Map<string, IdempotentAppender>()
  #records = 0
  #bytes = 0

  constructor(storage: Pick<Storage, 'log' | 'groups'>, clock: Clock) {
    this.#storage = storage
    this.#clock = clock
  }

  /** Since this process began. */
  get totals(): {readonly records: number; readonly bytes: number} {
    return {records: this.#records, bytes: this.#bytes}
  }

  async produce(request: ProduceRequest, topic: TopicRecord, sources: readonly Source[]): Promise<ProduceResult> {
    const {records, consumed} = request
    if (records.length > limits.produceRecordsMax)
      throw new EngineError(
        'LIMIT_EXCEEDED',
        `found ${records.length} records, expected at most ${limits.produceRecordsMax} in one request`,
      )
    const isAtomic = mustBeWhole(request)
    const nowMs = this.#clock.nowMs()
    const {batches, errors} = encodeConditional(topic, sources, request, {nowMs, eventsApart: false})
    const eventsApart = () => encodeConditional(topic, sources, request, {nowMs, eventsApart: true}).batches
    if (isAtomic && errors.length > 0) return nothingWritten(topic, records.length, errors)
    if (batches.length === 0) {
      if (consumed) await commitGroupOffsets(this.#storage, consumed)
      return nothingWritten(topic, records.length, errors)
    }
    const appended = await this.#appendWith(consumed, {request, batches, isAtomic, eventsApart, source: sources[0]})
    for (const [i, batch] of appended.batches.entries()) if (appended.outcomes[i]?.kind === 'appended') this.#count(batch)
    return resultOf({topic, source: sources[0]}, request, errors, appended)
  }

  /** The offsets of a consumer group move in the step that appends, or both do not happen. */
  async #appendWith(consumed: ProduceRequest['consumed'], work: Work): Promise<Appended> {
    if (!consumed) return this.#append(work, {isAtomic: work.isAtomic})
    const offsets = await committedOffsets(this.#storage, consumed)
    let appended: Appended = {batches: [], outcomes: []}
    await withFence(this.#storage, consumed, async generation => {
      const groupOffsets = {group: consumed.group, offsets, ...(generation !== undefined && {generation})}
      appended = await this.#append(work, {isAtomic: true, groupOffsets})
      const isStale = appended.outcomes.every(({kind}) => kind === 'aborted')
      if (!isStale) mustBeStored(appended.batches, appended.outcomes, work.source)
      return !isStale
    })
    return appended
  }

  /** Without a producer of the caller's own, ours makes a retry of the storage's connection harmless; so do ids of events. */
  async #append({request, batches, eventsApart}: Work, options: AppendOptions): Promise<Appended> {
    const {topic, producer, acks = 'LEADER'} = request
    if (batches.some(({eventIds}) => eventIds !== undefined)) {
      const known = await this.#appendEvents(batches, {...options, acks})
      // An end that is expected is that of all of them: then there is no part to add.
      if (request.expectedEnds || !known.outcomes.some(({kind}) => kind === 'known-events')) return known
      return this.#appendEvents(eventsApart(), {...options, acks})
    }
    if (producer === undefined) {
      const appender = this.#appender(topic, options.groupOffsets?.group)
      return {batches, outcomes: await appender.append(batches, {...options, acks})}
    }
    const [batch, ...more] = batches
    if (more.length > 0)
      throw new EngineError(
        'INVALID_ARGUMENT',
        'a request with a producer id must go to one partition and fit one batch: its sequence counts batches',
      )
    return {batches, outcomes: await this.#storage.log.append([{...must(batch, 'batch'), producer}], {...options, acks})}
  }

  async #appendEvents(batches: readonly AppendBatch[], options: AppendOptions): Promise<Appended> {
    return {batches, outcomes: await retrying(this.#clock, () => this.#storage.log.append(batches, options))}
  }

  #appender(topic: string, group: string | undefined): IdempotentAppender {
    const [appenders, name] = group === undefined ? [this.#appenders, topic] : [this.#groupAppenders, `${topic} ${group}`]
    const known = appenders.get(name)
    if (known) return known
    const appender = new IdempotentAppender({log: this.#storage.log, clock: this.#clock, producerId: randomUUID()})
    appenders.set(name, appender)
    const [oldest] = this.#groupAppenders.keys()
    if (this.#groupAppenders.size > limits.groupAppendersMax && oldest !== undefined) this.#groupAppenders.delete(oldest)
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
  acks: 'LEADER',
})

function resultOf(
  {topic, source}: {readonly topic: TopicRecord; readonly source: Source | undefined},
  {records, producer, acks = 'LEADER'}: ProduceRequest,
  errors: ProduceResult['errors'],
  {batches, outcomes}: Appended,
): ProduceResult {
  const ranges: Range[] = []
  const ends = new Array<Offset>(topic.partitions).fill(0)
  mustBeStored(producer ? batches.map(batch => ({...batch, producer})) : batches, outcomes, source)
  for (const [i, {partition, count}] of batches.entries()) {
    const firstOffset = storedAt(must(outcomes[i], 'outcome of a batch'))
    addRange(ranges, {partition, firstOffset, lastOffset: firstOffset + count - 1})
    ends[partition] = Math.max(ends[partition] ?? 0, firstOffset + count)
  }
  return {
    accepted: records.length - errors.length,
    rejected: errors.length,
    ranges,
    errors,
    // Few ask for it.
    get token() {
      return encodePositions('write', '', {[topic.name]: ends})
    },
    isDuplicate: outcomes.every(({kind}) => kind === 'duplicate'),
    // The log answers NONE as LEADER, and ALL too where it can't be given.
    acks: acks === 'ALL' && !outcomes.some(isUnderAcknowledged) ? 'ALL' : 'LEADER',
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
