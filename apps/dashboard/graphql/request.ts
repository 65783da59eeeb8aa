import {parseJson} from '../lib/json.ts'
import type {GraphqlDocument} from './document.ts'
import {RequestError, type GraphqlError} from './request-error.ts'

type Answer = {readonly data?: unknown; readonly errors?: readonly GraphqlError[]}

/** One GraphQL operation over HTTP. Rejects with a RequestError: the first error of the answer, or UNREACHABLE. */
export async function request<Result, Variables>(
  document: GraphqlDocument<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const answer = parseAnswer(await post({query: document.text, variables}, signal))
  const error = answer.errors?.[0]
  if (error) throw RequestError.from(error)
  // The server validates the document against its schema, so the shape is the one written beside the document.
  return answer.data as Result
}

async function post(body: unknown, signal: AbortSignal | undefined): Promise<string> {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: {'content-type': 'application/json', accept: 'application/json'},
      body: JSON.stringify(body, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
      ...(signal ? {signal} : {}),
    })
    return await response.text()
  } catch (error) {
    if (signal?.aborted) throw error
    throw new RequestError('The server does not answer.', 'UNREACHABLE')
  }
}

function parseAnswer(text: string): Answer {
  try {
    const answer = parseJson(text)
    if (typeof answer === 'object' && answer !== null) return answer
  } catch {
    // Not JSON: told below with what came instead.
  }
  throw new RequestError(`The server gave no GraphQL answer: ${text.slice(0, 200) || 'nothing'}`, 'BAD_ANSWER')
}
