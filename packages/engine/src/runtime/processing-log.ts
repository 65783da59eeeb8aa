import type {Clock} from '../base/clock.ts'
import type {Logger} from '../base/logger.ts'
import {vectorOf, type Rows} from '../chunk/chunk.ts'
import {limits} from '../limits.ts'
import {newTopic} from '../log/topic.ts'
import type {BadRow} from '../operators/operator.ts'
import type {Formats} from '../plan/formats.ts'
import type {Schema} from '../schema/schema.ts'
import {BIGINT, INT, VARCHAR} from '../schema/sql-type.ts'
import {chunkEncoder} from '../serde/topic-codec.ts'
import type {LogStore} from '../storage/port/log-store.ts'

/** One partition, JSON, without key: anybody can declare a stream over it. */
export const processingLogTopic = 'millrace_processing_log'
const processingLogFormats: Formats = {key: {name: 'KAFKA', settings: {}}, value: {name: 'JSON', settings: {}}}
const processingLogSchema: Schema = {
  key: [],
  value: [
    {name: 'QUERY', type: VARCHAR},
    {name: 'KIND', type: VARCHAR},
    {name: 'STEP', type: VARCHAR},
    {name: 'TOPIC', type: VARCHAR},
    {name: 'PARTITION', type: INT},
    {name: 'OFFSET', type: BIGINT},
    {name: 'REASON', type: VARCHAR},
  ],
}

/** Where there is none yet. */
export async function createProcessingLog(log: LogStore, clock: Clock): Promise<void> {
  const createdAtMs = clock.nowMs()
  await log.createTopic(newTopic({name: processingLogTopic, partitions: 1, isInternal: true, createdAtMs, encoding: 'bytes'}))
}

type Entry = {readonly query: string; readonly row: BadRow; readonly atMs: number}

/**
 * Rows that could not be processed, written as records beside the queries that met them. It is for people, not part of any
 * result: what exceeds `badRowsLoggedPerSecondMax`, or can't be written just now, is only counted by the task.
 */
export class ProcessingLog {
  readonly #log: LogStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #encode = chunkEncoder({schema: processingLogSchema, formats: processingLogFormats, partitions: 1})
  #pending: Entry[] = []
  #second = 0
  #inSecond = 0
  #writing: Promise<void> | undefined

  constructor(log: LogStore, clock: Clock, logger: Logger) {
    this.#log = log
    this.#clock = clock
    this.#logger = logger
  }

  report(query: string, rows: readonly BadRow[]): void {
    const atMs = this.#clock.nowMs()
    const second = Math.floor(atMs / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#inSecond = 0
    }
    const room = Math.max(0, limits.badRowsLoggedPerSecondMax - this.#inSecond)
    const taken = rows.slice(0, room)
    this.#inSecond += taken.length
    for (const row of taken) this.#pending.push({query, row, atMs})
    if (taken.length > 0) this.#writing ??= this.#write()
  }

  /** Resolves when all that was reported is written or given up. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  async #write(): Promise<void> {
    // After this turn: rows reported together make one batch.
    await Promise.resolve()
    const entries = this.#pending
    this.#pending = []
    try {
      if (await this.#append(entries)) return
      // Somebody dropped it.
      await createProcessingLog(this.#log, this.#clock)
      await this.#append(entries)
    } catch (error) {
      this.#logger.warn({error, rows: entries.length}, 'bad rows were not written to the processing log')
    } finally {
      this.#writing = this.#pending.length > 0 ? this.#write() : undefined
    }
  }

  /** Whether the topic is there. */
  async #append(entries: readonly Entry[]): Promise<boolean> {
    const {batches} = this.#encode(rowsOf(entries))
    const outcomes = await this.#log.append(batches.map(batch => ({topic: processingLogTopic, ...batch})))
    return outcomes.every(({kind}) => kind !== 'unknown-partition')
  }
}

const rowsOf = (entries: readonly Entry[]): Rows => ({
  count: entries.length,
  timestamps: entries.map(({atMs}) => atMs),
  columns: [
    entries.map(({query}) => query),
    entries.map(({row}) => row.kind),
    entries.map(({row}) => row.step),
    entries.map(({row}) => row.topic ?? null),
    entries.map(({row}) => row.partition ?? null),
    entries.map(({row}) => row.offset ?? null),
    entries.map(({row}) => row.reason),
  ].map(vectorOf),
})
