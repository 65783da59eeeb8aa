/** Wall time and timers come in through this port, so that tests can run without waiting. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: SleepSignal): Promise<void>
}

/** What a sleeper needs of an AbortSignal, of which some thousands a second are too dear. */
export type SleepSignal = {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options?: {readonly once: boolean}): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done, {once: true})
    }),
}
