import {EngineError} from '../../base/errors.ts'

/**
 * What a failed command means. `refused`: the server did nothing, and will serve it later. `unknown`: the connection broke
 * after the command was sent. `full`: the server takes no more writes. `other`: a bug, ours or in the data.
 */
type Failure = 'refused' | 'unknown' | 'full' | 'other'

const refusals = /^(LOADING|READONLY|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|NOREPLICAS|MOVED|ASK|BUSY) /
const fullness = /^(OOM|MISCONF) /
const breaks =
  /Connection is closed|max retries per request|Stream isn't writeable|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|aborted|None of startup nodes|Failed to refresh slots|Cluster isn't ready|Socket closed/i

export function failureOf(error: unknown): Failure {
  // A failure inside a script may carry the server's own prefix before the code.
  const message = (error instanceof Error ? error.message : String(error)).replace(
    /^ERR Error running script.*?: (?=[A-Z]+ )/,
    '',
  )
  if (refusals.test(message)) return 'refused'
  if (fullness.test(message)) return 'full'
  return breaks.test(message) ? 'unknown' : 'other'
}

export function engineError(error: unknown): unknown {
  if (error instanceof EngineError) return error
  const message = error instanceof Error ? error.message : String(error)
  switch (failureOf(error)) {
    case 'full':
      return new EngineError('STORAGE_FULL', `Redis takes no more writes: ${message}`, {}, error)
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
