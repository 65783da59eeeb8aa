import {randomUUID} from 'node:crypto'
import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import type {Logger} from '../base/logger.ts'
import {limits} from '../limits.ts'
import type {TopicPartition} from '../record/record.ts'
import type {GroupStore} from '../storage/port/group-store.ts'
import type {LogStore, PartitionBounds, TopicRecord} from '../storage/port/log-store.ts'
import {compactionPrefix, compactPartition} from './compact-partition.ts'
import {applyRetention, retentionRule} from './retention.ts'
import {topicConfig, type TopicConfig} from './topic.ts'

export type CleanerOptions = {
  readonly log: LogStore
  readonly documents: GroupStore
  readonly clock: Clock
  readonly logger: Logger
}

export type Cleaned = {readonly recordsTrimmed: number; readonly bytesCompacted: number}

const storeErrors: ReadonlySet<string> = new Set(['STORAGE_UNAVAILABLE', 'STORAGE_FULL', 'CLOSED'])

/** One of the two things a cleaner does. `clean` says how much of a partition went, and whether there is more to do at once. */
type Chore = {
  /** When a topic is looked at next. */
  readonly dueMs: Map<string, number>
  readonly isFor: (topic: TopicRecord) => boolean
  readonly clean: (topic: TopicRecord, at: TopicPartition, bounds: PartitionBounds) => Promise<{gone: number; isMore: boolean}>
}

/**
 * Retention and compaction in the background: beside each other, one partition after the other, a bounded piece at a time, with pauses
 * in between, so that they never hold up who produces. Any number of processes may run a cleaner over the same store.
 */
export class Cleaner {
  readonly #options: CleanerOptions
  readonly #closing = new AbortController()
  readonly #retention: Chore
  readonly #compaction: Chore
  /** All topics there are, and those that there were when the last documents of dropped ones were looked for. */
  #topics: ReadonlySet<string> = new Set()
  #topicsThen: ReadonlySet<string> | undefined
  #running: Promise<unknown> = Promise.resolve()

  constructor(options: CleanerOptions) {
    this.#options = options
    const {log, clock} = options
    this.#retention = {
      dueMs: new Map(),
      isFor: topic => retentionRule(topic, clock.nowMs()) !== undefined,
      clean: async (topic, at, bounds) => {
        const rule = retentionRule(topic, clock.nowMs())
        return {gone: rule ? await applyRetention(log, at, bounds, rule) : 0, isMore: false}
      },
    }
    const parts = {...options, owner: randomUUID(), signal: this.#closing.signal}
    this.#compaction = {
      dueMs: new Map(),
      isFor: topic => topicConfig(topic).cleanupPolicy.includes('compact'),
      clean: async (topic, at, bounds) => {
        const {bytes, isMore} = await compactPartition(parts, topic, at, bounds)
        return {gone: bytes, isMore}
      },
    }
  }

  start(): void {
    this.#running = Promise.all([this.#forEver(() => this.#visit(this.#retention)), this.#forEver(() => this.#compact())])
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
  }

  /** Looks at every topic that is due. */
  async round(): Promise<Cleaned> {
    const recordsTrimmed = await this.#visit(this.#retention)
    return {recordsTrimmed, bytesCompacted: await this.#compact()}
  }

  async #forEver(round: () => Promise<unknown>): Promise<void> {
    const {clock, logger} = this.#options
    const {signal} = this.#closing
    while (!signal.aborted) {
      await clock.sleep(limits.cleanerTickMs, signal)
      if (signal.aborted) return
      try {
        await round()
      } catch (error) {
        if (!(error instanceof EngineError)) throw error
        logger.warn(
          {code: error.code, error: error.message},
          'Retention and compaction could not go on; they will be tried again.',
        )
      }
    }
  }

  async #compact(): Promise<number> {
    const gone = await this.#visit(this.#compaction)
    await this.#forgetDropped()
    return gone
  }

  async #visit(chore: Chore): Promise<number> {
    const {log, clock} = this.#options
    const all = await log.topics()
    this.#topics = new Set(all.map(({name}) => name))
    const topics = all.filter(chore.isFor)
    const names = new Set(topics.map(({name}) => name))
    for (const name of chore.dueMs.keys()) if (!names.has(name)) chore.dueMs.delete(name)
    let gone = 0
    for (const topic of topics) {
      if (this.#closing.signal.aborted) break
      const nowMs = clock.nowMs()
      if ((chore.dueMs.get(topic.name) ?? 0) > nowMs) continue
      chore.dueMs.set(topic.name, nowMs + intervalMs(topicConfig(topic)))
      gone += await this.#visitTopic(chore, topic)
    }
    return gone
  }

  async #visitTopic(chore: Chore, topic: TopicRecord): Promise<number> {
    const {log, logger} = this.#options
    let gone = 0
    for await (const {at, bounds} of partitionsOf(log, topic)) {
      if (this.#closing.signal.aborted) break
      if (bounds.end <= bounds.begin) continue
      try {
        const cleaned = await chore.clean(topic, at, bounds)
        gone += cleaned.gone
        if (cleaned.isMore) chore.dueMs.delete(topic.name)
      } catch (error) {
        // A partition that can't be cleaned keeps no other from it, but where the store is away or full there is none to be cleaned.
        if (!(error instanceof EngineError) || storeErrors.has(error.code)) throw error
        const why = {...at, code: error.code, error: error.message}
        if (error.code === 'BATCH_CORRUPT') logger.error(why, 'A damaged batch keeps this partition from being compacted.')
        else logger.warn(why, 'A partition could not be cleaned; it will be tried again.')
      }
    }
    return gone
  }

  /** What is known of compactions goes with their topics. Looked at when a topic is gone, and once at the start. */
  async #forgetDropped(): Promise<void> {
    const {documents} = this.#options
    const [names, then] = [this.#topics, this.#topicsThen]
    if (then === undefined || [...then].some(name => !names.has(name))) {
      for (const document of await documents.documents(compactionPrefix)) {
        const topic = document.slice(compactionPrefix.length, document.lastIndexOf('/'))
        const found = names.has(topic) ? undefined : await documents.document(document)
        if (found) await documents.putDocument(document, found.version, null)
      }
    }
    this.#topicsThen = names
  }
}

/** Short times are looked at more often. */
function intervalMs({retentionMs, cleanupPolicy, tombstoneRetentionMs, maxCompactionLagMs}: TopicConfig): number {
  const deleting = cleanupPolicy === 'compact' ? Infinity : (retentionMs ?? Infinity)
  const compacting = cleanupPolicy === 'delete' ? Infinity : Math.min(tombstoneRetentionMs, maxCompactionLagMs ?? Infinity)
  const shortest = Math.min(deleting, compacting)
  return Math.min(Math.max(shortest / 10, limits.cleanerTickMs), limits.cleanerIntervalMsMax)
}

async function* partitionsOf(log: LogStore, {name, partitions}: TopicRecord) {
  const step = limits.cleanerPartitionsPerRead
  for (let from = 0; from < partitions; from += step) {
    const places = Array.from({length: Math.min(step, partitions - from)}, (_, i): TopicPartition => ({
      topic: name,
      partition: from + i,
    }))
    for (const [i, bounds] of (await log.bounds(places)).entries()) {
      const at = places[i]
      if (at) yield {at, bounds}
    }
  }
}
