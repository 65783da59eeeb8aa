import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import type {Logger} from '../base/logger.ts'
import {limits} from '../limits.ts'
import type {TopicPartition} from '../record/record.ts'
import type {GroupStore} from '../storage/port/group-store.ts'
import type {LogStore, TopicRecord} from '../storage/port/log-store.ts'
import {compactPartition} from './compact-partition.ts'
import {applyRetention, retentionRule} from './retention.ts'
import {topicConfig} from './topic.ts'

export type CleanerOptions = {
  readonly log: LogStore
  readonly documents: GroupStore
  readonly clock: Clock
  readonly logger: Logger
}

export type Cleaned = {readonly recordsTrimmed: number; readonly bytesCompacted: number}

/**
 * Retention and compaction in the background: one partition after the other, a bounded piece at a time, with pauses in
 * between, so that it never holds up who produces. Any number of processes may run one over the same store.
 */
export class Cleaner {
  readonly #options: CleanerOptions
  readonly #closing = new AbortController()
  /** When a topic is looked at next. */
  readonly #dueMs = new Map<string, number>()
  #running: Promise<void> = Promise.resolve()

  constructor(options: CleanerOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#run()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
  }

  /** Looks at every topic that is due. */
  async round(): Promise<Cleaned> {
    const {log, clock} = this.#options
    const topics = await log.topics()
    const names = new Set(topics.map(({name}) => name))
    for (const name of this.#dueMs.keys()) if (!names.has(name)) this.#dueMs.delete(name)
    let recordsTrimmed = 0
    let bytesCompacted = 0
    for (const topic of topics) {
      if (this.#closing.signal.aborted) break
      const nowMs = clock.nowMs()
      if ((this.#dueMs.get(topic.name) ?? 0) > nowMs) continue
      this.#dueMs.set(topic.name, nowMs + intervalMs(topic))
      const cleaned = await this.#clean(topic)
      recordsTrimmed += cleaned.recordsTrimmed
      bytesCompacted += cleaned.bytesCompacted
    }
    return {recordsTrimmed, bytesCompacted}
  }

  async #run(): Promise<void> {
    const {clock, logger} = this.#options
    const {signal} = this.#closing
    while (!signal.aborted) {
      await clock.sleep(limits.cleanerTickMs, signal)
      if (signal.aborted) return
      try {
        await this.round()
      } catch (error) {
        if (!(error instanceof EngineError)) throw error
        logger.warn(
          {code: error.code, error: error.message},
          'Retention and compaction could not go on; they will be tried again.',
        )
      }
    }
  }

  async #clean(topic: TopicRecord): Promise<Cleaned> {
    const {log, documents, clock, logger} = this.#options
    const rule = retentionRule(topic, clock.nowMs())
    const isCompacted = topicConfig(topic).cleanupPolicy.includes('compact')
    let recordsTrimmed = 0
    let bytesCompacted = 0
    if (!rule && !isCompacted) return {recordsTrimmed, bytesCompacted}
    for await (const {at, bounds} of partitionsOf(log, topic)) {
      if (this.#closing.signal.aborted) break
      if (bounds.end <= bounds.begin) continue
      try {
        if (rule) recordsTrimmed += await applyRetention(log, at, bounds, rule, limits.compactionBytesMax)
        if (isCompacted) bytesCompacted += await compactPartition({log, documents, clock}, topic, at, bounds)
      } catch (error) {
        if (!(error instanceof EngineError) || error.code !== 'BATCH_CORRUPT') throw error
        logger.error({...at, error: error.message}, 'A damaged batch keeps this partition from being compacted.')
      }
    }
    return {recordsTrimmed, bytesCompacted}
  }
}

/** Short retentions are looked at more often. */
function intervalMs(topic: TopicRecord): number {
  const {retentionMs, cleanupPolicy} = topicConfig(topic)
  const byTime = cleanupPolicy === 'compact' ? null : retentionMs
  return Math.min(Math.max((byTime ?? Infinity) / 10, limits.cleanerTickMs), limits.cleanerIntervalMsMax)
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
