import type {Rows} from '../chunk/chunk.ts'
import type {EvaluationEnv} from '../expr/bind.ts'
import {evaluate, type RowAccess} from '../expr/interpret.ts'
import type {Expr} from '../expr/ir.ts'
import {referencedColumns} from '../expr/references.ts'
import type {SystemColumn} from '../schema/schema.ts'
import type {Value} from '../schema/value.ts'
import {must} from '../base/assert.ts'
import {headerValue, systemValue} from './support.ts'

/** One row of a batch at a time, for the interpreter. Only the columns that `exprs` read are decoded, at once. */
export class RowCursor implements RowAccess {
  row = 0
  readonly #rows: Rows
  readonly #columns: (ArrayLike<Value> | undefined)[] = []

  constructor(rows: Rows, exprs: readonly Expr[]) {
    this.#rows = rows
    for (const index of referencedColumns(exprs)) this.#columns[index] = must(rows.columns[index], `column ${index}`).values
  }

  /** The expression's value for the current row. A failure is NULL and reported. */
  valueOf(expr: Expr, env: EvaluationEnv, report: (error: unknown) => void): Value {
    try {
      return evaluate(expr, this, env, report)
    } catch (error) {
      report(error)
      return null
    }
  }

  column(index: number): Value {
    return this.#columns[index]?.[this.row] ?? null
  }

  system(name: SystemColumn): Value {
    return systemValue(this.#rows, this.row, name)
  }

  headers(name: string | undefined): Value {
    return headerValue(this.#rows, this.row, name)
  }
}
