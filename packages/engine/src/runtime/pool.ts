import type {QueryRun} from './query-run.ts'
import type {EndOffsets, TaskHost, TaskReport} from './task-host.ts'
import {placesOf} from './run-parts.ts'

/** Runs the tasks of queries somewhere. */
export interface TaskPool {
  start(run: QueryRun): Promise<void>
  /** Resolves when all tasks have committed what they had done, and ended. Unknown queries are ignored. */
  stop(queryId: string): Promise<void>
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

  async start(run: QueryRun): Promise<void> {
    this.#host.start(run, placesOf(run))
  }

  stop(queryId: string): Promise<void> {
    return this.#host.stop(queryId)
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
