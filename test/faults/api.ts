import {eventsOf} from '../support/event-stream.ts'

/** A request that the server answered with an error. `code` as in the errors' extensions. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly isRetryable: boolean

  constructor(message: string, code: string, isRetryable: boolean) {
    super(message)
    this.code = code
    this.isRetryable = isRetryable
  }
}

type GraphqlError = {readonly message: string; readonly extensions?: {readonly code?: string; readonly retryable?: boolean}}
type Answer<T> = {readonly data?: T | null; readonly errors?: readonly GraphqlError[]}

const headers = (accept: string) => ({'content-type': 'application/json', accept})
const answerTimeoutMs = 20_000

function dataOf<T>({data, errors = []}: Answer<T>): T {
  const [error] = errors
  if (error) throw new ApiError(error.message, error.extensions?.code ?? 'INTERNAL', error.extensions?.retryable === true)
  if (!data) throw new Error('an answer without data')
  return data
}

/** Throws ApiError for what the server refused, and other errors where no answer came. */
export async function ask<T>(url: string, query: string, variables: Readonly<Record<string, unknown>>): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: headers('application/json'),
    body: JSON.stringify({query, variables}),
    signal: AbortSignal.timeout(answerTimeoutMs),
  })
  return dataOf<T>(await response.json())
}

/** Events of a subscription until its connection ends; then it ends, or throws. */
export async function* listen<T>(url: string, query: string, variables: Readonly<Record<string, unknown>>): AsyncGenerator<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: headers('text/event-stream'),
    body: JSON.stringify({query, variables}),
  })
  for await (const event of eventsOf(response)) yield dataOf(event as Answer<T>)
}

/** Of several servers one at a time: the next one after a failure. */
export class Servers {
  readonly #urls: readonly string[]
  #at: number

  constructor(urls: readonly string[], first = 0) {
    this.#urls = urls
    this.#at = first % urls.length
  }

  get url(): string {
    return this.#urls[this.#at] ?? ''
  }

  next(): void {
    this.#at = (this.#at + 1) % this.#urls.length
  }
}

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
