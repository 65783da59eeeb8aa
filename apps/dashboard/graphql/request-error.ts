export type GraphqlError = {readonly message: string; readonly extensions?: Readonly<Record<string, unknown>>}

/** A request that failed: in the server's words, with its code. `UNREACHABLE` is ours: no answer came. */
export class RequestError extends Error {
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(message: string, code: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'RequestError'
    this.code = code
    this.details = details
  }

  static from(error: GraphqlError): RequestError {
    const {code, ...details} = error.extensions ?? {}
    return new RequestError(error.message, typeof code === 'string' ? code : 'UNKNOWN', details)
  }
}

export const asRequestError = (error: unknown): RequestError =>
  error instanceof RequestError ? error : new RequestError(error instanceof Error ? error.message : String(error), 'UNKNOWN')
