import type {Expr} from '../expr/ir.ts'
import type {Schema} from '../schema/schema.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {Formats, WindowedKey} from './formats.ts'

/**
 * Physical steps: what to do, as plain, versioned data. A step's inputs are nested in it, so a plan is a tree whose
 * root is the result. `schema` is the layout of the rows that the step gives. A step gives either a *stream* (rows) or
 * a *table* (changes with before and after); `gives` says which.
 * A step's version changes when its meaning does.
 */
export type Step =
  | SourceStep
  | FilterStep
  | ProjectStep
  | FlatMapStep
  | RekeyStep
  | AggregateStep
  | SuppressStep
  | DistinctStep
  | UnionStep
  | StreamStreamJoinStep
  | StreamTableJoinStep
  | TableTableJoinStep
  | ForeignKeyJoinStep

type Common = {
  readonly version: 1
  /** Unique in the plan, stable over restarts: stores, repartition topics and messages are named after it. */
  readonly id: string
  readonly schema: Schema
  readonly gives: 'stream' | 'table'
  /** Set when the key carries a window. */
  readonly window?: WindowedKey
}

/** Reads a topic. For a table the step keeps the rows by key, so that it can give before and after. */
export type SourceStep = Common & {
  readonly kind: 'source'
  readonly sourceName: string
  readonly topic: string
  readonly formats: Formats
  readonly timestamp?: TimestampExtraction
  /**
   * Table: keep rows in a store of this name. Absent where nothing downstream needs the old row: only filters and
   * re-keying do; joins keep both sides themselves.
   */
  readonly store?: string
}

/** Rows for which `where` is TRUE. On tables: a row that stops passing becomes a tombstone. */
export type FilterStep = Common & {readonly kind: 'filter'; readonly input: Step; readonly where: Expr}

/**
 * New value columns, computed from input rows; key columns are input columns by index.
 * A null value stays a null value.
 */
export type ProjectStep = Common & {
  readonly kind: 'project'
  readonly input: Step
  /** For each key column of `schema`, the input's column it is. */
  readonly key: readonly number[]
  readonly value: readonly Expr[]
}

/** Table functions: one output row per element; several are zipped to the longest. Adds their results as value columns. */
export type FlatMapStep = Common & {
  readonly kind: 'flat-map'
  readonly input: Step
  readonly functions: readonly {
    readonly function: string
    readonly overload: number
    readonly args: readonly Expr[]
    readonly type: SqlType
  }[]
}

/**
 * Gives rows another key and sends them through a repartition topic, so that equal keys meet. Value columns stay.
 * `onNullKey`: a row whose new key has a NULL is dropped and logged (GROUP BY), kept with a null key (PARTITION BY), or
 * dropped silently (joins). On a stream row whose value is null, an expression that reads anything but key columns is NULL.
 * On tables (GROUP BY over a table) each change becomes a removal of the old row under the old group and an addition of the
 * new row under the new group; only `aggregate` may follow.
 */
export type RekeyStep = Common & {
  readonly kind: 'rekey'
  readonly input: Step
  readonly key: readonly Expr[]
  readonly onNullKey: 'drop-any-null' | 'keep' | 'drop-all-null'
  /**
   * Rows move to the partition of their new key before the next step sees them. False: they stay in the task, because the
   * key is unchanged, or because nothing but the sink follows, which places rows anyway.
   */
  readonly needsRepartition: boolean
  /** Formats of the repartition topic: the key format also decides the partition, so that it meets the other side of a join. */
  readonly formats: Formats
  /** Partitions of the repartition topic. */
  readonly partitions: number
}

/**
 * Groups by the key of its input (a `rekey`, or a source whose key is the group) and folds.
 * The row it gives: key columns, then `schema.value` = `carried` columns (taken from the newest input row of the group),
 * then one column per aggregation. HAVING, expressions over aggregates, and WINDOWSTART/WINDOWEND as values are a
 * `filter` and a `project` after it.
 */
export type AggregateStep = Common & {
  readonly kind: 'aggregate'
  readonly input: Step
  readonly carried: readonly number[]
  readonly aggregations: readonly Aggregation[]
  readonly over?: WindowSpec
  readonly store: string
}

export type Aggregation = {
  readonly function: string
  readonly overload: number
  /** Evaluated against the input row. */
  readonly args: readonly Expr[]
  readonly type: SqlType
}

export type WindowSpec =
  | {readonly kind: 'tumbling'; readonly sizeMs: number; readonly graceMs: number; readonly retentionMs: number}
  | {
      readonly kind: 'hopping'
      readonly sizeMs: number
      readonly advanceMs: number
      readonly graceMs: number
      readonly retentionMs: number
    }
  | {readonly kind: 'session'; readonly gapMs: number; readonly graceMs: number; readonly retentionMs: number}

/** EMIT FINAL: holds the windows of an aggregate back until stream time closes them. */
export type SuppressStep = Common & {
  readonly kind: 'suppress'
  readonly input: Step
  readonly graceMs: number
  readonly store: string
}

/** SELECT DISTINCT: rows are all key, so a row is there or is not. Changes after which it is as before are left out. */
export type DistinctStep = Common & {readonly kind: 'distinct'; readonly input: Step}

/** UNION ALL: the rows of two streams with the same columns, each with its own time. */
export type UnionStep = Common & {readonly kind: 'union'; readonly left: Step; readonly right: Step}

export type JoinType = 'inner' | 'left' | 'right' | 'full'

/** Rows of joins: key columns, then all value columns of the left, then all of the right side. Keys are equal by then. */
export type StreamStreamJoinStep = Common & {
  readonly kind: 'stream-stream-join'
  readonly join: JoinType
  readonly left: Step
  readonly right: Step
  readonly beforeMs: number
  readonly afterMs: number
  /** Absent: unmatched rows come out at once (eager), buffers keep 24 hours. */
  readonly graceMs?: number
  readonly leftStore: string
  readonly rightStore: string
}

export type StreamTableJoinStep = Common & {
  readonly kind: 'stream-table-join'
  readonly join: 'inner' | 'left'
  readonly left: Step
  readonly right: Step
  readonly rightStore: string
}

export type TableTableJoinStep = Common & {
  readonly kind: 'table-table-join'
  readonly join: JoinType
  readonly left: Step
  readonly right: Step
  readonly leftStore: string
  readonly rightStore: string
}

/** `foreignKey` is evaluated on left rows and meets the right side's key. The result has the left key. */
export type ForeignKeyJoinStep = Common & {
  readonly kind: 'foreign-key-join'
  readonly join: 'inner' | 'left'
  readonly left: Step
  readonly right: Step
  readonly foreignKey: Expr
  readonly leftStore: string
  readonly rightStore: string
}

/** The record time comes from a column instead: BIGINT ms, TIMESTAMP, or VARCHAR with a Java DateTimeFormatter pattern. */
export type TimestampExtraction = {readonly column: number; readonly format?: string}
