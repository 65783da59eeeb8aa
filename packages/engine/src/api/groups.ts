import type {Offset} from '../record/record.ts'
import type {StartPosition} from './records.ts'

/** Only those behind the id `after`, at most `groupsMax`. */
export type GroupsPage = GroupFacts & {readonly after?: string | undefined; readonly groupsMax?: number | undefined}

/** `hasLagMs: false` spares the reads that lag in time costs: `lagMs` is then -1 where the group is not level. */
export type GroupFacts = {readonly hasLagMs?: boolean | undefined}

export type GroupInfo = {
  readonly id: string
  readonly state: 'empty' | 'stable' | 'rebalancing'
  readonly generation: number
  readonly members: readonly {
    readonly id: string
    readonly clientId: string
    readonly assignment: readonly {readonly topic: string; readonly partition: number}[]
  }[]
  readonly offsets: readonly {
    readonly topic: string
    readonly partition: number
    /** Null where the group has committed nothing, in a partition that one of its members has. */
    readonly committedOffset: Offset | null
    readonly endOffset: Offset
    readonly lag: number
    /** How far the oldest unread record lies behind the newest one, ms; 0 when level; -1 where too much would have to be read. */
    readonly lagMs: number
  }[]
}

export type CommitOffsetsRequest = {
  readonly group: string
  readonly generation?: number
  readonly memberId?: string
  readonly offsets: readonly {readonly topic: string; readonly partition: number; readonly offset: Offset}[]
}

/** `shift`: by so many records from the committed offset on, negative to go back. */
export type ResetTarget = Exclude<StartPosition, {readonly kind: 'cursor'}> | {readonly kind: 'shift'; readonly by: number}

export type ResetOffsetsRequest = {
  readonly group: string
  readonly topic: string
  /** All of the topic when absent. */
  readonly partitions?: readonly number[]
  readonly to: ResetTarget
  readonly isDryRun?: boolean
}

/** `before` is null where the group has committed nothing. */
export type OffsetReset = {
  readonly topic: string
  readonly partition: number
  readonly before: Offset | null
  readonly after: Offset
}
