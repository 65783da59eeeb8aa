import type {Engine} from '@millrace/engine'

export type Outcome =
  | {readonly kind: 'passed'; readonly messageMatches?: boolean}
  | {readonly kind: 'failed'; readonly reason: string}

export const failed = (reason: string): Outcome => ({kind: 'failed', reason})

/** How a case is run; results must not depend on it. */
export type Mode = {
  /** One record at a time, or runs of records to the same topic at once. */
  readonly isBatched: boolean
  /** JSON topics in Millrace's own columns instead. */
  readonly isInColumns: boolean
  /** Closes the engine and its storage, and opens them again. */
  readonly reopen?: () => Promise<Engine>
}

export const earliest = {'auto.offset.reset': 'earliest'}
