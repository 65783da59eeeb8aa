import type {Column} from '../schema/schema.ts'
import type {Value} from '../schema/value.ts'

export type ExecuteOptions = {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly parameters?: Readonly<Record<string, unknown>>
}

export type PullOptions = ExecuteOptions & {readonly after?: string; readonly signal?: AbortSignal}
export type PushOptions = ExecuteOptions & {readonly after?: string; readonly signal?: AbortSignal}

/** A statement that was refused: where, why, and a way out. Lines and columns count from 1. */
export type SqlRejection = {
  readonly kind: 'rejected'
  readonly code: string
  readonly message: string
  readonly line?: number
  readonly column?: number
  /** Characters the problem spans from (line, column); at least 1. */
  readonly length?: number
  readonly hint?: string
  /** The statement it stands in. */
  readonly statement?: string
}

export type Executed = {readonly kind: 'executed'; readonly statements: readonly StatementResult[]}

export type StatementResult = {
  /** `CREATE_STREAM`, `SHOW_TOPICS`, … */
  readonly kind: string
  readonly statement: string
  readonly message: string
  readonly source?: string
  readonly queryId?: string
  /** Rows of SHOW, DESCRIBE, EXPLAIN, PRINT: objects by column name. */
  readonly columns?: readonly string[]
  readonly rows?: readonly Readonly<Record<string, unknown>>[]
  readonly warnings?: readonly string[]
}

export type ResultColumn = Column & {readonly isKey: boolean}

export type PullRows = {
  readonly kind: 'rows'
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly (readonly Value[])[]
}

/** Events end (`done`) at LIMIT; an iterator's `return` closes the subscription. */
export type PushSubscription = AsyncIterableIterator<PushBatch> & {
  readonly kind: 'subscription'
  readonly columns: readonly ResultColumn[]
}

/** `tombstones[i]` is set where row i says that its key is gone (value columns NULL). The first batch is empty and carries the start. */
export type PushBatch = {
  readonly rows: readonly (readonly Value[])[]
  readonly tombstones?: readonly boolean[]
  readonly timestampsMs: readonly number[]
  readonly cursor: string
  /** Rows that were left out because the subscriber was too slow and the start of the log is gone. */
  readonly dropped?: number
}
