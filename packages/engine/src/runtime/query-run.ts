import type {PersistentPlan} from '../plan/query-plan.ts'
import type {Source} from '../plan/source.ts'
import type {TableIndex} from '../plan/table-index.ts'
import type {Offset} from '../record/record.ts'

/** All that is needed to run a query anywhere: plain data that may cross threads. */
export type QueryRun = {
  /** Tasks, state and offsets are named after it. */
  readonly id: string
  readonly what: RunContents
  /** The topics that it reads and writes. */
  readonly topics: Readonly<Record<string, RunTopic>>
  /** Where tasks begin that have committed nothing yet, by topic and partition; absent: at the begin. */
  readonly start?: Readonly<Record<string, readonly Offset[]>>
  /** Session properties that functions honour, by lower-case name. */
  readonly settings: Readonly<Record<string, string>>
  /** Indexes of the table that it keeps. An empty list: it had some, which are to go. */
  readonly indexes?: readonly TableIndex[]
}

export type RunContents =
  | {readonly kind: 'query'; readonly plan: PersistentPlan}
  /** Keeps the rows of a table that is declared over a topic, so that it can be pulled from. */
  | {readonly kind: 'table'; readonly source: Source}

export type RunTopic = {
  readonly partitions: number
  readonly placement: string
  readonly compression: 'none' | 'zstd'
  readonly onCorruptBatch: 'fail' | 'skip'
}

/** One task of a run. */
export type TaskPlace = {readonly subTopology: number; readonly partition: number}

/** Whether a task is at one of the places; without places, it is. */
export const isAmong = (task: TaskPlace, places: readonly TaskPlace[] | undefined): boolean =>
  places === undefined ||
  places.some(({subTopology, partition}) => subTopology === task.subTopology && partition === task.partition)
