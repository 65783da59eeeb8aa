import {makeProjection} from '../../codegen/evaluator.ts'
import {EngineError} from '../../base/errors.ts'
import type {Rows} from '../../chunk/chunk.ts'
import type {PullRows} from '../../engine-api.ts'
import type {EvaluationEnv} from '../../expr/bind.ts'
import type {Expr} from '../../expr/ir.ts'
import {limits} from '../../limits.ts'
import {ignoreErrors} from '../../operators/evaluator.ts'
import type {PullPlan} from '../../plan/pull-plan.ts'
import type {Row} from '../../schema/value.ts'
import {nodeRows, type PullRun} from './node-rows.ts'
import {rowAt} from './page.ts'

/** One row without columns: what constant expressions are evaluated on. */
const nowhere: Rows = {count: 1, columns: [], timestamps: [0]}

/** Lists of constants as values, each once. One that can't be computed (a failed cast) or has a NULL equals no row. */
export function constantRows(lists: readonly (readonly Expr[])[], env: EvaluationEnv): readonly Row[] {
  const rows = lists.map(exprs => rowAt(makeProjection(exprs, env, 'interpreted')(nowhere, undefined, ignoreErrors), 0))
  const seen = new Map(rows.filter(row => !row.includes(null)).map(row => [JSON.stringify(row, plainly), row]))
  return [...seen.values()]
}

/** Runs a plan to its end, or refuses a result that is too large. */
export async function collectRows({root, columns}: PullPlan, run: PullRun): Promise<PullRows> {
  const rows: Row[] = []
  for await (const page of nodeRows(root, run)) {
    for (let row = 0; row < page.count; row++) rows.push(rowAt(page.columns, row))
    if (rows.length > limits.pullRowsMax)
      throw new EngineError(
        'LIMIT_EXCEEDED',
        `the result has more than ${limits.pullRowsMax} rows: narrow it with WHERE or LIMIT`,
      )
  }
  return {kind: 'rows', columns, rows}
}

function plainly(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  return value instanceof Map ? [...value] : value
}
