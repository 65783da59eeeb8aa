import {EngineError} from '../base/errors.ts'
import {limits} from '../limits.ts'
import {checkGroupName} from './group.ts'
import type {NoOffset} from './start-offsets.ts'

export type ConsumerRequest = {
  readonly topics: readonly string[]
  readonly group: string
  readonly clientId?: string
  readonly instanceId?: string
  readonly delivery?: 'at-least-once' | 'at-most-once'
  readonly onNoOffset?: NoOffset
  readonly recordsMax?: number
  readonly unackedMax?: number
  readonly sessionTimeoutMs?: number
  readonly pollIntervalMsMax?: number
  readonly signal?: AbortSignal
}

/** EngineError INVALID_ARGUMENT names what a consumer can't ask for. */
export function checkConsumerRequest(request: ConsumerRequest): void {
  checkGroupName(request.group)
  if (request.topics.length === 0) throw new EngineError('INVALID_ARGUMENT', 'found no topic to consume, expected at least one')
  const {sessionTimeoutMsMin, sessionTimeoutMsMax} = limits
  // Both are written with every heartbeat.
  mustLie('client id, bytes', Buffer.byteLength(request.clientId ?? ''), 0, limits.groupNameBytesMax)
  mustLie('instance id, bytes', Buffer.byteLength(request.instanceId ?? ''), 0, limits.groupNameBytesMax)
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
