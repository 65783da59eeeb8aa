import {EngineError} from '../../base/errors.ts'

/**
 * What a failed command means. `refused`: the server did nothing, and will serve it later. `unknown`: the connection broke
 * after the command was sent. `full`: the server takes no more writes. `other`: a bug, ours or in the data.
 */
type Failure = 'refused' | 'unknown' | 'full' | 'other'

const refusals = /^(LOADING|READONLY|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|NOREPLICAS|MOVED|ASK|BUSY) /
const fullness = /^(OOM|MISCONF) /
// UNBLOCKED: a primary that waited for its replicas became a replica itself.
const breaks =
  /^UNBLOCKED |Connection is closed|max retries per request|Stream isn't writeable|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|aborted|None of startup nodes|Failed to refresh slots|Cluster isn't ready|Socket closed/i

/** The command never left: it may be sent again, whatever it does. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

export function failureOf(error: unknown): Failure {
  if (error instanceof NotSent) return 'refused'
  const message = messageOf(error)
  if (refusals.test(message)) return 'refused'
  if (fullness.test(message)) return 'full'
  return breaks.test(message) ? 'unknown' : 'other'
}

/**
 * From the server's code on: in front of it may stand the server's words for a failure inside a script, or the cluster client's when
 * it gave up following one.
 */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/^Too many Cluster redirections\. Last error: (ReplyError|Error): /, '')
    .replace(/^ERR Error running script.*?: (?=[A-Z]+ )/, '')

/** `OOM`: the memory limit with a policy that keeps data. `MISCONF`: Redis can't write its file. */
const remedyOf = (message: string): string =>
  /OOM /.test(message)
    ? 'Redis has reached its maxmemory and takes no writes. Raise maxmemory, or let data go (shorter retention, DROP): then writes go on by themselves.'
    : 'Redis takes no writes because it can not write to its disk. Give it room there: then writes go on by themselves.'

export function engineError(error: unknown): unknown {
  if (error instanceof EngineError) return error
  const message = messageOf(error)
  switch (failureOf(error)) {
    case 'full':
      return new EngineError('STORAGE_FULL', `${remedyOf(message)} (${message})`, {}, error)
    case 'refused':
      return new EngineError('STORAGE_UNAVAILABLE', `Redis does not serve now: ${message}`, {}, error)
    case 'unknown':
      return new EngineError(
        'STORAGE_UNAVAILABLE',
        `The connection to Redis broke, and the outcome is unknown: ${message}`,
        {},
        error,
      )
    default:
      return error
  }
}
