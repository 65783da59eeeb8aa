import {makeFilter, makeProjection} from '../../codegen/evaluator.ts'
import {EngineError} from '../../base/errors.ts'
import type {Rows} from '../../chunk/chunk.ts'
import type {PullRows} from '../../engine-api.ts'
import type {EvaluationEnv} from '../../expr/bind.ts'
import {limits} from '../../limits.ts'
import type {PullPlan} from '../../plan/query-plan.ts'
import type {Row, Value} from '../../schema/value.ts'

/** One row without columns: what constant expressions are evaluated on. */
const nowhere: Rows = {count: 1, columns: [], timestamps: [0]}

/**
 * The keys that a pull plan names, each once; undefined when it names none. A key that can't be computed (a failed
 * cast) or that has a NULL equals no row.
 */
export function keysOf({keys}: PullPlan, env: EvaluationEnv): readonly Row[] | undefined {
  if (keys === undefined) return undefined
  const rows = keys.map(exprs =>
    makeProjection(exprs, env, 'interpreted')(nowhere, undefined, ignore).map(vector => vector.values[0] ?? null),
  )
  const seen = new Map(rows.filter(key => !key.includes(null)).map(key => [JSON.stringify(key, bigintText), key]))
  return [...seen.values()]
}

/** Filters and projects candidate rows until they end or the LIMIT is reached. */
export async function collectRows(plan: PullPlan, candidates: AsyncIterable<Rows>, env: EvaluationEnv): Promise<PullRows> {
  const filter = plan.where && makeFilter(plan.where, env, 'generated')
  const project = makeProjection(plan.project, env, 'generated')
  const limit = plan.limit ?? Infinity
  const rows: Value[][] = []
  for await (const page of candidates) {
    if (page.count === 0) continue
    const passed = filter?.(page, ignore)
    const columns = project(page, passed, ignore).map(vector => vector.values)
    const count = passed?.length ?? page.count
    for (let row = 0; row < count && rows.length < limit; row++) rows.push(columns.map(values => values[row] ?? null))
    if (rows.length > limits.pullRowsMax)
      throw new EngineError(
        'LIMIT_EXCEEDED',
        `the result has more than ${limits.pullRowsMax} rows: narrow it with WHERE or LIMIT`,
      )
    if (rows.length >= limit) break
  }
  return {kind: 'rows', columns: plan.columns, rows}
}

/** A failed expression is NULL, and in WHERE not TRUE; a pull query has nobody to tell. */
const ignore = (): void => {}

const bigintText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value)
