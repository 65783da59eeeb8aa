import type {EvaluationEnv} from '../expr/bind.ts'
import type {Expr} from '../expr/ir.ts'
import {referencedColumns} from '../expr/references.ts'
import {sourceOf} from './code.ts'
import {compileFilter, interpretFilter, type Filter} from './filter.ts'
import {fold} from './fold.ts'
import {columnLoop} from './loop.ts'
import {compileProjection, interpretProjection, type Projection} from './projection.ts'

/** How expressions are run. Both give the same values and failures; `interpreted` is slow and serves as the oracle. */
export type Evaluator = 'generated' | 'interpreted'

export const makeFilter = (where: Expr, env: EvaluationEnv, evaluator: Evaluator): Filter =>
  evaluator === 'generated' ? compileFilter(where, env) : interpretFilter(where, env)

export const makeProjection = (exprs: readonly Expr[], env: EvaluationEnv, evaluator: Evaluator): Projection =>
  evaluator === 'generated' ? compileProjection(exprs, env) : interpretProjection(exprs, env)

/** The generated source of one column over columns that may hold NULLs, for EXPLAIN. */
export function explainCode(expr: Expr, env: EvaluationEnv): string {
  const folded = fold(expr, env)
  const columns = {indexes: referencedColumns([folded]), isTyped: () => false}
  return sourceOf(columnLoop(folded, env, columns, false).source)
}
