import type {Header, Offset} from '../record/record.ts'
import type {OnCorruptBatch} from './topics.ts'

export type LogRecord = {
  readonly partition: number
  readonly offset: Offset
  readonly timestampMs: number
  /** Decoded by the source over the topic, or as JSON, text, or base64, whichever fits first. JSON-able. */
  readonly key: unknown
  readonly value: unknown
  readonly headers: readonly Header[]
  readonly window?: {readonly startMs: number; readonly endMs: number}
}

export type StartPosition =
  | {readonly kind: 'earliest'}
  | {readonly kind: 'latest'}
  | {readonly kind: 'timestamp'; readonly timestampMs: number}
  | {readonly kind: 'offsets'; readonly offsets: readonly {readonly partition: number; readonly offset: Offset}[]}
  | {readonly kind: 'cursor'; readonly cursor: string}

/** Where to go on when a position is no longer, or not yet, in the log. */
export type OnNoOffset = 'earliest' | 'latest' | 'error'

export type RecordsRequest = {
  readonly topic: string
  readonly partition?: number
  readonly from: StartPosition
  readonly recordsMax: number
  readonly onOutOfRange?: OnNoOffset
  readonly onCorruptBatch?: OnCorruptBatch
}

export type RecordsPage = {readonly records: readonly LogRecord[]; readonly cursor: string; readonly isAtEnd: boolean}
export type TailRequest = Omit<RecordsRequest, 'partition' | 'recordsMax'> & {readonly signal?: AbortSignal}

export type KeyEventsRequest = {
  readonly topic: string
  readonly key: unknown
  /** Default 0, the first. */
  readonly fromVersion?: number
  readonly eventsMax?: number
  /** Where events of the key were produced to a partition by its number. */
  readonly partition?: number
}

/** `version` counts the events of the key before this one. */
export type KeyEvent = LogRecord & {readonly version: number}

/** `version`: how many events the key has. `nextVersion`: where the next page begins. */
export type KeyEventsPage = {
  readonly events: readonly KeyEvent[]
  readonly version: number
  readonly nextVersion: number
  readonly isAtEnd: boolean
}
