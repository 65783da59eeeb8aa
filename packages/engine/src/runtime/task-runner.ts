import {setImmediate as nextTurn} from 'node:timers/promises'
import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import type {Logger} from '../base/logger.ts'
import {limits} from '../limits.ts'
import type {TopicPartition} from '../record/record.ts'
import type {Wake} from '../storage/port/wake.ts'
import {Signal} from '../base/signal.ts'
import type {StopBefore, Task, TaskStats} from './task.ts'

export type TaskRunnerOptions = {
  readonly name: string
  readonly inputs: readonly TopicPartition[]
  /** Claims the task and gives it back as it was committed. */
  readonly open: () => Promise<Task>
  readonly wake: Wake
  readonly clock: Clock
  readonly logger: Logger
  /** Called once, when the task has ended for good without being stopped. */
  readonly onEnd: (end: TaskEnd) => void
}

/** `fenced`: another owner has it now. */
export type TaskEnd = {readonly kind: 'fenced'} | {readonly kind: 'failed'; readonly error: Error}

/**
 * Keeps one task going: steps it while there is something to do, sleeps until its inputs grow, opens it again from what was
 * committed after a retryable failure (waiting longer each time), gives it up after any other.
 */
export class TaskRunner {
  readonly #options: TaskRunnerOptions
  readonly #stop = new AbortController()
  readonly #signal: Signal
  #task: Task | undefined
  #lastStats: TaskStats | undefined
  #failures = 0
  #hasEnded = false
  #loop: Promise<void> | undefined

  constructor(options: TaskRunnerOptions) {
    this.#options = options
    this.#signal = new Signal(options.clock)
  }

  /** From now on the task runs by itself. */
  start(): void {
    this.#loop = this.#run()
  }

  /** Commits what is done and ends. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.#signal.ring()
    await this.#loop
    await this.#close()
  }

  /** Instead of `start`: runs until the inputs are level or the given offsets are reached. Returns whether it did anything. */
  async drive(stopBefore?: StopBefore): Promise<boolean> {
    let hasWorked = false
    while (!this.#hasEnded) {
      const outcome = await this.#advance(stopBefore ?? [])
      if (outcome === 'idle') break
      if (outcome === 'progress') hasWorked = true
    }
    return hasWorked
  }

  stats(): TaskStats | undefined {
    return (this.#lastStats = this.#task?.stats() ?? this.#lastStats)
  }

  async #run(): Promise<void> {
    const unsubscribe = await this.#subscribe()
    while (!this.#stop.signal.aborted && !this.#hasEnded) {
      this.#signal.reset()
      const outcome = await this.#advance(undefined)
      if (outcome === 'idle' && !this.#stop.signal.aborted) await this.#signal.wait(limits.taskPollMs)
      else await nextTurn()
    }
    unsubscribe?.()
  }

  async #subscribe(): Promise<(() => void) | undefined> {
    try {
      return await this.#options.wake.subscribe(this.#options.inputs, () => this.#signal.ring())
    } catch (error) {
      this.#options.logger.warn(
        {task: this.#options.name, error},
        'no wake-ups from storage: looking at the inputs from time to time',
      )
      return undefined
    }
  }

  async #advance(stopBefore: StopBefore | undefined): Promise<'progress' | 'idle' | 'opened' | 'ended'> {
    try {
      if (this.#task === undefined) {
        this.#task = await this.#options.open()
        return 'opened'
      }
      const outcome = await this.#task.step(stopBefore)
      this.#failures = 0
      if (outcome !== 'fenced') return outcome
      this.#options.logger.info({task: this.#options.name}, 'task has a new owner')
      this.#end({kind: 'fenced'})
    } catch (error) {
      await this.#recover(error)
    }
    return 'ended'
  }

  async #recover(error: unknown): Promise<void> {
    await this.#close()
    const {clock, logger, name} = this.#options
    if (!(error instanceof EngineError && error.isRetryable) || ++this.#failures > limits.taskRestartsMax)
      return this.#end({kind: 'failed', error: error instanceof Error ? error : new Error(String(error))})
    const pauseMs = Math.min(limits.taskRestartMsMax, limits.taskRestartMsMin * 2 ** (this.#failures - 1))
    logger.warn({task: name, error: error.message, pauseMs}, 'task failed and opens again')
    await clock.sleep(pauseMs, this.#stop.signal)
  }

  #end(end: TaskEnd): void {
    this.#hasEnded = true
    this.#options.onEnd(end)
  }

  async #close(): Promise<void> {
    this.stats()
    const task = this.#task
    this.#task = undefined
    await task?.close()
  }
}
