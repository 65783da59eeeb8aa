/**
 * The one table of codes. Codes are named by what happens next: the caller is told (`caller`), the operation is tried
 * again (`retryable`), the owner closes silently (`FENCED_EPOCH`), or somebody looks after the machine (`environment`).
 */
export const errorTable = {
  SQL_SYNTAX: {retryable: false, blame: 'caller'},
  SQL_INVALID: {retryable: false, blame: 'caller'},
  INVALID_ARGUMENT: {retryable: false, blame: 'caller'},
  INVALID_CONFIG: {retryable: false, blame: 'caller'},
  TOPIC_NOT_FOUND: {retryable: false, blame: 'caller'},
  TOPIC_EXISTS: {retryable: false, blame: 'caller'},
  TOPIC_MISMATCH: {retryable: false, blame: 'caller'},
  PARTITION_NOT_FOUND: {retryable: false, blame: 'caller'},
  SOURCE_NOT_FOUND: {retryable: false, blame: 'caller'},
  QUERY_NOT_FOUND: {retryable: false, blame: 'caller'},
  GROUP_NOT_FOUND: {retryable: false, blame: 'caller'},
  GROUP_NOT_EMPTY: {retryable: false, blame: 'caller'},
  OFFSET_OUT_OF_RANGE: {retryable: false, blame: 'caller'},
  RECORD_INVALID: {retryable: false, blame: 'caller'},
  RECORD_TOO_LARGE: {retryable: false, blame: 'caller'},
  LIMIT_EXCEEDED: {retryable: false, blame: 'caller'},
  CURSOR_INVALID: {retryable: false, blame: 'caller'},
  VERSION_CONFLICT: {retryable: false, blame: 'caller'},
  SEQUENCE_OUT_OF_ORDER: {retryable: false, blame: 'caller'},
  FENCED_EPOCH: {retryable: false, blame: 'engine'},
  FENCED_GENERATION: {retryable: false, blame: 'caller'},
  UNKNOWN_MEMBER: {retryable: false, blame: 'caller'},
  BATCH_CORRUPT: {retryable: false, blame: 'environment'},
  STATE_CORRUPT: {retryable: false, blame: 'environment'},
  STORAGE_UNAVAILABLE: {retryable: true, blame: 'environment'},
  STORAGE_FULL: {retryable: true, blame: 'environment'},
  ACKS_NOT_REACHED: {retryable: true, blame: 'environment'},
  TIMEOUT: {retryable: true, blame: 'environment'},
  CLOSED: {retryable: true, blame: 'environment'},
} as const satisfies Record<string, {retryable: boolean; blame: 'caller' | 'engine' | 'environment'}>

export type ErrorCode = keyof typeof errorTable

/** Every expected failure. The message names what was found, what was expected, and where. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? {} : {cause})
    this.code = code
    this.details = details
  }

  get isRetryable(): boolean {
    return errorTable[this.code].retryable
  }
}
