import {randomUUID} from 'node:crypto'
import {EngineError, type Logger, type SqlRejection} from '@millrace/engine'
import {GraphQLError} from 'graphql'

/** Failures that a caller can't handle, as GraphQL errors: `extensions.code` and `extensions.retryable`; never a stack. */
export function maskError(error: unknown, logger: Logger): GraphQLError {
  const original = error instanceof GraphQLError ? error.originalError : error
  const place =
    error instanceof GraphQLError
      ? {nodes: error.nodes ?? null, source: error.source ?? null, positions: error.positions ?? null, path: error.path ?? null}
      : {}
  if (original instanceof EngineError)
    return new GraphQLError(original.message, {
      ...place,
      extensions: {code: original.code, retryable: original.isRetryable, ...original.details},
    })
  if (error instanceof GraphQLError && original === undefined)
    return error.extensions.code === undefined
      ? new GraphQLError(error.message, {...place, extensions: {...error.extensions, code: 'BAD_REQUEST', retryable: false}})
      : error
  const id = randomUUID()
  logger.error({err: original, errorId: id}, 'request failed')
  return new GraphQLError(`Internal error ${id}: the server's log has the details.`, {
    ...place,
    extensions: {code: 'INTERNAL', retryable: false, errorId: id},
  })
}

/** A refused statement where only an error can say so: the end of a subscription. */
export const rejectionError = ({kind: _, ...rejection}: SqlRejection): GraphQLError =>
  new GraphQLError(rejection.message, {extensions: {...rejection, retryable: false}})
