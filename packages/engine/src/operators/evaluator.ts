import type {Chunk, Rows, Vector} from '../chunk/chunk.ts'
import type {Aggregator} from '../expr/aggregates/definition.ts'
import type {Expr} from '../expr/ir.ts'
import type {Aggregation, FlatMapStep} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'
import type {BadRow, ReportBadRow} from './operator.ts'

/** What operators need of expressions: filled by generated code or by the interpreter, which give the same. */
export interface Evaluator {
  filter(where: Expr): RowFilter
  projection(expressions: readonly Expr[]): Projection
  /** `input`: what is aggregated; over a table the aggregator has `undo`. */
  aggregator(aggregation: Aggregation, input: 'stream' | 'table'): Aggregator
  tableFunction(spec: FlatMapStep['functions'][number]): TableFunction
}

/** Rows for which the predicate is TRUE, ascending. */
export type RowFilter = (rows: Rows, onError: OnRowError) => Int32Array

/** One vector per expression, over the selected rows or all. A failed expression is NULL. */
export type Projection = (rows: Rows, selection: Int32Array | undefined, onError: OnRowError) => readonly Vector[]

/** Elements for one row; empty when the function fails. */
export type TableFunction = (args: readonly Value[]) => readonly Value[]

export type OnRowError = (row: number, error: unknown) => void

/** Reports failed expressions under a step, with the place and time of the row. */
export function rowErrors(report: ReportBadRow, step: string, chunk: Chunk): OnRowError {
  return (row, error) => {
    if (chunk.nullValues !== undefined && chunk.nullValues[row] === 1) return
    report(badRow('expression', step, error instanceof Error ? error.message : String(error), chunk, row))
  }
}

export const ignoreErrors: OnRowError = () => {}

export function badRow(kind: BadRow['kind'], step: string, reason: string, chunk: Chunk, row: number): BadRow {
  const {origin} = chunk
  return {
    kind,
    step,
    reason,
    timestampMs: chunk.timestamps[row]!,
    ...(origin === undefined ? {} : {topic: origin.topic, partition: origin.partition, offset: origin.offsets[row]!}),
  }
}
