import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {Random} from '../../base/random.ts'

/** What may go wrong between a caller and the simulated store. Rates are in [0, 1]; all absent: nothing waits or fails. */
export type SimulatedFaults = {
  /** Each way, drawn from [min, max] milliseconds of the clock. */
  readonly latencyMs?: readonly [min: number, max: number]
  /** The request is lost: nothing happens, the caller sees STORAGE_UNAVAILABLE. */
  readonly lostRequestRate?: number
  /** The reply is lost: the effect happened, the caller sees STORAGE_UNAVAILABLE. */
  readonly lostReplyRate?: number
  /** The process that uses this storage dies before its n-th write from now (1: before the next one). */
  readonly crashBeforeWrite?: number
}

/**
 * The way to the simulated store. `call` runs an operation as one request; inside it, `write` stands before everything that a
 * real store would do in a step of its own, so that a crash can fall between any two of them.
 */
export class SimulatedNetwork {
  readonly #random: Random
  readonly #clock: Clock
  #faults: SimulatedFaults
  #writesLeft: number | undefined
  #state: 'open' | 'crashed' | 'closed' = 'open'

  constructor(random: Random, clock: Clock, faults: SimulatedFaults) {
    this.#random = random
    this.#clock = clock
    this.#faults = faults
    this.#writesLeft = faults.crashBeforeWrite
  }

  /** Replaces the faults from now on; the crash counter starts anew. */
  setFaults(faults: SimulatedFaults): void {
    this.#faults = faults
    this.#writesLeft = faults.crashBeforeWrite
  }

  get hasCrashed(): boolean {
    return this.#state === 'crashed'
  }

  get nowMs(): number {
    return this.#clock.nowMs()
  }

  close(): void {
    if (this.#state === 'open') this.#state = 'closed'
  }

  /** A step that becomes durable by itself. */
  write(effect: () => void): void {
    if (this.#state === 'crashed') throw unavailable('the process has crashed')
    if (this.#writesLeft !== undefined && --this.#writesLeft <= 0) {
      this.#state = 'crashed'
      throw unavailable('the process crashed before a write')
    }
    effect()
  }

  async call<T>(operation: () => T): Promise<T> {
    this.#mustBeOpen()
    await this.#travel()
    this.#mustBeOpen()
    if (this.#happens(this.#faults.lostRequestRate)) throw unavailable('the request was lost')
    const result = operation()
    const isReplyLost = this.#happens(this.#faults.lostReplyRate)
    await this.#travel()
    if (isReplyLost) throw unavailable('the reply was lost')
    return result
  }

  #mustBeOpen(): void {
    if (this.#state === 'crashed') throw unavailable('the process has crashed')
    if (this.#state === 'closed') throw new EngineError('CLOSED', 'The simulated storage is closed.')
  }

  #happens(rate: number | undefined): boolean {
    return rate !== undefined && rate > 0 && this.#random.next() < rate
  }

  async #travel(): Promise<void> {
    const bounds = this.#faults.latencyMs
    if (bounds) await this.#clock.sleep(bounds[0] + this.#random.next() * (bounds[1] - bounds[0]))
  }
}

const unavailable = (why: string) => new EngineError('STORAGE_UNAVAILABLE', `The simulated storage can't be reached: ${why}.`)
