import {must} from '../../base/assert.ts'
import type {Expr} from '../../expr/ir.ts'
import type {SortKey} from '../../plan/pull-plan.ts'
import type {PullTree} from '../logical/pull-tree.ts'
import {sameExpr, slotsOf} from '../logical/expr-slots.ts'
import type {Expression, Node} from '../syntax/ast.ts'
import type {OrderItem, Query} from '../syntax/query-ast.ts'
import {lookupColumns} from './access.ts'
import {createAggregates, type Aggregates} from './aggregates.ts'
import {check} from './check.ts'
import {findFunction} from './check-call.ts'
import {checkTyped, type CheckContext} from './checked.ts'
import {derivedSource} from './derived.ts'
import {describe} from './describe.ts'
import type {Environment} from './environment.ts'
import {overGroups, readGroups, refuseUngrouped, type Group} from './grouping.ts'
import {lookupOf} from './lookup.ts'
import {withNamedQueries} from './named-queries.ts'
import {analyzePullFrom, type PullRelations} from './pull-from.ts'
import {checkPredicate} from './query-context.ts'
import {refuse} from './refusal.ts'
import {refuseDuplicates} from './result-schema.ts'
import {createSlots, ownerOf, resolveColumn, type Clause, type Scope, type Slots} from './scope.ts'
import {plainStar, selectItems, type Item} from './select-items.ts'
import {scalarsOnly} from './special-calls.ts'
import {refusePullClauses, refuseScan, refuseTextKeys} from './validate-pull.ts'
import {overUnion, unionColumns, unionQueries} from './union.ts'
import {countOf} from './window.ts'

/** A pull query understood: rows, and what to show of each. */
export type PullAnalysis = {
  readonly tree: PullTree
  readonly scope: Scope
  readonly items: readonly Item[]
  /** Items that are a key column of the result. */
  readonly keys: ReadonlySet<Item>
}

type Reading = {readonly query: Query; readonly env: Environment; readonly scope: Scope; readonly aggregates: Aggregates}

/** A query that is answered from what is there. */
export function analyzePull(query: Query, outer: Environment, slots: Slots = createSlots()): PullAnalysis {
  refusePullClauses(query)
  const env = withNamedQueries(query, outer)
  if (query.unions.length > 0) return analyzePullUnion(query, env, slots)
  return analyzeOver(query, env, analyzePullFrom(query.from, env, slots, analyzePull), slots)
}

function analyzePullUnion(query: Query, env: Environment, slots: Slots): PullAnalysis {
  const queries = unionQueries(query)
  const parts = queries.map(part => analyzePull(part, env, slots))
  const first = must(parts[0], 'query of a union')
  const {columns, exprs} = unionColumns(
    queries,
    parts.map(({items}) => items),
    slots,
  )
  const tree: PullTree = {
    kind: 'union',
    inputs: parts.map((part, index) => ({tree: part.tree, exprs: must(exprs[index], 'columns')})),
    columns,
  }
  const own = derivedSource({
    alias: 'UNION',
    span: query.span,
    kind: 'stream',
    first: must(first.scope.sources[0], 'source of a query').source,
    key: [],
    values: columns.map((column, index) => ({...column, origin: {kind: 'value', index}})),
    beside: [],
  })
  const names = columns.map(({name}) => name)
  return analyzeOver(overUnion(query, names), env, {tree, scope: {slots, sources: [own], isRowkeyAllowed: false}}, slots)
}

function analyzeOver(query: Query, env: Environment, {tree, scope}: PullRelations, slots: Slots): PullAnalysis {
  const reading: Reading = {query, env, scope, aggregates: createAggregates(scope, slots, env)}
  const items = selectItems(query.select, contextOf(reading, 'SELECT'), scope, plainStar(scope, true))
  refuseDuplicates(items)
  const filtered = withWhere(tree, reading)
  const having = query.having && checkPredicate(query.having, contextOf(reading, 'HAVING'))
  const order = query.orderBy.map(item => sortKey(item, items, reading))
  const isGrouped = query.groupBy !== undefined || having !== undefined || reading.aggregates.calls().length > 0
  return isGrouped ? grouped(filtered, items, having, order, reading) : plain(filtered, items, order, reading)
}

function withWhere(input: PullTree, reading: Reading): PullTree {
  const {query, env, scope} = reading
  const [only, ...more] = scope.sources
  const source = more.length === 0 && only?.isDerived !== true ? only : undefined
  if (query.where !== undefined && source !== undefined) refuseTextKeys(query.where, source)
  const where = query.where && checkPredicate(query.where, contextOf(reading, 'WHERE'))
  const lookup = where === undefined || source === undefined ? {} : lookupOf(where, lookupColumns(source))
  if (source?.source.kind === 'table') refuseScan(query, where, lookup, source, env.settings)
  return where === undefined ? input : {kind: 'filter', input, where}
}

function plain(input: PullTree, items: readonly Item[], order: readonly Order[], {query, scope}: Reading): PullAnalysis {
  const [only, ...more] = scope.sources
  const keys = items.filter(({expr}) => {
    if (more.length > 0 || only?.source.kind !== 'table' || expr.kind !== 'column') return false
    const origin = only.slots.find(({slot}) => slot === expr.index)?.origin
    return origin?.kind === 'key' || (origin?.kind === 'system' && origin.name.startsWith('WINDOW'))
  })
  return ended(input, order, {scope, items, keys: new Set(keys)}, query)
}

