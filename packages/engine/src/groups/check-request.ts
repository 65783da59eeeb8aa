import {EngineError} from '../base/errors.ts'
import {limits} from '../limits.ts'
import type {ConsumerRequest} from './consumer.ts'

/** EngineError INVALID_ARGUMENT names what a consumer can't ask for. */
export function checkConsumerRequest(request: ConsumerRequest): void {
  if (request.group === '') throw new EngineError('INVALID_ARGUMENT', 'found an empty group name, expected some text')
  if (request.topics.length === 0) throw new EngineError('INVALID_ARGUMENT', 'found no topic to consume, expected at least one')
  const {sessionTimeoutMsMin, sessionTimeoutMsMax} = limits
  mustLie('records in one batch', request.recordsMax, 1)
  mustLie('records ahead of commits', request.unackedMax, 1)
  mustLie('session timeout, ms', request.sessionTimeoutMs, sessionTimeoutMsMin, sessionTimeoutMsMax)
  mustLie('poll interval, ms', request.pollIntervalMsMax, 1)
}

function mustLie(what: string, found: number | undefined, from: number, to = Infinity): void {
  if (found === undefined || (Number.isSafeInteger(found) && found >= from && found <= to)) return
  const range = to === Infinity ? `from ${from} on` : `from ${from} to ${to}`
  throw new EngineError('INVALID_ARGUMENT', `${what}: found ${found}, expected a whole number ${range}`)
}
