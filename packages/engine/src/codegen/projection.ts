import {must} from '../base/assert.ts'
import {constantVector, vectorOf, type Rows, type Vector} from '../chunk/chunk.ts'
import type {EvaluationEnv} from '../expr/bind.ts'
import type {Expr} from '../expr/ir.ts'
import type {Value} from '../schema/value.ts'
import {fold} from './fold.ts'
import {columnLoop, type ColumnLoop, type ReportRow} from './loop.ts'
import {RowCursor} from './row-cursor.ts'
import {selectVector} from './selected-vector.ts'
import {Variants} from './variants.ts'

/**
 * One vector an expression, for the rows in `selection` (all of them without one), in its order. A failed value is NULL
 * and reported with the row's position in `rows` and the expression's position. Plain columns are passed through.
 */
export type Projection = (
  rows: Rows,
  selection: Int32Array | undefined,
  onError: (row: number, error: unknown, column: number) => void,
) => Vector[]

type ColumnMaker = (rows: Rows, selection: Int32Array | undefined, report: ReportRow) => Vector

/** `exprs` as generated code, a loop an expression. */
export const compileProjection = (exprs: readonly Expr[], env: EvaluationEnv): Projection =>
  projectionOf(exprs.map(expr => compiledColumn(fold(expr, env), env)))

/** The same by `interpret.ts`: the oracle. */
export const interpretProjection = (exprs: readonly Expr[], env: EvaluationEnv): Projection =>
  projectionOf(exprs.map(expr => interpretedColumn(expr, env)))

function projectionOf(makers: readonly ColumnMaker[]): Projection {
  return (rows, selection, onError) =>
    makers.map((make, column) => make(rows, selection, (row, error) => onError(row, error, column)))
}

function compiledColumn(expr: Expr, env: EvaluationEnv): ColumnMaker {
  if (expr.kind === 'column') return passThrough(expr.index)
  if (expr.kind === 'literal') return (rows, selection) => constantVector(expr.value, selection?.length ?? rows.count)
  const all = new Variants<ColumnLoop>(expr, columns => columnLoop(expr, env, columns, false))
  const selected = new Variants<ColumnLoop>(expr, columns => columnLoop(expr, env, columns, true))
  return (rows, selection, report) => {
    const {run, columns} = (selection === undefined ? all : selected).choose(rows)
    return vectorOf(run(rows, columns, selection?.length ?? rows.count, report, selection))
  }
}

function passThrough(index: number): ColumnMaker {
  return (rows, selection) => {
    const column = must(rows.columns[index], `column ${index}`)
    return selection === undefined ? column : selectVector(column, selection)
  }
}

function interpretedColumn(expr: Expr, env: EvaluationEnv): ColumnMaker {
  return (rows, selection, onError) => {
    const cursor = new RowCursor(rows, [expr])
    const report = (error: unknown) => onError(cursor.row, error)
    const values: Value[] = []
    for (let j = 0; j < (selection?.length ?? rows.count); j++) {
      cursor.row = selection?.[j] ?? j
      values.push(cursor.valueOf(expr, env, report))
    }
    return vectorOf(values)
  }
}
