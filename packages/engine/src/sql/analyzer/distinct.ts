import {BIGINT, BOOLEAN} from '../../schema/sql-type.ts'
import {sameExpr} from '../logical/expr-slots.ts'
import type {LogicalNode} from '../logical/node.ts'
import type {FunctionCall} from '../syntax/ast.ts'
import type {Query} from '../syntax/query-ast.ts'
import type {Analysis} from './analysis.ts'
import {findFunction} from './check-call.ts'
import {groupedNode, type Group} from './grouping.ts'
import {checkContext, readItems, type QueryContext} from './query-context.ts'
import {refuse} from './refusal.ts'
import type {Item, Star} from './select-items.ts'

/** SELECT DISTINCT in a query that runs on: a table whose key is all of its columns. */
export function distinctQuery(context: QueryContext, filtered: LogicalNode, star: Star): Analysis {
  const {query, relations, aggregates, tableFunctions, scope} = context
  refuseOtherGroups(query)
  const selected = readItems(context, star)
  if (aggregates.calls().length > 0) refuseAggregates(query)
  if (tableFunctions.calls().length > 0)
    refuse('SELECT DISTINCT takes no table functions.', query, 'Put them in a sub-query: SELECT DISTINCT … FROM (SELECT …) AS a.')
  const groups: Group[] = []
  for (const {expr, name, span, text} of selected) {
    if (groups.some(group => sameExpr(group.expr, expr))) refuse(`SELECT DISTINCT names ${text} twice.`, span)
    groups.push({expr, name, node: undefined, slot: scope.slots.next()})
  }
  const items = selected.map((item, index): Item => ({...item, expr: groupColumn(groups[index] ?? item, item)}))
  return {
    relations,
    node: {kind: 'distinct', input: presentGroups(context, filtered, groups)},
    items,
    key: groups.map(({slot}, index) => ({slot, item: items[index]})),
    values: [],
    gives: 'table',
    isKeyless: false,
  }
}

const groupColumn = (group: Group | Item, {expr, name}: Item): Item['expr'] => ({
  kind: 'column',
  type: expr.type,
  index: 'slot' in group ? group.slot : -1,
  name,
})

/** Groups with rows in them: those of a table may lose all. */
function presentGroups(context: QueryContext, filtered: LogicalNode, groups: readonly Group[]): LogicalNode {
  const {span} = context.query
  const count: FunctionCall = {kind: 'FunctionCall', name: {text: 'COUNT', isQuoted: false, span}, args: [], isStar: true, span}
  const definition = findFunction(count.name, context.env)
  if (definition.kind !== 'aggregate') return refuse('COUNT is no aggregate function here.', span)
  const left = context.aggregates.collect(count, definition, checkContext(context, 'SELECT'))
  const none = {kind: 'literal', type: BIGINT, value: 0} as const
  return groupedNode(context, filtered, groups, {kind: 'compare', type: BOOLEAN, operator: '>', left, right: none})
}

function refuseOtherGroups({groupBy, partitionBy, having, window}: Query): void {
  if (groupBy !== undefined || having !== undefined || window !== undefined) refuseAggregates(groupBy ?? having ?? window)
  if (partitionBy !== undefined) refuse('SELECT DISTINCT makes a table by its columns: it takes no PARTITION BY.', partitionBy)
}

function refuseAggregates(at: {readonly span: Query['span']} | undefined): never {
  return refuse(
    'SELECT DISTINCT cannot be combined with GROUP BY, windows or aggregate functions here.',
    at ?? {start: 0, end: 0},
    'Group in a sub-query: SELECT DISTINCT … FROM (SELECT … GROUP BY …) AS a.',
  )
}
