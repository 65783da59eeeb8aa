import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'

const patienceMs = 30_000

/**
 * Repeats a write that is applied once however often it is sent, while replicas or disk do not follow in time; for half a minute,
 * then it fails with ACKS_NOT_REACHED.
 */
export async function untilAcknowledged<T>(clock: Clock, write: () => Promise<T>): Promise<T> {
  const deadlineMs = clock.nowMs() + patienceMs
  for (;;) {
    try {
      return await write()
    } catch (error) {
      const isLate = error instanceof EngineError && error.code === 'ACKS_NOT_REACHED'
      if (!isLate || clock.nowMs() >= deadlineMs) throw error
    }
  }
}
