import type {Chunk} from '../chunk/chunk.ts'
import type {Value} from '../schema/value.ts'
import type {Turns} from './turns.ts'

/**
 * One step of a running topology. A task calls it with one chunk at a time, never concurrently, rows in the order of the
 * input. It must not await, keep time, or hold state outside the stores it was given. What it emits for a chunk must
 * not depend on where the chunk was cut: the same rows one by one give the same result.
 * `port` is 0 for the only or left input, 1 for the right one.
 */
export interface Operator {
  process(port: number, chunk: Chunk, emit: Emit): void

  /** Rows of both inputs at once: the same as `process` for each turn. Absent: turns must come one by one. */
  processTurns?(chunks: TwoChunks, turns: Turns, emit: Emit): void
}

/** Left and right; absent: no rows. */
export type TwoChunks = readonly [Chunk | undefined, Chunk | undefined]

export type Emit = (chunk: Chunk) => void

/** Where rows that could not be processed go; the stream goes on without them. */
export type ReportBadRow = (problem: BadRow) => void

export type BadRow = {
  readonly kind:
    | 'deserialization'
    | 'expression'
    | 'timestamp'
    | 'null-key'
    | 'late'
    | 'serialization'
    | 'corrupt-batch'
    | 'lost-records'
  /** The step's id. */
  readonly step: string
  readonly reason: string
  readonly topic?: string
  readonly partition?: number
  readonly offset?: number
  readonly timestampMs?: number
  readonly key?: readonly Value[]
}
