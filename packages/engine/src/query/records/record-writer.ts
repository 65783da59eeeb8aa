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
import type {AppendBatch, AppendOptions, TopicRecord} from '../../storage/port/log-store.ts'
import type {Storage} from '../../storage/port/storage.ts'
import {encodeConditional, mustBeWhole} from './produce-conditions.ts'
import {Produced, type Appended} from './produced.ts'
import {mustBeStored} from './stored-at.ts'

type Work = {
  readonly request: ProduceRequest
  readonly batches: readonly AppendBatch[]
  readonly isAtomic: boolean
  /** The same with each named event in a batch of its own. */
  readonly eventsApart: () => readonly AppendBatch[]
  /** By which records of the topic are read. */
  readonly source: Source | undefined
}

const nothing: Appended = {batches: [], outcomes: []}

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
    if (isAtomic && errors.length > 0) return new Produced(topic, request, errors, nothing)
    if (batches.length === 0) {
      if (consumed) await commitGroupOffsets(this.#storage, consumed)
      return new Produced(topic, request, errors, nothing)
    }
    const appended = await this.#appendWith(consumed, {request, batches, isAtomic, eventsApart, source: sources[0]})
    for (const [i, batch] of appended.batches.entries()) if (appended.outcomes[i]?.kind === 'appended') this.#count(batch)
    mustBeStored(appended.batches, appended.outcomes, sources[0])
    return new Produced(topic, request, errors, appended)
  }

  /** The offsets of a consumer group move in the step that appends, or both do not happen. */
  async #appendWith(consumed: ProduceRequest['consumed'], work: Work): Promise<Appended> {
    if (!consumed) return this.#append(work, {isAtomic: work.isAtomic})
    const offsets = await committedOffsets(this.#storage, consumed)
    let appended = nothing
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
      const known = await this.#appendEvents(batches, {acks, ...options})
      // An end that is expected is that of all of them: then there is no part to add.
      if (request.expectedEnds || !known.outcomes.some(({kind}) => kind === 'known-events')) return known
      return this.#appendEvents(eventsApart(), {acks, ...options})
    }
    if (producer === undefined) {
      const appender = this.#appender(topic, options.groupOffsets?.group)
      return {batches, outcomes: await appender.append(batches, {acks, ...options})}
    }
    const [batch, ...more] = batches
    if (more.length > 0)
      throw new EngineError(
        'INVALID_ARGUMENT',
        'a request with a producer id must go to one partition and fit one batch: its sequence counts batches',
      )
    const stamped = [{producer, ...must(batch, 'batch')}]
    return {batches: stamped, outcomes: await this.#storage.log.append(stamped, {acks, ...options})}
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
