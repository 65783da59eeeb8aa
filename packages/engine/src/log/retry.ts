import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import {limits} from '../limits.ts'

/** The result of `work`, tried again with growing pauses while it fails retryably, for `limits.producerDeliveryMs` at most. */
export async function retrying<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  const deadlineMs = clock.nowMs() + limits.producerDeliveryMs
  for (let pauseMs: number = limits.producerRetryMsMin; ; pauseMs = Math.min(pauseMs * 2, limits.producerRetryMsMax)) {
    try {
      return await work()
    } catch (error) {
      const mayRetry = error instanceof EngineError && error.isRetryable && error.code !== 'CLOSED'
      if (!mayRetry || clock.nowMs() + pauseMs > deadlineMs) throw error
    }
    await clock.sleep(pauseMs)
  }
}
