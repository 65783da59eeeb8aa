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
    // With a reason of its own: the default one is an exception with its stack, made anew each time.
    this.#waiting?.abort('rung')
  }

  /** Forgets earlier rings. */
  reset(): void {
    this.#isRung = false
  }

  /** Until it rings, at most `ms`; whether it rang. One waiter at a time. */
  async wait(ms: number): Promise<boolean> {
    if (!this.#isRung) {
      this.#waiting = new AbortController()
      await this.#clock.sleep(ms, this.#waiting.signal)
      this.#waiting = undefined
    }
    const isRung = this.#isRung
    this.#isRung = false
    return isRung
  }
}
