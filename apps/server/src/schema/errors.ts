import {randomUUID} from 'node:crypto'
import {EngineError, type Logger, type SqlRejection} from '@millrace/engine'
import {GraphQLError, type GraphQLErrorExtensions} from 'graphql'
import {withDigits} from './scalars.ts'

/** Failures that a caller can't handle, as GraphQL errors: `extensions.code` and `extensions.retryable`; never a stack. */
export function maskError(error: unknown, logger: Logger): GraphQLError {
  const cause = causeOf(error)
  if (cause instanceof EngineError)
    return placedAs(error, cause.message, {code: cause.code, retryable: cause.isRetryable, ...shortened(cause.details)})
  if (error instanceof GraphQLError && cause instanceof GraphQLError) {
    const {originalError: _, ...extensions} = cause.extensions
    return placedAs(error, error.message, {code: codeOf(error), retryable: false, ...extensions})
  }
  const errorId = randomUUID()
  logger.error({err: cause, errorId}, 'request failed')
  return placedAs(error, `Internal error ${errorId}: the server's log has the details.`, {
    code: 'INTERNAL',
    retryable: false,
    errorId,
  })
}

/** An error of this server's own checks. */
export const requestError = (code: 'LIMIT_EXCEEDED' | 'INVALID_ARGUMENT', message: string): GraphQLError =>
  new GraphQLError(message, {extensions: {code, retryable: false}})

/** A refused statement where only an error can say so: the end of a subscription. */
export const rejectionError = ({kind: _, ...rejection}: SqlRejection): GraphQLError =>
  new GraphQLError(rejection.message, {extensions: {...rejection, retryable: false}})

/** What was thrown, under the errors that GraphQL wraps around it to say where. */
function causeOf(error: unknown): unknown {
  let cause = error
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError
  return cause
}

function placedAs(error: unknown, message: string, extensions: GraphQLErrorExtensions): GraphQLError {
  const text = shorten(message, messageLengthMax)
  if (!(error instanceof GraphQLError)) return new GraphQLError(text, {extensions})
  const {nodes = null, source = null, positions = null, path = null} = error
  return new GraphQLError(text, {nodes, source, positions, path, extensions})
}

/** Characters of what is sent back: whoever sends a name of a megabyte knows it. */
const messageLengthMax = 1_000
const detailLengthMax = 300

const shorten = (text: string, lengthMax: number): string =>
  text.length <= lengthMax ? text : `${text.slice(0, lengthMax / 2)}…${text.slice(-lengthMax / 2)}`

/** A key may be, or hold, an integer of 64 bits. */
const shortened = (details: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      typeof value === 'string' ? shorten(value, detailLengthMax) : withDigits(value),
    ]),
  )

/** The parser has no code for its bound on tokens, only this text. */
const codeOf = ({message}: GraphQLError): string =>
  message.includes(' tokens. Parsing aborted') ? 'LIMIT_EXCEEDED' : 'BAD_REQUEST'
