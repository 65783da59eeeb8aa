import type {Column, Schema} from '../schema/schema.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {Formats, WindowedKey} from './formats.ts'
import type {TableIndex} from './table-index.ts'
import type {TimestampExtraction} from './step.ts'

/** What the catalog knows of a stream or table, and all that the analyzer may ask of it. */
export type Source = {
  readonly name: string
  readonly kind: 'stream' | 'table'
  readonly schema: Schema
  readonly topic: string
  readonly partitions: number
  readonly formats: Formats
  readonly window?: WindowedKey
  /** A value column (or key column), by its index in key-then-value order. */
  readonly timestamp?: TimestampExtraction & {readonly columnName: string}
  /** HEADERS and HEADER('k') columns; they follow the value columns in `SELECT *`. Read-only. */
  readonly headerColumns: readonly (Column & {readonly header?: string})[]
  /** Declared with SOURCE: no INSERT, no ALTER, no DROP TOPIC. */
  readonly isReadOnly: boolean
  /** The query that writes it (CSAS, CTAS). */
  readonly createdBy?: string
  /** The statement that made it, as text. */
  readonly statement: string
}

/** Where the result rows of a table stand as committed state: the query's sink store or a table's own materialisation. */
export interface SourceLookup {
  source(name: string): Source | undefined
  sources(): readonly Source[]
  type(name: string): SqlType | undefined
  types(): ReadonlyMap<string, SqlType>
  /** Ids of running queries that read or write a source. */
  readers(sourceName: string): readonly string[]
  writers(sourceName: string): readonly string[]
  topicPartitions(topic: string): number | undefined
  /** All secondary indexes. */
  indexes(): readonly TableIndex[]
}
