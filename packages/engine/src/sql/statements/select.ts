import type {Expr} from '../../expr/ir.ts'
import type {OutputColumn, PullPlan, PushPlan} from '../../plan/query-plan.ts'
import type {Analysis} from '../analyzer/analysis.ts'
import {analyzePull, type PullAnalysis} from '../analyzer/pull.ts'
import {analyzeQuery} from '../analyzer/query.ts'
import {refuseDuplicates} from '../analyzer/result-schema.ts'
import type {Item} from '../analyzer/select-items.ts'
import {countOf} from '../analyzer/window.ts'
import {rewrite} from '../logical/expr-slots.ts'
import {columnAt} from '../physical/layout.ts'
import {planQuery} from '../physical/plan-query.ts'
import type {Action} from './compiled-statement.ts'
import type {StatementContext, StatementOf} from './statement-context.ts'

type Statement = StatementOf<'Select'>

export function compileSelect({query}: Statement, {env}: StatementContext): Action {
  if (query.emit === undefined) return {kind: 'pull', plan: pullPlan(analyzePull(query, env))}
  const analysis = analyzeQuery(query, env, {kind: 'push'})
  refuseDuplicates(analysis.items)
  const limit = query.limit === undefined ? undefined : countOf(query.limit, 'LIMIT')
  return {kind: 'push', plan: pushPlan(analysis, limit)}
}

function pullPlan({source: {source, slots}, items, where, lookup, limit}: PullAnalysis): PullPlan {
  const keyCount = source.schema.key.length
  const places = new Map<number, Expr>()
  for (const {slot, name, type, origin} of slots) {
    if (origin.kind === 'key') places.set(slot, columnAt({name, type}, origin.index))
    if (origin.kind === 'value') places.set(slot, columnAt({name, type}, keyCount + origin.index))
    if (origin.kind === 'system') places.set(slot, {kind: 'system', type, name: origin.name})
    if (origin.kind === 'headers')
      places.set(slot, {kind: 'headers', type, ...(origin.header === undefined ? {} : {header: origin.header})})
  }
  const place = (expr: Expr): Expr => rewrite(expr, part => (part.kind === 'column' ? places.get(part.index) : undefined))
  const isKey = ({expr}: Item): boolean => {
    const origin = expr.kind === 'column' ? slots.find(({slot}) => slot === expr.index)?.origin : undefined
    return origin?.kind === 'key' || (origin?.kind === 'system' && origin.name.startsWith('WINDOW'))
  }
  return {
    version: 1,
    sourceName: source.name,
    from: source.kind,
    ...lookup,
    ...(where === undefined ? {} : {where: place(where)}),
    project: items.map(({expr}) => place(expr)),
    columns: items.map((item): OutputColumn => ({
      name: item.name,
      type: item.expr.type,
      isKey: source.kind === 'table' && isKey(item),
    })),
    ...(limit === undefined ? {} : {limit}),
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
