import {GraphQLError} from 'graphql'
import {serverLimits} from '../limits.ts'

/** The size of a page, checked against its bound. */
export function pageOf(first: number | null | undefined): number {
  const size = first ?? 100
  if (size < 1 || size > serverLimits.pageRecordsMax)
    throw new GraphQLError(`first: found ${size}, expected 1 to ${serverLimits.pageRecordsMax}`, {
      extensions: {code: 'LIMIT_EXCEEDED', retryable: false},
    })
  return size
}
