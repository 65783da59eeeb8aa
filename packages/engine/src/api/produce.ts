import type {Offset} from '../record/record.ts'
import type {CommitOffsetsRequest} from './groups.ts'

/**
 * Key and value as JSON values (as JSON.parse gives them; long digits may come as bigint). How they are written follows from
 * the source declared over the topic: its formats, or by default text keys as UTF-8 and everything else as JSON text.
 */
export type ProduceRecord = {
  readonly key?: unknown
  readonly value?: unknown
  readonly headers?: readonly GivenHeader[]
  readonly timestampMs?: number
  readonly partition?: number
  /** Only for topics whose keys carry a window. */
  readonly window?: {readonly startMs: number; readonly endMs: number}
  /**
   * How many events the key must have before this one (`none`: 0), those of the same request in front of it too; else the whole
   * request is refused with VERSION_CONFLICT. Only in topics with a key index.
   */
  readonly expectedVersion?: number | 'none' | 'any'
  /** Names the event: it is stored once, whoever sends it. Only in topics with a key index. */
  readonly eventId?: string
}

/** Text is base64. */
export type GivenHeader = {readonly key: string; readonly value: Uint8Array | string | null}

export type Acks = 'NONE' | 'LEADER' | 'ALL'

export type ProduceRequest = {
  readonly topic: string
  readonly records: readonly ProduceRecord[]
  readonly acks?: Acks
  /** All partitions or none; a record that is refused refuses all. */
  readonly isAtomic?: boolean
  /** Idempotence: a batch sent again with the same id, epoch and sequence is stored once. */
  readonly producer?: {readonly id: string; readonly epoch: number; readonly sequence: number}
  /** Where partitions must end for the request to be stored; else it is refused with VERSION_CONFLICT. */
  readonly expectedEnds?: readonly {readonly partition: number; readonly offset: Offset}[]
  /**
   * Offsets of a consumer group that are committed in the same step, or neither: what was made of consumed records is stored
   * exactly once. Makes the request atomic.
   */
  readonly consumed?: CommitOffsetsRequest
}

export type ProduceResult = {
  readonly accepted: number
  readonly rejected: number
  readonly ranges: readonly {readonly partition: number; readonly firstOffset: Offset; readonly lastOffset: Offset}[]
  readonly errors: readonly {readonly index: number; readonly code: string; readonly message: string}[]
  /** Give it to a pull query to read this write. */
  readonly token: string
  readonly isDuplicate: boolean
  /** What was given: LEADER where NONE was asked for, and where ALL was asked for and the store can't give it now. */
  readonly acks: Acks
}
