import type {Clock, SleepSignal} from './clock.ts'

/** A bell: rung while nobody waits, the next wait returns at once. */
export class Signal {
  readonly #clock: Clock
  #isRung = false
  #waiting: Waiting | undefined

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

  /** Until it rings, at most `ms`; whether it rang. One waiter at a time. */
  async wait(ms: number): Promise<boolean> {
    if (!this.#isRung) {
      this.#waiting = new Waiting()
      await this.#clock.sleep(ms, this.#waiting)
      this.#waiting = undefined
    }
    const isRung = this.#isRung
    this.#isRung = false
    return isRung
  }
}

/** One sleep, and how it ends early. */
class Waiting implements SleepSignal {
  aborted = false
  #listener: (() => void) | undefined

  abort(): void {
    this.aborted = true
    this.#listener?.()
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listener = listener
  }

  removeEventListener(): void {
    this.#listener = undefined
  }
}
