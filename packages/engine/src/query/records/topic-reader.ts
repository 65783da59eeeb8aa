import {eitherSignal} from '../../base/abort.ts'
import type {Clock} from '../../base/clock.ts'
import type {Catalog} from '../../catalog/catalog.ts'
import type {KeyEventsPage, KeyEventsRequest, LogRecord, RecordsPage, RecordsRequest, TailRequest} from '../../engine-api.ts'
import type {Source} from '../../plan/source.ts'
import type {Storage} from '../../storage/port/storage.ts'
import type {TopicAdmin} from '../topic-admin.ts'
import type {DamageReport} from './damage-report.ts'
import {keyEvents, tailKeyEvents} from './key-events.ts'
import {readPage, resolveStart} from './read-records.ts'
import {tailRecords} from './tail-records.ts'

type TopicReaderEnv = {
  readonly storage: Storage
  readonly clock: Clock
  readonly topics: TopicAdmin
  readonly catalog: () => Catalog
  readonly damage: DamageReport
  /** Ends every tail. */
  readonly closing: AbortSignal
}

/** Records of topics as the engine offers them: pages, tails and events of a key. */
export class TopicReader {
  readonly #env: TopicReaderEnv

  constructor(env: TopicReaderEnv) {
    this.#env = env
  }

  async records(request: RecordsRequest): Promise<RecordsPage> {
    const {storage, topics, damage} = this.#env
    const topic = await topics.record(request.topic)
    const positions = await resolveStart(storage.log, topic, request.from, request.onOutOfRange)
    return readPage(storage.log, topic, this.sourceOver(topic.name), positions, {
      ...request,
      ...damage.policyOf(topic, request.onCorruptBatch, `records of ${topic.name}`),
    })
  }

  /** Some of the oldest, or the newest, by time. */
  async someRecords(name: string, isFromBeginning: boolean, count: number): Promise<readonly LogRecord[]> {
    if (isFromBeginning) return (await this.records({topic: name, from: {kind: 'earliest'}, recordsMax: count})).records
    const {partitions = []} = (await this.#env.topics.find(name)) ?? {}
    const pages = partitions.map(({id: partition, beginOffset, endOffset}) => {
      const offsets = [{partition, offset: Math.max(beginOffset, endOffset - count)}]
      return this.records({topic: name, partition, from: {kind: 'offsets', offsets}, recordsMax: count})
    })
    const found = (await Promise.all(pages)).flatMap(({records}) => records)
    return found.toSorted((a, b) => a.timestampMs - b.timestampMs).slice(-count)
  }

  tail(request: TailRequest): AsyncIterableIterator<RecordsPage> {
    const {topic} = request
    const {storage, clock, topics, damage, closing} = this.#env
    const signal = eitherSignal(closing, request.signal)
    return deferred(async () => {
      const record = await topics.record(topic)
      const policy = damage.policyOf(record, request.onCorruptBatch, `records of ${topic}`)
      return tailRecords(storage, clock, record, () => this.sourceOver(topic), {...request, ...policy, signal})
    })
  }

  async keyEvents(request: KeyEventsRequest): Promise<KeyEventsPage> {
    const {storage, topics, damage, catalog} = this.#env
    const topic = await topics.record(request.topic)
    const policy = damage.policyOf(topic, undefined, `key events of ${topic.name}`)
    return keyEvents(storage.log, topic, catalog().sourcesOver(topic.name), {...request, ...policy})
  }

  tailKeyEvents(request: KeyEventsRequest & {readonly signal?: AbortSignal}): AsyncIterableIterator<KeyEventsPage> {
    const {topic} = request
    const {storage, clock, topics, damage, catalog, closing} = this.#env
    const signal = eitherSignal(closing, request.signal)
    const sources = (): readonly Source[] => catalog().sourcesOver(topic)
    return deferred(async () => {
      const record = await topics.record(topic)
      const policy = damage.policyOf(record, undefined, `key events of ${topic}`)
      return tailKeyEvents(storage, clock, record, sources, {...request, ...policy, signal})
    })
  }

  /** By which records are read; undefined when no source stands over the topic. */
  sourceOver(topic: string): Source | undefined {
    return this.#env.catalog().sourcesOver(topic)[0]
  }
}

/** An iterator that is made when it is first asked. */
function deferred<T>(open: () => Promise<AsyncIterableIterator<T>>): AsyncIterableIterator<T> {
  let inner: Promise<AsyncIterableIterator<T>> | undefined
  return {
    next: async () => (await (inner ??= open())).next(),
    return: async () => (await inner)?.return?.() ?? {done: true, value: undefined},
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
