import type {IncomingMessage, ServerResponse} from 'node:http'
import {OperationTypeNode, type ExecutionResult, type GraphQLError} from 'graphql'
import {parseJson, stringifyJson} from '../json/digits.ts'
import {requestError} from '../schema/errors.ts'
import type {OperationRequest, Operations} from './operations.ts'

const responseJson = 'application/graphql-response+json'
const plainJson = 'application/json'

/** The media type that the client prefers among ours, or undefined: then this is not for us (event streams, multipart). */
export function acceptedJson(accept: string | undefined): string | undefined {
  if (!accept || accept.includes('*/*'))
    return accept?.includes(responseJson) ? responseJson : accept?.includes('text/event-stream') ? undefined : plainJson
  const at = accept.indexOf(responseJson)
  const plainAt = accept.indexOf(plainJson)
  if (at >= 0 && (plainAt < 0 || at < plainAt)) return responseJson
  return plainAt >= 0 ? plainJson : undefined
}

/**
 * The hot shape of a request, one JSON object by POST, without the layers that general GraphQL servers bring; longs keep
 * their digits both ways. Gives false when the request has another shape, for the general server to answer.
 */
export async function answerPost(
  operations: Operations,
  body: Buffer,
  mediaType: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const parsed = parseRequest(body)
  if (!parsed) return false
  const prepared = operations.prepare(parsed.query)
  if ('errors' in prepared) {
    send(response, mediaType === responseJson ? 400 : 200, mediaType, {errors: prepared.errors})
    return true
  }
  const type = operations.typeOf(prepared.document, parsed.operationName)
  if (type === OperationTypeNode.SUBSCRIPTION && wantsNoStream(request.headers.accept)) {
    send(response, 406, mediaType, {errors: [eventStreamExpected()]})
    return true
  }
  if (type !== OperationTypeNode.QUERY && type !== OperationTypeNode.MUTATION) return false
  const gone = new AbortController()
  const onClose = () => gone.abort()
  request.socket.once('close', onClose)
  try {
    const result = await operations.run(prepared.document, parsed, gone.signal)
    send(response, result.data === undefined && mediaType === responseJson ? 400 : 200, mediaType, result)
  } catch (error) {
    send(response, 200, mediaType, {errors: [operations.mask(error)]})
  } finally {
    request.socket.off('close', onClose)
  }
  return true
}

const wantsNoStream = (accept = '*/*'): boolean =>
  !['text/event-stream', 'multipart/mixed', '*/*'].some(type => accept.includes(type))

const eventStreamExpected = (): GraphQLError =>
  requestError('INVALID_ARGUMENT', 'found a subscription, expected accept: text/event-stream with it, or a WebSocket')

function parseRequest(body: Buffer): OperationRequest | undefined {
  let parsed: unknown
  try {
    parsed = parseJson(body.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null || !('query' in parsed) || typeof parsed.query !== 'string') return undefined
  const {operationName, variables, extensions} = parsed as {operationName?: unknown; variables?: unknown; extensions?: unknown}
  if (extensions !== undefined && extensions !== null) return undefined
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return undefined
  if (variables !== undefined && variables !== null && (typeof variables !== 'object' || Array.isArray(variables)))
    return undefined
  return {
    query: parsed.query,
    operationName: operationName ?? null,
    variables: (variables as Record<string, unknown> | null | undefined) ?? null,
  }
}

function send(
  response: ServerResponse,
  status: number,
  mediaType: string,
  result: ExecutionResult | {errors: readonly GraphQLError[]},
): void {
  const text = stringifyJson(result)
  response.writeHead(status, {'content-type': `${mediaType}; charset=utf-8`, 'content-length': Buffer.byteLength(text)})
  response.end(text)
}
