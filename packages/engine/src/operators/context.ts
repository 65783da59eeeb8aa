import {BIGINT} from '../schema/sql-type.ts'
import type {Chunk} from '../chunk/chunk.ts'
import type {Step} from '../plan/step.ts'
import type {Column} from '../schema/schema.ts'
import type {Value} from '../schema/value.ts'
import type {KeyColumns} from '../state/map-key.ts'
import type {EntryLayout} from '../state/layout.ts'
import type {TaskStores} from '../state/task-stores.ts'
import type {Evaluator} from './evaluator.ts'
import type {ReportBadRow} from './operator.ts'

/** What an operator is built with. */
export type OperatorContext = {
  readonly evaluator: Evaluator
  readonly stores: TaskStores
  readonly report: ReportBadRow
  /** Something downstream reads `before` of the changes that this operator gives. */
  readonly wantsBefore: boolean
  readonly options: OperatorOptions
  /**
   * Given where rows of this operator reach the results by no other way than in their order: the operator may keep what it
   * gives until `flush` is called, which happens before results are collected. So rows that come one by one leave together.
   */
  readonly defer?: (flush: () => void) => void
}

export type OperatorOptions = {
  /**
   * EMIT FINAL as ksqlDB does it: windows that start before `newest start − (size + grace)` when they close are lost.
   * False: they come out.
   */
  readonly suppressLosesSkippedWindows: boolean
}

/** The layout of rows of a step kept by their whole key. */
export const layoutOf = (step: Pick<Step, 'schema' | 'window'>): EntryLayout => ({
  key: [...typesOf(step.schema.key), ...(step.window === undefined ? [] : [BIGINT, BIGINT])],
  isWindowed: step.window !== undefined,
  value: typesOf(step.schema.value),
})

export const typesOf = (columns: readonly Column[]) => columns.map(column => column.type)

/** The whole key of a chunk's rows: key columns, then window start and end where keys are windowed. */
export function keyColumns(chunk: Chunk, count: number): KeyColumns {
  const columns: ArrayLike<Value>[] = []
  for (let i = 0; i < count; i++) columns.push(chunk.columns[i]!.values)
  if (chunk.windows !== undefined) columns.push(chunk.windows.starts, chunk.windows.ends)
  return columns
}

export function hasNull(columns: KeyColumns, count: number, row: number): boolean {
  for (let i = 0; i < count; i++) if (columns[i]![row] === null) return true
  return false
}

export function isAllNull(columns: KeyColumns, count: number, row: number): boolean {
  for (let i = 0; i < count; i++) if (columns[i]![row] !== null) return false
  return true
}
