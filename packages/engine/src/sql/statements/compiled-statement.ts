import type {PullPlan} from '../../plan/pull-plan.ts'
import type {PersistentPlan, PushPlan} from '../../plan/query-plan.ts'
import type {TableIndex} from '../../plan/table-index.ts'
import type {Source, SourceLookup} from '../../plan/source.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Row} from '../../schema/value.ts'
import type {Span} from '../syntax/span.ts'
import type {ShowSubject} from '../syntax/statement-ast.ts'

/** What the compiler asks of the catalog beyond its sources. */
export type CompileCatalog = SourceLookup & {
  /** A running persistent query. */
  query(id: string): {readonly plan: PersistentPlan; readonly statement: string} | undefined
}

export type CompileOptions = {
  /** Session properties: SET, or those sent with the request. Values may be text, numbers or booleans. */
  readonly properties?: Readonly<Record<string, unknown>>
  /** Values of `$1`, `$2`, … by number, and of `:name` by name. */
  readonly parameters?: Readonly<Record<string, unknown>>
  /** Session variables for `${name}`. */
  readonly variables?: Readonly<Record<string, string>>
  readonly defaults?: {
    /** Partitions of a topic that CREATE makes without saying how many. Default 1. */
    readonly partitions?: number
  }
  /** A fresh id for a persistent query; called once per such statement, in order. `hint`: `CSAS_ORDERS`, `INSERTQUERY`, … */
  readonly newQueryId: (hint: string) => string
  /** The time for constants such as UNIX_TIMESTAMP() in VALUES. Default 0. */
  readonly nowMs?: number
}

/** A topic that a statement makes. */
export type TopicConfig = TopicSettings & {
  readonly name: string
  readonly partitions: number
  readonly encoding: 'bytes' | 'columns'
}

/** Settings of a topic, as far as a statement names them. */
export type TopicSettings = {
  /** Milliseconds; -1: keep for ever. */
  readonly retentionMs?: number
  readonly retentionBytes?: number
  readonly cleanupPolicy?: 'delete' | 'compact' | 'compact,delete'
  readonly compression?: 'none' | 'zstd'
  readonly tombstoneRetentionMs?: number
  readonly minCleanableDirtyRatio?: number
  /** -1: a record may wait for ever. */
  readonly maxCompactionLagMs?: number
  readonly minCompactionLagMs?: number
  readonly keyIndex?: boolean
  readonly timestampType?: 'create' | 'append'
  readonly onCorruptBatch?: 'fail' | 'skip'
}

/** A statement checked and planned: what to do, as data. */
export type CompiledStatement = {
  /** As written. */
  readonly text: string
  readonly span: Span
  /** Said to the user although nothing is wrong. */
  readonly warnings: readonly string[]
} & Action

export type Action =
  /** `topic`: to be made, because it does not exist. `isReplacing`: the name exists and gets this definition. */
  | {
      readonly kind: 'create-source'
      readonly source: Source
      readonly topic: TopicConfig | undefined
      readonly isReplacing: boolean
    }
  /** `continues`: the query of this id goes on with the new plan and its old state. */
  | {
      readonly kind: 'create-as'
      readonly source: Source
      readonly plan: PersistentPlan
      readonly topic: TopicConfig | undefined
      readonly continues: string | undefined
    }
  | {readonly kind: 'insert-select'; readonly plan: PersistentPlan}
  | {readonly kind: 'insert-values'; readonly source: Source; readonly rows: readonly InsertedRow[]}
  /** Tombstones for these keys. */
  | {readonly kind: 'delete-rows'; readonly source: Source; readonly keys: readonly Row[]}
  | {
      readonly kind: 'drop-source'
      readonly source: Source
      /** What goes with it, because queries made it of `source`: those first that nothing is made of. */
      readonly dependents: readonly Source[]
      /** Queries that end with it. */
      readonly terminates: readonly string[]
      readonly deletesTopic: boolean
    }
  /** The source as it is afterwards. */
  | {readonly kind: 'alter-source'; readonly source: Source}
  | {readonly kind: 'create-topic'; readonly topic: TopicConfig}
  | {readonly kind: 'alter-topic'; readonly name: string; readonly partitions: number; readonly settings: TopicSettings}
  | {readonly kind: 'drop-topic'; readonly name: string}
  | {readonly kind: 'describe-topic'; readonly topic: string}
  | {readonly kind: 'create-type'; readonly name: string; readonly type: SqlType}
  | {readonly kind: 'drop-type'; readonly name: string}
  /** Where its entries stand is decided by the catalog. */
  | {readonly kind: 'create-index'; readonly index: Omit<TableIndex, 'store'>}
  | {readonly kind: 'drop-index'; readonly name: string; readonly table: string}
  /** IF [NOT] EXISTS found nothing to do. */
  | {readonly kind: 'no-op'; readonly message: string}
  /** `queryId` undefined: all. */
  | {readonly kind: 'control-query'; readonly action: 'terminate' | 'pause' | 'resume'; readonly queryId: string | undefined}
  | {readonly kind: 'set-property'; readonly name: string; readonly value: string; readonly isSystemWide: boolean}
  | {readonly kind: 'unset-property'; readonly name: string}
  | {readonly kind: 'define-variable'; readonly name: string; readonly value: string}
  | {readonly kind: 'undefine-variable'; readonly name: string}
  | {
      readonly kind: 'show'
      readonly subject: ShowSubject
      readonly isAll: boolean
      readonly isExtended: boolean
      /** As they are at this place of the script: only for VARIABLES. */
      readonly variables?: Readonly<Record<string, string>>
    }
  | {readonly kind: 'describe-source'; readonly source: Source; readonly isExtended: boolean}
  | {readonly kind: 'describe-sources'; readonly of: 'stream' | 'table'; readonly isExtended: boolean}
  | {readonly kind: 'describe-function'; readonly name: string}
  /** `statement`: compiled but not to be run. */
  | {readonly kind: 'explain'; readonly statement: CompiledStatement}
  | {readonly kind: 'explain-query'; readonly queryId: string}
  | {
      readonly kind: 'print-topic'
      readonly topic: string
      readonly isFromBeginning: boolean
      /** Every nth record; at least 1. */
      readonly interval: number
      readonly limit: number | undefined
    }
  | {
      readonly kind: 'assert-topic'
      readonly topic: string
      readonly isNegated: boolean
      readonly partitions: number | undefined
      readonly timeoutMs: number | undefined
    }
  /** Waits until the query has a row; `isNegated`: until it has none. */
  | {
      readonly kind: 'assert-values'
      readonly source: string
      readonly plan: PullPlan
      readonly isNegated: boolean
      readonly timeoutMs: number | undefined
    }
  | {readonly kind: 'pull'; readonly plan: PullPlan}
  | {readonly kind: 'push'; readonly plan: PushPlan}

/** Values in the order key columns, value columns. */
export type InsertedRow = {readonly values: Row; readonly timestampMs: number | undefined}
