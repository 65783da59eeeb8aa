import type {NewTopic} from '../log/topic.ts'
import type {PersistentPlan} from '../plan/query-plan.ts'
import type {TableIndex} from '../plan/table-index.ts'
import type {Source} from '../plan/source.ts'
import type {Offset} from '../record/record.ts'
import type {SqlType} from '../schema/sql-type.ts'

/** A change of the catalog as data. It carries plans, not text: what was decided stays decided. */
export type Command =
  /** Creates, replaces or alters. */
  | {readonly kind: 'put-source'; readonly source: Source}
  | {readonly kind: 'drop-source'; readonly name: string}
  | {readonly kind: 'put-type'; readonly name: string; readonly type: SqlType}
  | {readonly kind: 'drop-type'; readonly name: string}
  | {readonly kind: 'put-index'; readonly index: TableIndex}
  | {readonly kind: 'drop-index'; readonly name: string}
  /** Starts a query, or gives a running one of the same id a new plan that continues from its state. */
  | {readonly kind: 'start-query'; readonly query: QueryRecord}
  | {readonly kind: 'terminate-query'; readonly id: string}
  | {readonly kind: 'pause-query'; readonly id: string}
  | {readonly kind: 'resume-query'; readonly id: string}

export type QueryRecord = {
  readonly id: string
  readonly statement: string
  readonly plan: PersistentPlan
  /** Names of the sources that it reads, and the one that it writes. */
  readonly sources: readonly string[]
  readonly sink: string
  readonly isPaused: boolean
  /** Settings of the sink's topic, for when it has to be made. */
  readonly sinkSettings: NonNullable<NewTopic['settings']>
  /** Where it begins, by topic and partition; absent: at the begin of its sources. */
  readonly start?: Readonly<Record<string, readonly Offset[]>>
  /** Session properties that functions honour, by lower-case name. */
  readonly settings: Readonly<Record<string, string>>
}
