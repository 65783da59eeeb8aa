import type {Expr} from '../../expr/ir.ts'
import type {PullPlan} from '../../plan/pull-plan.ts'
import type {OutputColumn, PushPlan} from '../../plan/query-plan.ts'
import type {Analysis} from '../analyzer/analysis.ts'
import type {Environment} from '../analyzer/environment.ts'
import {analyzePull} from '../analyzer/pull.ts'
import {analyzeQuery} from '../analyzer/query.ts'
import {refuseDuplicates} from '../analyzer/result-schema.ts'
import type {Item} from '../analyzer/select-items.ts'
import {countOf} from '../analyzer/window.ts'
import {pushDownPullFilter} from '../logical/rewrite/push-down-pull-filter.ts'
import {columnAt} from '../physical/layout.ts'
import {planPull} from '../physical/lower-pull.ts'
import {planQuery} from '../physical/plan-query.ts'
import type {Query} from '../syntax/query-ast.ts'
import type {Action} from './compiled-statement.ts'
import type {StatementContext, StatementOf} from './statement-context.ts'

type Statement = StatementOf<'Select'>

export function compileSelect({query}: Statement, {env}: StatementContext): Action {
  if (query.emit === undefined) return {kind: 'pull', plan: pullPlanOf(query, env)}
  const analysis = analyzeQuery(query, env, {kind: 'push'})
  refuseDuplicates(analysis.items)
  const limit = query.limit === undefined ? undefined : countOf(query.limit, 'LIMIT')
  return {kind: 'push', plan: pushPlan(analysis, limit)}
}

export function pullPlanOf(query: Query, env: Environment): PullPlan {
  const {tree, items, keys} = analyzePull(query, env)
  return {
    version: 1,
    root: planPull(
      pushDownPullFilter(tree),
      items.map(({expr}) => expr),
      env.catalog,
    ),
    columns: items.map((item): OutputColumn => ({name: item.name, type: item.expr.type, isKey: keys.has(item)})),
  }
}

/**
 * Values are computed by the last projection; what stands in the key or beside the row is read from there, so that it is
 * there on tombstones too.
 */
function pushPlan({node, items, key}: Analysis, limit: number | undefined): PushPlan {
  const isKey = ({expr}: Item): boolean =>
    expr.kind === 'column' && key.some(({slot, item}) => item?.expr === expr || slot === expr.index)
  const plain = items.filter(item => !isKey(item))
  const {root, input} = planQuery(node, {
    key: key.map(({slot, item}, index) => ({slot, name: item?.name ?? `KSQL_KEY_${index}`})),
    value: plain,
  })
  const output = items.map((item): Expr => {
    const {expr} = item
    const at = key.findIndex(({slot, item: selected}) => selected === item || (expr.kind === 'column' && slot === expr.index))
    if (at >= 0) return columnAt({name: item.name, type: expr.type}, at)
    const beside = expr.kind === 'column' ? input.beside.get(expr.index) : undefined
    if (beside?.kind === 'system' && (beside.name.startsWith('WINDOW') || beside.name === 'ROWTIME')) return beside
    return columnAt({name: item.name, type: expr.type}, key.length + plain.indexOf(item))
  })
  return {
    version: 1,
    root,
    columns: items.map((item): OutputColumn => ({name: item.name, type: item.expr.type, isKey: isKey(item)})),
    output,
    ...(limit === undefined ? {} : {limit}),
  }
}
