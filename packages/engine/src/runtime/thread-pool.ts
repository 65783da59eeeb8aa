import type {Worker} from 'node:worker_threads'
import {must} from '../base/assert.ts'
import type {Clock} from '../base/clock.ts'
import type {Logger} from '../base/logger.ts'
import {limits} from '../limits.ts'
import type {TaskPool} from './pool.ts'
import {isAmong, type QueryRun, type TaskPlace} from './query-run.ts'
import {placesOf} from './run-parts.ts'
import {spawnWorker} from './spawn-worker.ts'
import type {TaskFailure, TaskReport} from './task-host.ts'
import type {StorageDescriptor, WorkerEvent, WorkerRequest, WorkerData} from './worker-protocol.ts'

export type ThreadPoolOptions = {
  readonly threads: number
  /** Registers users' functions when imported; see `load-functions.ts`. */
  readonly functionsModule?: string | undefined
  readonly storage: StorageDescriptor
  readonly clock: Clock
  readonly logger: Logger
  readonly onFailed: (failure: TaskFailure) => void
}

type Job = {readonly run: QueryRun; readonly tasks: readonly TaskPlace[]}
type Unnumbered<T> = T extends unknown ? Omit<T, 'request'> : never

/** Tasks spread over worker threads. A thread that dies is replaced, and its tasks start again from what was committed. */
export class ThreadPool implements TaskPool {
  readonly #options: ThreadPoolOptions
  readonly #threads: Thread[]
  #next = 0

  constructor(options: ThreadPoolOptions) {
    this.#options = options
    this.#threads = Array.from({length: options.threads}, (_, index) => new Thread(index, options))
  }

  async start(run: QueryRun, places = placesOf(run)): Promise<void> {
    const shares = new Map<Thread, TaskPlace[]>()
    for (const place of places) {
      const thread = must(this.#threads[this.#next++ % this.#options.threads], 'thread')
      shares.set(thread, [...(shares.get(thread) ?? []), place])
    }
    await Promise.all([...shares].map(([thread, tasks]) => thread.start({run, tasks})))
  }

  async stop(queryId: string, places?: readonly TaskPlace[]): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.stop(queryId, places)))
  }

  reports(): readonly (TaskReport & {readonly worker: number})[] {
    return this.#threads.flatMap(thread => thread.reports.map(report => ({...report, worker: thread.index})))
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.close()))
  }
}

class Thread {
  readonly index: number
  readonly #options: ThreadPoolOptions
  readonly #jobs = new Map<string, Job>()
  readonly #waiting = new Map<number, () => void>()
  #reports: readonly TaskReport[] = []
  #requests = 0
  #deaths = 0
  #isClosing = false
  #isAlive = true
  #worker: Worker

  constructor(index: number, options: ThreadPoolOptions) {
    this.index = index
    this.#options = options
    this.#worker = this.#spawn()
  }

  get reports(): readonly TaskReport[] {
    return this.#reports
  }

  async start({run, tasks}: Job): Promise<void> {
    this.#jobs.set(run.id, {run, tasks: [...(this.#jobs.get(run.id)?.tasks ?? []), ...tasks]})
    await this.#ask({kind: 'start', run, tasks})
  }

  async stop(queryId: string, places?: readonly TaskPlace[]): Promise<void> {
    const job = this.#jobs.get(queryId)
    if (!job?.tasks.some(task => isAmong(task, places))) return
    const left = job.tasks.filter(task => !isAmong(task, places))
    if (left.length > 0) this.#jobs.set(queryId, {run: job.run, tasks: left})
    else this.#jobs.delete(queryId)
    await this.#ask({kind: 'stop', queryId, ...(places && {tasks: places})})
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#ask({kind: 'close'})
    await this.#worker.terminate()
  }

  /** A dead thread has nothing to stop, and starts all of its jobs when it is replaced. */
  #ask(request: Unnumbered<WorkerRequest>): Promise<void> {
    if (!this.#isAlive) return Promise.resolve()
    const number = this.#requests++
    return new Promise(resolve => {
      this.#waiting.set(number, resolve)
      this.#worker.postMessage({...request, request: number})
    })
  }

  #spawn(): Worker {
    const worker = spawnWorker('./worker', import.meta.url, {
      workerData: {storage: this.#options.storage, functionsModule: this.#options.functionsModule} satisfies WorkerData,
    })
    worker.on('message', (event: WorkerEvent) => this.#hear(event))
    worker.on('error', error => this.#options.logger.error({worker: this.index, error}, 'worker thread failed'))
    worker.once('exit', () => this.#replace())
    return worker
  }

  #hear(event: WorkerEvent): void {
    switch (event.kind) {
      case 'done':
        this.#waiting.get(event.request)?.()
        this.#waiting.delete(event.request)
        return
      case 'reports':
        this.#reports = event.reports
        this.#deaths = 0
        return
      case 'failed':
        return this.#options.onFailed(event)
      case 'log':
        return this.#options.logger[event.level]({...event.details, worker: this.index}, event.message)
    }
  }

  /** Whoever waited for the dead thread goes on: its tasks are as if stopped, and those still wanted start again. */
  #replace(): void {
    this.#isAlive = false
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    if (!this.#isClosing) {
      const pauseMs = Math.min(limits.taskRestartMsMax, limits.taskRestartMsMin * 2 ** this.#deaths++)
      void this.#options.clock.sleep(pauseMs).then(() => this.#restart())
    }
    for (const resolve of waiting) resolve()
  }

  #restart(): void {
    if (this.#isClosing) return
    this.#worker = this.#spawn()
    this.#isAlive = true
    for (const job of this.#jobs.values()) void this.#ask({kind: 'start', ...job})
  }
}