function grouped(
  input: PullTree,
  selected: readonly Item[],
  having: Expr | undefined,
  order: readonly Order[],
  reading: Reading,
): PullAnalysis {
  const {query, scope, aggregates} = reading
  const isOneGroup = query.groupBy === undefined || query.groupBy.expressions.length === 0
  const groups = isOneGroup ? [] : readGroups(query, scope, contextOf(reading, 'GROUP BY'))
  const items = selected.map(item => ({...item, expr: overGroups(item.expr, groups)}))
  const over = having && overGroups(having, groups)
  refuseUngrouped({query, aggregates, bounds: undefined}, items, over, groups)
  const keysOfOrder = order.map(key => ({...key, expr: overGroups(key.expr, groups)}))
  refuseUngroupedOrder(keysOfOrder, groups, aggregates)
  const group: PullTree = {
    kind: 'group',
    input,
    groups: groups.map(({slot, name, expr}) => ({slot, name, type: expr.type, expr})),
    calls: aggregates.calls(),
  }
  const kept: PullTree = over === undefined ? group : {kind: 'filter', input: group, where: over}
  const isKey = ({expr}: Item): boolean => expr.kind === 'column' && groups.some(({slot}) => slot === expr.index)
  return ended(kept, keysOfOrder, {scope, items, keys: new Set(items.filter(isKey))}, query)
}

/** DISTINCT, ORDER BY, LIMIT and OFFSET. */
function ended(rows: PullTree, order: readonly Order[], result: Omit<PullAnalysis, 'tree'>, query: Query): PullAnalysis {
  if (!query.isDistinct) return {...result, tree: limited(sorted(rows, order), query)}
  const {scope} = result
  const groups = result.items.map(({name, expr}) => ({slot: scope.slots.next(), name, type: expr.type, expr}))
  const columnOf = (expr: Expr): Expr | undefined => {
    const group = groups.find(each => sameExpr(each.expr, expr))
    return group && {kind: 'column', type: group.type, index: group.slot, name: group.name}
  }
  const items = result.items.map(item => ({...item, expr: must(columnOf(item.expr), 'column')}))
  const by = order.map(key => {
    const expr = columnOf(key.expr)
    return expr === undefined
      ? refuse(
          `ORDER BY ${describe(key.node)} is not in the list of SELECT DISTINCT.`,
          key.node,
          'Select it, or order by what is selected.',
        )
      : {...key, expr}
  })
  return {scope, items, keys: new Set(items), tree: limited(sorted({kind: 'group', input: rows, groups, calls: []}, by), query)}
}

type Order = SortKey & {readonly node: Expression}

/** ORDER BY a column of the result by its name or number, or by any expression over the rows. */
function sortKey({expression: node, isDescending, nulls}: OrderItem, items: readonly Item[], reading: Reading): Order {
  const item = itemNamed(node, items)
  const expr = item?.expr ?? checkTyped(node, contextOf(reading, 'ORDER BY'), 'Cannot ORDER BY NULL.')
  return {expr, isDescending, areNullsFirst: nulls === 'FIRST', node}
}

function itemNamed(node: Expression, items: readonly Item[]): Item | undefined {
  if (node.kind === 'ColumnRef' && node.qualifier === undefined) return items.find(({name}) => name === node.name.text)
  if (node.kind !== 'IntegerLiteral') return undefined
  const item = items[Number(node.text) - 1]
  return item ?? refuse(`ORDER BY ${node.text}: the SELECT list has ${items.length} columns.`, node)
}

function refuseUngroupedOrder(order: readonly Order[], groups: readonly Group[], aggregates: Aggregates): void {
  const known = new Set([...groups, ...aggregates.calls()].map(({slot}) => slot))
  const wrong = order.find(({expr}) => ![...slotsOf(expr)].every(slot => known.has(slot)))
  if (wrong !== undefined) refuse(`Non-aggregate ORDER BY expression not part of GROUP BY: ${describe(wrong.node)}`, wrong.node)
}

const sorted = (input: PullTree, order: readonly Order[]): PullTree =>
  order.length === 0 ? input : {kind: 'sort', input, by: order.map(({node: _, ...key}) => key)}

function limited(input: PullTree, {limit, offset}: Query): PullTree {
  if (limit === undefined && offset === undefined) return input
  return {
    kind: 'limit',
    input,
    ...(limit === undefined ? {} : {limit: countOf(limit, 'LIMIT')}),
    ...(offset === undefined ? {} : {offset: countOf(offset, 'OFFSET')}),
  }
}

function contextOf(reading: Reading, clause: Clause): CheckContext {
  const {env, scope, aggregates} = reading
  const mayAggregate = clause === 'SELECT' || clause === 'HAVING' || clause === 'ORDER BY'
  return {
    check,
    env,
    clause,
    variables: [],
    special: (call, at) => {
      const definition = findFunction(call.name, at.env)
      if (definition.kind === 'aggregate' && mayAggregate) return aggregates.collect(call, definition, at)
      return scalarsOnly(clause)(call, at)
    },
    column: ref => {
      const {slot, type, name} = resolveColumn(ref, scope, clause)
      refusePlace(slot, scope, clause, ref)
      return {kind: 'column', type, index: slot, name}
    },
  }
}

/** A table's row is made of many records; where the last of them stands is not kept. */
function refusePlace(slot: number, scope: Scope, clause: Clause, node: Node): void {
  const owner = ownerOf(slot, scope)
  const {origin} = must(owner?.slots.find(each => each.slot === slot) ?? scope.sources[0]?.slots[0], 'column')
  if (owner?.source.kind !== 'table' || origin.kind !== 'system') return
  if (origin.name === 'ROWPARTITION' || origin.name === 'ROWOFFSET')
    refuse(`Pull queries don't support the following columns in ${clause} clauses: \`${origin.name}\``, node)
}
