import type {Clock} from '../../base/clock.ts'
import {Signal} from '../../base/signal.ts'

/** What a reader that follows a log waits on: `bell` rings when there may be more, and when it is to stop. */
export type Following = {readonly bell: Signal; readonly isStopped: () => boolean}

/**
 * Pages of a reader that waits for more, ended by `return` or by the signal, also while it waits: a generator alone would
 * hear neither before its wait is over.
 */
export function stoppable<Page>(
  clock: Clock,
  signal: AbortSignal | undefined,
  pages: (following: Following) => AsyncGenerator<Page, undefined>,
): AsyncIterableIterator<Page> {
  const bell = new Signal(clock)
  const stopped = new AbortController()
  const stop = (): void => {
    signal?.removeEventListener('abort', stop)
    stopped.abort()
    bell.ring()
  }
  signal?.addEventListener('abort', stop, {once: true})
  if (signal?.aborted) stop()
  const generator = pages({bell, isStopped: () => stopped.signal.aborted})
  return {
    next: async () => {
      try {
        const next = await generator.next()
        if (next.done) stop()
        return next
      } catch (error) {
        stop()
        throw error
      }
    },
    return: async () => {
      stop()
      return generator.return(undefined)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
