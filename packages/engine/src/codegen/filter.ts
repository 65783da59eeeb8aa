import type {Rows} from '../chunk/chunk.ts'
import type {EvaluationEnv} from '../expr/bind.ts'
import type {Expr} from '../expr/ir.ts'
import {fold} from './fold.ts'
import {filterLoop, type FilterLoop, type ReportRow} from './loop.ts'
import {RowCursor} from './row-cursor.ts'
import {Variants} from './variants.ts'

/** Positions of the rows for which a predicate is TRUE, ascending. A failure counts as FALSE and is reported. */
export type Filter = (rows: Rows, onError: ReportRow) => Int32Array

/** `where` as generated code. Throws AssertionError for an expression that the analyzer would not make. */
export function compileFilter(where: Expr, env: EvaluationEnv): Filter {
  const folded = fold(where, env)
  const variants = new Variants<FilterLoop>(folded, columns => filterLoop(folded, env, columns))
  return (rows, onError) => {
    const {run, columns} = variants.choose(rows)
    return run(rows, columns, rows.count, onError)
  }
}

/** The same by `interpret.ts`: the oracle. */
export function interpretFilter(where: Expr, env: EvaluationEnv): Filter {
  return (rows, onError) => {
    const cursor = new RowCursor(rows, [where])
    const report = (error: unknown) => onError(cursor.row, error)
    const passed: number[] = []
    for (cursor.row = 0; cursor.row < rows.count; cursor.row++) {
      if (cursor.valueOf(where, env, report) === true) passed.push(cursor.row)
    }
    return Int32Array.from(passed)
  }
}
