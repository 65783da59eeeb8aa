import {must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import {sliceChunk} from '../batch/select.ts'
import type {Logger} from '../base/logger.ts'
import {limits} from '../limits.ts'
import type {BadRow} from '../operators/operator.ts'
import type {Epoch, Offset} from '../record/record.ts'
import type {ReadResult} from '../storage/port/log-store.ts'
import type {Storage} from '../storage/port/storage.ts'
import {taskKey, type CommitAcks, type CommitOutcome, type TaskCommit, type TaskId} from '../storage/port/task-commit.ts'
import type {Effects, Part, TaskProgram} from './program.ts'
import {InputWatch} from './input-watch.ts'
import {RecordQueue, type Run} from './record-queue.ts'
import {rowAtOffset} from './slice-chunk.ts'

export type TaskOptions = {
  readonly id: TaskId
  readonly epoch: Epoch
  readonly acks: CommitAcks
  readonly program: TaskProgram
  readonly storage: Storage
  readonly logger: Logger
  /** Next offset to read of each of the program's topics; undefined: from the begin. */
  readonly positions: readonly (Offset | undefined)[]
  readonly onBadRows: (rows: readonly BadRow[]) => void
}

/** `idle`: level with the ends that the last read saw, and everything is committed. */
export type StepOutcome = 'progress' | 'idle' | 'fenced'

/** For each topic of the program, the offset to stop before; undefined: the end. */
export type StopBefore = readonly (Offset | undefined)[]

type Source = {
  readonly topic: string
  /** Next offset to fetch, to process, to give to a commit; the one that is committed; the end as last seen. */
  fetch: Offset | undefined
  processed: Offset
  submitted: Offset
  committed: Offset
  end: Offset
  isAtEnd: boolean
  trimmed: Offset
}

/**
 * One sub-topology on one partition: reads, processes and commits, one batch after the other. While a commit is on its
 * way the next batch is read and processed; there is never more than one commit on its way. A task that throws, or that
 * was fenced, is of no further use: what it did since its last commit never happened.
 */
export class Task {
  readonly #options: TaskOptions
  readonly #sources: readonly Source[]
  readonly #queue: RecordQueue
  readonly #watch: InputWatch
  #committing: Promise<CommitOutcome | EngineFailure> | undefined
  #reading: Promise<readonly ReadResult[] | EngineFailure> | undefined
  #recordsIn = 0
  #recordsOut = 0
  #badRecords = 0
  #isReported = false

  constructor(options: TaskOptions) {
    this.#options = options
    this.#queue = new RecordQueue(options.program.topics.length)
    const {partition} = options.id
    this.#watch = new InputWatch(
      options.storage.log,
      options.program.topics.map(topic => ({topic, partition})),
    )
    this.#sources = options.program.topics.map((topic, i) => {
      const from = options.positions[i]
      return {
        topic,
        fetch: from,
        processed: from ?? 0,
        submitted: from ?? 0,
        committed: from ?? 0,
        end: from ?? 0,
        isAtEnd: false,
        trimmed: from ?? 0,
      }
    })
  }

  /** Does one round: what is at hand is processed and its commit started. */
  async step(stopBefore?: StopBefore): Promise<StepOutcome> {
    const isFresh = this.#reading === undefined
    const results = await this.#checked(settled(await (this.#reading ?? this.#read(stopBefore))), stopBefore)
    this.#reading = undefined
    this.#accept(results, stopBefore)
    const rows = this.#processQueue()
    if (rows === 0 && !this.#hasMoved() && this.#options.program.hasWork !== true) {
      const outcome = await this.#committed()
      if (outcome === 'fenced') return 'fenced'
      // What was read ahead may be older than the last wake-up: only a read of now says that there is nothing.
      return isFresh && this.#isLevel() ? 'idle' : 'progress'
    }
    const effects = this.#options.program.take()
    if (stopBefore === undefined) this.#reading = this.#read(undefined)
    if ((await this.#committed()) === 'fenced') return 'fenced'
    this.#startCommit(effects)
    return 'progress'
  }

  /** What was read while another server took an input over is read again, once it is sure that what was read before is there. */
  async #checked(results: readonly ReadResult[], stopBefore: StopBefore | undefined): Promise<readonly ReadResult[]> {
    let checked = results
    while (this.#watch.isDue) {
      await this.#watch.check()
      checked = settled(await this.#read(stopBefore))
    }
    return checked
  }

  /** Waits for the commit on its way. What is read and not processed is forgotten. */
  async close(): Promise<void> {
    this.#watch.close()
    await this.#reading
    await this.#committing
  }

  stats(): TaskStats {
    return {
      recordsIn: this.#recordsIn,
      recordsOut: this.#recordsOut,
      badRecords: this.#badRecords,
      stateEntries: this.#options.program.stateEntries,
      inputs: this.#sources.map(({topic, committed, end}) => ({topic, position: committed, endOffset: end})),
    }
  }

  /** Reads on where nothing is queued; the answer (or the failure) waits until the next step looks at it. */
  #read(stopBefore: StopBefore | undefined): Promise<readonly ReadResult[] | EngineFailure> {
    const {partition} = this.#options.id
    const ranges = this.#sources.map(({topic, fetch}, i) => {
      const to = stopBefore?.[i]
      const bytesMax = this.#queue.isEmpty(i) ? limits.taskFetchBytesMax : 0
      return {topic, partition, from: fetch ?? 0, bytesMax, ...(to !== undefined && {to})}
    })
    const wanted = ranges.filter(range => range.bytesMax > 0)
    if (wanted.length === 0) return Promise.resolve(ranges.map(() => NOTHING_READ))
    const read = this.#options.storage.log.read(wanted).then(results => {
      let taken = 0
      return ranges.map(range => (range.bytesMax > 0 ? must(results[taken++], 'read result') : undefined))
    })
    return read.then(
      results => results.map(result => result ?? NOTHING_READ),
      (error: unknown) => new EngineFailure(error),
    )
  }

  #accept(results: readonly ReadResult[], stopBefore: StopBefore | undefined): void {
    for (const [i, result] of results.entries()) {
      if (result !== NOTHING_READ) this.#acceptOne(i, result, stopBefore?.[i])
    }
  }

  #acceptOne(i: number, {bounds, batches}: ReadResult, stop: Offset | undefined): void {
    const source = must(this.#sources[i], 'source')
    if (!bounds.isKnown)
      throw new EngineError('TOPIC_NOT_FOUND', `topic ${source.topic} is gone, and ${taskKey(this.#options.id)} reads it`)
    this.#correctPosition(source, bounds.begin, bounds.end)
    source.end = bounds.end
    for (const batch of batches) {
      const from = must(source.fetch, 'fetch position')
      const next = Math.min(batch.baseOffset + batch.count, stop ?? Infinity)
      if (next <= from) continue
      const {parts: whole, badRows} = this.#options.program.decode(i, batch, from)
      const parts =
        stop === undefined || stop >= batch.baseOffset + batch.count ? whole : whole.map(part => partBefore(part, stop))
      this.#badRecords += badRows.length
      if (badRows.length > 0) this.#options.onBadRows(badRows)
      this.#queue.push(i, parts, next)
      source.fetch = next
      this.#watch.add(i, batch)
    }
    source.isAtEnd = batches.length === 0 || must(source.fetch, 'fetch position') >= Math.min(bounds.end, stop ?? Infinity)
  }

  /** Offsets that are gone (retention) or that never were (the topic was made again) are stepped over. */
  #correctPosition(source: Source, begin: Offset, end: Offset): void {
    const from = source.fetch
    if (from !== undefined && from >= begin && from <= end) return
    if (from !== undefined && from > Math.max(end, source.committed))
      throw new EngineError(
        'STORAGE_UNAVAILABLE',
        `found ${end} as the end of ${source.topic}, expected ${from}, up to where it was read: the log has lost records`,
      )
    if (from !== undefined)
      this.#options.logger.warn(
        {task: taskKey(this.#options.id), topic: source.topic, position: from, begin, end},
        'position is outside the log: going on from its begin',
      )
    source.fetch = begin
    source.processed = begin
    if (from !== undefined) return
    source.submitted = begin
    source.committed = begin
  }

  /** Stops where a topic has run dry that may have more: its next row may come before those that are queued. */
  #processQueue(): number {
    let rows = 0
    while (rows < limits.taskCommitRowsMax) {
      if (this.#sources.some((source, i) => this.#queue.isEmpty(i) && !source.isAtEnd)) break
      const taken = this.#processBoth() ?? this.#processRun()
      if (taken === undefined) break
      rows += taken
    }
    this.#recordsIn += rows
    return rows
  }

  /** How many rows were processed; undefined: there are none. */
  #processRun(): number | undefined {
    const run = this.#queue.take()
    if (run === undefined) return undefined
    const count = rowsOf(run)
    if (count > 0) this.#options.program.process(run.parts)
    this.#moveTo(run)
    return count
  }

  /** Likewise, where rows of two topics can be given at once. */
  #processBoth(): number | undefined {
    const {program} = this.#options
    const runs = program.processBoth && this.#queue.takeBoth()
    if (runs === undefined) return undefined
    const {left, right, turns} = runs
    program.processBoth?.(must(left.parts[0], 'left rows'), must(right.parts[0], 'right rows'), turns)
    this.#moveTo(left)
    this.#moveTo(right)
    return rowsOf(left) + rowsOf(right)
  }

  #moveTo({topic, next}: Run): void {
    must(this.#sources[topic], 'source').processed = next
  }

  #hasMoved(): boolean {
    return this.#sources.some(source => source.processed !== source.submitted)
  }

  #isLevel(): boolean {
    return this.#sources.every((source, i) => source.isAtEnd && this.#queue.isEmpty(i))
  }

  #startCommit(effects: Effects): void {
    const {id, epoch, acks, storage} = this.#options
    const moved = this.#sources.filter(source => source.processed !== source.submitted)
    const work: TaskCommit = {
      task: id,
      epoch,
      acks,
      consumed: moved.map(({topic, processed}) => ({topic, partition: id.partition, next: processed})),
      state: effects.state,
      ...(effects.changelog && {changelog: effects.changelog}),
      outputs: effects.outputs,
      ...(effects.orderedStores.length > 0 && {orderedStores: effects.orderedStores}),
      ...(effects.facts && {facts: effects.facts}),
    }
    this.#badRecords += effects.badRows.length
    if (effects.badRows.length > 0) this.#options.onBadRows(effects.badRows)
    for (const source of moved) source.submitted = source.processed
    const ends = moved.map(source => source.processed)
    this.#committing = storage.commit(work).then(
      outcome => {
        if (outcome.kind === 'committed') {
          this.#recordsOut += effects.rowsOut
          for (const [i, source] of moved.entries()) source.committed = must(ends[i], 'end of a committed run')
          for (const source of moved) this.#trim(source)
          this.#report(outcome)
        }
        return outcome
      },
      (error: unknown) => new EngineFailure(error),
    )
  }

  /** What is done of a topic that only this query reads need not be kept. Not urgent: a failure is made up for by the next. */
  #trim(source: Source): void {
    const {id, program, storage, logger} = this.#options
    const {topic, committed} = source
    if (!program.ownTopics.has(topic) || committed - source.trimmed < limits.ownTopicTrimRecords) return
    source.trimmed = committed
    storage.log
      .trim({topic, partition: id.partition}, committed)
      .catch((error: unknown) => logger.debug({task: taskKey(id), topic, error}, 'an internal topic was not trimmed'))
  }

  #report({acks}: CommitOutcome & {kind: 'committed'}): void {
    if (acks === undefined || this.#isReported) return
    this.#isReported = true
    const {id, logger} = this.#options
    logger.warn({task: taskKey(id)}, 'The store can not acknowledge commits with ALL at this moment: they stand for LEADER.')
  }

  async #committed(): Promise<'committed' | 'fenced'> {
    const outcome = settled(await (this.#committing ?? NOTHING_TO_COMMIT))
    this.#committing = undefined
    if (outcome.kind === 'unknown-partition')
      throw new EngineError('TOPIC_NOT_FOUND', `topic ${outcome.at.topic} is gone, and ${taskKey(this.#options.id)} writes it`)
    return outcome.kind
  }
}

export type TaskStats = {
  readonly recordsIn: number
  readonly recordsOut: number
  readonly badRecords: number
  readonly stateEntries: number
  readonly inputs: readonly {readonly topic: string; readonly position: Offset; readonly endOffset: Offset}[]
}

const rowsOf = ({parts}: Run): number => Math.max(...parts.map(part => part.chunk.count))

const partBefore = ({input, chunk}: Part, stop: Offset): Part => ({input, chunk: sliceChunk(chunk, 0, rowAtOffset(chunk, stop))})

/** A failure that is kept until somebody asks, so that a promise nobody waits for yet does not count as unhandled. */
class EngineFailure {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

function settled<T>(outcome: T | EngineFailure): T {
  if (outcome instanceof EngineFailure) throw outcome.error
  return outcome
}

const NOTHING_READ: ReadResult = {bounds: {begin: 0, end: 0, bytes: 0, isKnown: true}, batches: []}
const NOTHING_TO_COMMIT: CommitOutcome = {kind: 'committed', baseOffsets: []}
