import type {QueryRun, TaskPlace} from './query-run.ts'
import type {EndOffsets, TaskHost, TaskReport} from './task-host.ts'
import {placesOf} from './run-parts.ts'

/** Runs the tasks of queries somewhere. */
export interface TaskPool {
  /** All tasks of the run, or the places given; those that run already go on. */
  start(run: QueryRun, places?: readonly TaskPlace[]): Promise<void>
  /** Resolves when the tasks (all, or those at the places) have committed what they had done, and ended. Unknown queries are ignored. */
  stop(queryId: string, places?: readonly TaskPlace[]): Promise<void>
  /** As last heard. `worker` counts from 0. */
  reports(): readonly (TaskReport & {readonly worker: number})[]
  close(): Promise<void>
}

/** All tasks in the calling thread. */
export class InlinePool implements TaskPool {
  readonly #host: TaskHost

  constructor(host: TaskHost) {
    this.#host = host
  }

  async start(run: QueryRun, places = placesOf(run)): Promise<void> {
    this.#host.start(run, places)
  }

  stop(queryId: string, places?: readonly TaskPlace[]): Promise<void> {
    return this.#host.stop(queryId, places)
  }

  /** See `TaskHost.drive`. */
  drive(queryId: string, ends?: EndOffsets): Promise<boolean> {
    return this.#host.drive(queryId, ends)
  }

  reports(): readonly (TaskReport & {readonly worker: number})[] {
    return this.#host.reports().map(report => ({...report, worker: 0}))
  }

  close(): Promise<void> {
    return this.#host.close()
  }
}
