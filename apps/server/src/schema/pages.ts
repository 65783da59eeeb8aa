import {serverLimits} from '../limits.ts'
import {requestError} from './errors.ts'

/** The size of a page, checked against its bound. */
export function pageOf(first: number | null | undefined): number {
  const size = first ?? 100
  if (size < 1 || size > serverLimits.pageRecordsMax)
    throw requestError('LIMIT_EXCEEDED', `first: found ${size}, expected 1 to ${serverLimits.pageRecordsMax}`)
  return size
}
