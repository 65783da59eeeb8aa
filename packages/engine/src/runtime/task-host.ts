import {must} from '../base/assert.ts'
import type {Clock} from '../base/clock.ts'
import type {Logger} from '../base/logger.ts'
import type {Offset} from '../record/record.ts'
import type {Storage} from '../storage/port/storage.ts'
import {taskKey} from '../storage/port/task-commit.ts'
import {openTask} from './open-task.ts'
import type {ProcessingLog} from './processing-log.ts'
import {isAmong, type QueryRun, type TaskPlace} from './query-run.ts'
import {partsOf, type RunPart} from './run-parts.ts'
import {TaskRunner, type TaskEnd} from './task-runner.ts'
import type {TaskStats} from './task.ts'

export type TaskHostOptions = {
  readonly storage: Storage
  readonly clock: Clock
  readonly logger: Logger
  readonly processingLog: ProcessingLog
  /** Tasks move only when `drive` is called. */
  readonly isManual: boolean
  readonly onFailed: (failure: TaskFailure) => void
}

export type TaskFailure = {readonly queryId: string; readonly task: string; readonly message: string}

export type TaskReport = TaskStats & TaskPlace & {readonly queryId: string; readonly state: 'running' | 'fenced' | 'failed'}

/** Offsets to stop before, by topic and partition. */
export type EndOffsets = Readonly<Record<string, readonly Offset[]>>

type Hosted = {
  readonly place: TaskPlace
  readonly topics: readonly string[]
  readonly runner: TaskRunner
  state: TaskReport['state']
}

/** The tasks of one thread. */
export class TaskHost {
  readonly #options: TaskHostOptions
  readonly #tasks = new Map<string, Hosted[]>()

  constructor(options: TaskHostOptions) {
    this.#options = options
  }

  start(run: QueryRun, places: readonly TaskPlace[]): void {
    const parts = new Map(partsOf(run).map(part => [part.subTopology, part]))
    const hosted = this.#tasks.get(run.id) ?? []
    this.#tasks.set(run.id, hosted)
    for (const place of places) {
      const task = this.#host(run, must(parts.get(place.subTopology), 'part of the run'), place)
      hosted.push(task)
      if (!this.#options.isManual) task.runner.start()
    }
  }

  /** Tasks (all of the query, or those at the places) commit what they have done and end. */
  async stop(queryId: string, places?: readonly TaskPlace[]): Promise<void> {
    const hosted = this.#tasks.get(queryId) ?? []
    const left = hosted.filter(({place}) => !isAmong(place, places))
    if (left.length > 0) this.#tasks.set(queryId, left)
    else this.#tasks.delete(queryId)
    await Promise.all(hosted.filter(({place}) => isAmong(place, places)).map(task => task.runner.stop()))
  }

  /** Runs a query's tasks, upstream first and again until none has anything to do. Returns whether any had. */
  async drive(queryId: string, ends?: EndOffsets): Promise<boolean> {
    let hasWorked = false
    for (let isBusy = true; isBusy;) {
      isBusy = false
      for (const {runner, topics, place} of this.#tasks.get(queryId) ?? []) {
        const stops = topics.map(topic => ends?.[topic]?.[place.partition])
        if (await runner.drive(stops)) isBusy = true
      }
      hasWorked ||= isBusy
    }
    return hasWorked
  }

  reports(): TaskReport[] {
    return [...this.#tasks].flatMap(([queryId, hosted]) =>
      hosted.flatMap(({place, runner, state}) => {
        const stats = runner.stats()
        return stats ? [{...stats, ...place, queryId, state}] : []
      }),
    )
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tasks.keys()].map(queryId => this.stop(queryId)))
  }

  #host(run: QueryRun, part: RunPart, place: TaskPlace): Hosted {
    const {storage, clock, logger, processingLog} = this.#options
    const id = {query: run.id, ...place, placement: part.placement}
    const runner = new TaskRunner({
      name: taskKey(id),
      inputs: part.topics.map(topic => ({topic, partition: place.partition})),
      open: () =>
        openTask({
          storage,
          run,
          id,
          program: part.open(place.partition, clock),
          logger,
          onBadRows: rows => processingLog.report(run.id, rows),
        }),
      wake: storage.wake,
      clock,
      logger,
      onEnd: end => this.#ended(hosted, run.id, taskKey(id), end),
    })
    const hosted: Hosted = {place, topics: part.topics, runner, state: 'running'}
    return hosted
  }

  #ended(hosted: Hosted, queryId: string, task: string, end: TaskEnd): void {
    hosted.state = end.kind
    if (end.kind === 'fenced') return
    this.#options.logger.error({task, error: end.error}, 'task failed: its query stops')
    this.#options.onFailed({queryId, task, message: end.error.message})
  }
}
