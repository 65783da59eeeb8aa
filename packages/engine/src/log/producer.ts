import {must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import {encodeBytes, maxTimestamp} from '../batch/encode-batch.ts'
import {limits} from '../limits.ts'
import type {BytesRecord, Offset, TopicPartition} from '../record/record.ts'
import type {AppendOutcome} from '../storage/port/log-store.ts'
import {IdempotentAppender, type AppenderOptions, type UnstampedBatch} from './appender.ts'
import {Partitioner} from './partitioner.ts'
import {retrying} from './retry.ts'

export type ProducerOptions = AppenderOptions & {
  /**
   * LEADER by default. NONE: a send resolves at once, and nobody hears of a failure. See `AppendOptions`.
   */
  readonly acks?: 'NONE' | 'LEADER' | 'ALL'
  /** ms to wait for more records while busy. An idle producer sends at once. Default 0. */
  readonly lingerMs?: number
  readonly compression?: 'none' | 'zstd'
}

/** A record of opaque bytes and where it goes: its partition if it names one, else by its key. */
export type OutgoingRecord = BytesRecord & {readonly topic: string; readonly partition?: number}
/** `offset` is -1 with acks NONE: the answer does not wait for the log. */
export type RecordPlace = TopicPartition & {readonly offset: Offset}

type Waiting = {
  readonly record: OutgoingRecord
  readonly resolve: (place: RecordPlace) => void
  readonly reject: (error: unknown) => void
}
type Collected = {readonly at: TopicPartition; readonly waiting: readonly Waiting[]}
type Queue = {readonly at: TopicPartition; readonly partitioner: Partitioner; readonly waiting: Waiting[]}

/**
 * Collects records into batches. While one append is under way the next records gather, so batches grow with the load and
 * nobody waits for a timer. Records of one partition are stored in the order of their sends, each once.
 */
export class Producer {
  readonly #options: ProducerOptions
  readonly #appender: IdempotentAppender
  readonly #partitioners = new Map<string, Promise<Partitioner>>()
  readonly #queues = new Map<string, Queue>()
  #waitingCount = 0
  #running: Promise<void> | undefined
  #isBusy = false
  #isClosed = false

  constructor(options: ProducerOptions) {
    this.#options = options
    this.#appender = new IdempotentAppender(options)
  }

  /**
   * Where the record was stored. EngineErrors: TOPIC_NOT_FOUND, PARTITION_NOT_FOUND, RECORD_TOO_LARGE, LIMIT_EXCEEDED (too
   * many wait; try later), CLOSED, and what the log fails with after all attempts.
   */
  async send(record: OutgoingRecord): Promise<RecordPlace> {
    if (this.#isClosed) throw new EngineError('CLOSED', 'the producer is closed')
    if (this.#waitingCount >= limits.producerRecordsMax)
      throw new EngineError(
        'LIMIT_EXCEEDED',
        `${this.#waitingCount} records wait to be sent, expected fewer than ${limits.producerRecordsMax}`,
      )
    const bytes = sizeOf(record)
    if (bytes > limits.batchBytesMax)
      throw new EngineError('RECORD_TOO_LARGE', `found a record of ${bytes} bytes, expected at most ${limits.batchBytesMax}`)
    const partitioner = await this.#partitionerOf(record.topic)
    const at = {topic: record.topic, partition: partitioner.partition(record.key, record.partition)}
    const stored = new Promise<RecordPlace>((resolve, reject) => this.#enqueue(at, partitioner, {record, resolve, reject}))
    if (this.#options.acks !== 'NONE') return stored
    stored.catch(() => {})
    return {...at, offset: -1}
  }

  /** Resolves when everything sent so far is stored or refused. */
  async flush(): Promise<void> {
    while (this.#running) await this.#running
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.flush()
  }

  /** One promise for all sends, so that they go on in their order. */
  #partitionerOf(topic: string): Promise<Partitioner> {
    const known = this.#partitioners.get(topic)
    if (known) return known
    const opening = this.#openTopic(topic)
    this.#partitioners.set(topic, opening)
    opening.catch(() => this.#partitioners.delete(topic))
    return opening
  }

  async #openTopic(topic: string): Promise<Partitioner> {
    const {log, clock} = this.#options
    const found = await retrying(clock, () => log.topic(topic))
    if (!found) throw new EngineError('TOPIC_NOT_FOUND', `there is no topic ${topic}`, {topic})
    return new Partitioner(found.partitions)
  }

  #enqueue(at: TopicPartition, partitioner: Partitioner, waiting: Waiting): void {
    const name = `${at.topic}/${at.partition}`
    const queue = this.#queues.get(name) ?? {at, partitioner, waiting: []}
    this.#queues.set(name, queue)
    queue.waiting.push(waiting)
    this.#waitingCount++
    // A microtask later: sends of the same turn go together.
    this.#running ??= Promise.resolve().then(() => this.#run())
  }

  async #run(): Promise<void> {
    while (this.#waitingCount > 0) {
      const {lingerMs = 0, clock} = this.#options
      if (this.#isBusy && lingerMs > 0 && !this.#isClosed) await clock.sleep(lingerMs)
      await this.#sendBatches(this.#takeBatches())
      this.#isBusy = true
    }
    this.#isBusy = false
    this.#running = undefined
  }

  #takeBatches(): readonly Collected[] {
    const taken: Collected[] = []
    const partitioners = new Set<Partitioner>()
    for (const [name, queue] of this.#queues) {
      if (taken.length === limits.producerBatchesPerAppendMax) break
      const waiting = takeBatch(queue)
      this.#waitingCount -= waiting.length
      taken.push({at: queue.at, waiting})
      // Behind the others, so that every partition has its turn.
      this.#queues.delete(name)
      if (queue.waiting.length > 0) this.#queues.set(name, queue)
      partitioners.add(queue.partitioner)
    }
    for (const partitioner of partitioners) partitioner.nextBatch()
    return taken
  }

  async #sendBatches(taken: readonly Collected[]): Promise<void> {
    try {
      const batches = taken.map(({at, waiting}) => encodeWaiting(at, waiting, this.#options.compression ?? 'zstd'))
      const outcomes = await this.#appender.append(batches, {acks: this.#options.acks ?? 'LEADER'})
      taken.forEach((collected, i) => this.#settle(collected, must(outcomes[i], 'outcome of a batch')))
    } catch (error) {
      for (const {waiting} of taken) for (const {reject} of waiting) reject(error)
    }
  }

  #settle({at, waiting}: Collected, outcome: AppendOutcome): void {
    if (outcome.kind === 'appended' || outcome.kind === 'duplicate')
      return waiting.forEach(({resolve}, i) => resolve({offset: outcome.baseOffset + i, ...at}))
    // The topic is gone, or is another one of the same name.
    if (outcome.kind === 'unknown-partition') this.#partitioners.delete(at.topic)
    const error = refusalOf(at, outcome.kind)
    for (const {reject} of waiting) reject(error)
  }
}

/** A little more than the record takes in a batch. */
function sizeOf({key, value, headers}: BytesRecord): number {
  let bytes = 32 + (key?.length ?? 0) + (value?.length ?? 0)
  for (const header of headers) bytes += 8 + header.key.length * 3 + (header.value?.length ?? 0)
  return bytes
}

function takeBatch(queue: Queue): readonly Waiting[] {
  let bytes = 0
  let count = 0
  while (count < queue.waiting.length && count < limits.batchRecordsMax) {
    bytes += sizeOf(must(queue.waiting[count], 'waiting record').record)
    if (bytes > limits.batchBytesMax && count > 0) break
    count++
  }
  return queue.waiting.splice(0, count)
}

function encodeWaiting(at: TopicPartition, waiting: readonly Waiting[], compression: 'none' | 'zstd'): UnstampedBatch {
  const records = waiting.map(({record}) => record)
  const timestamps = records.map(({timestampMs}) => timestampMs)
  const bytes = encodeBytes(
    {
      count: records.length,
      timestamps,
      ...(records.some(({headers}) => headers.length > 0) && {headers: records.map(({headers}) => headers)}),
      keys: {kind: 'bytes', values: records.map(({key}) => key)},
      values: {kind: 'bytes', values: records.map(({value}) => value)},
    },
    {compression},
  )
  return {...at, bytes, count: records.length, maxTimestampMs: maxTimestamp(timestamps, records.length)}
}

function refusalOf(at: TopicPartition, kind: AppendOutcome['kind']): EngineError {
  if (kind === 'unknown-partition')
    return new EngineError('PARTITION_NOT_FOUND', `there is no partition ${at.partition} of topic ${at.topic}`, at)
  const code = kind === 'fenced' ? 'FENCED_EPOCH' : 'SEQUENCE_OUT_OF_ORDER'
  return new EngineError(code, `partition ${at.partition} of topic ${at.topic} refused a batch: ${kind}`, at)
}
