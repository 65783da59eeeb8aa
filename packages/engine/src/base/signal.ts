import type {Clock} from './clock.ts'

/** A bell: rung while nobody waits, the next wait returns at once. */
export class Signal {
  readonly #clock: Clock
  #isRung = false
  #waiting: AbortController | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ring(): void {
    this.#isRung = true
    this.#waiting?.abort()
  }

  /** Forgets earlier rings. */
  reset(): void {
    this.#isRung = false
  }

  /** Until it rings, at most `ms`. One waiter at a time. */
  async wait(ms: number): Promise<void> {
    if (!this.#isRung) {
      this.#waiting = new AbortController()
      await this.#clock.sleep(ms, this.#waiting.signal)
      this.#waiting = undefined
    }
    this.#isRung = false
  }
}
