import type {Expr} from '../../expr/ir.ts'
import {VARCHAR} from '../../schema/sql-type.ts'
import {givesOf} from '../logical/columns.ts'
import {rewrite, sameExpr, slotsOf} from '../logical/expr-slots.ts'
import type {AggregateNode, LogicalNode, RekeyNode} from '../logical/node.ts'
import type {Expression} from '../syntax/ast.ts'
import type {Query} from '../syntax/query-ast.ts'
import {refuseWithoutUndo} from './aggregates.ts'
import type {Analysis, ResultKey} from './analysis.ts'
import {checkTyped, type CheckContext} from './checked.ts'
import {keyFormatOf, partitionsOf, repartitionFormat} from './co-partitioning.ts'
import {createColumnNames} from './column-names.ts'
import {describe, nameText} from './describe.ts'
import {isKeyRequired, missingKey} from './keys.ts'
import {checkContext, checkPredicate, readItems, type QueryContext} from './query-context.ts'
import {joined, refuse} from './refusal.ts'
import {qualifiedName, type Scope} from './scope.ts'
import type {Item, Star} from './select-items.ts'

/** A group column: its expression over the rows below, and the slot it has above. */
export type Group = {readonly expr: Expr; readonly node: Expression | undefined; readonly slot: number; readonly name: string}

/** GROUP BY with its aggregates, window and HAVING. */
export function groupQuery(context: QueryContext, filtered: LogicalNode, star: Star): Analysis {
  const {query, aggregates, tableFunctions, relations} = context
  const groups = readGroups(context.query, context.scope, checkContext(context, 'GROUP BY'))
  const items = readItems(context, star).map(item => ({...item, expr: overGroups(item.expr, groups)}))
  if (tableFunctions.calls().length > 0) refuse('Table functions cannot be used with aggregations.', query.span)
  const having =
    query.having === undefined ? undefined : overGroups(checkPredicate(query.having, checkContext(context, 'HAVING')), groups)
  refuseUngrouped(context, items, having, groups)
  refuseGroupless(context)
  if (aggregates.calls().length === 0)
    refuse('GROUP BY requires aggregate functions in either the SELECT or HAVING clause.', query.groupBy ?? query.span)
  if (givesOf(filtered) === 'table') {
    refuseWithoutUndo(aggregates, query.span)
    if (query.window !== undefined) refuse('Windowing not supported for table aggregations.', query.window, rowsHaveNoTime)
  }
  const key = groups.map(group => ({slot: group.slot, item: groupItem(group, items, context)}))
  if (query.groupBy !== undefined) refuseMissingGroups(context, key, groups)
  const used = new Set(key.map(({item}) => item))
  return {
    relations,
    node: groupedNode(context, filtered, groups, having),
    items,
    key: isKeyRequired(context) || context.target.kind === 'push' ? key : key.filter(({item}) => item !== undefined),
    values: items.filter(item => !used.has(item)),
    gives: 'table',
    isKeyless: false,
  }
}

export function readGroups({groupBy: clause}: Query, scope: Scope, checking: CheckContext): Group[] {
  if (clause === undefined || clause.expressions.length === 0) return [allInOne(scope)]
  const names = createColumnNames(scope)
  const groups: Group[] = []
  for (const node of clause.expressions) {
    const expr = checkTyped(node, checking, 'Cannot GROUP BY NULL.')
    if (groups.some(group => sameExpr(group.expr, expr)))
      refuse(`Duplicate GROUP BY expression: ${describe(node, qualifiedName(scope))}`, node)
    groups.push({expr, node, slot: scope.slots.next(), name: names.of(node)})
  }
  return groups
}

/** Without GROUP BY all rows are one group, which only a push query can show: a table needs a key. */
const allInOne = ({slots}: Scope): Group => ({
  expr: {kind: 'literal', type: VARCHAR, value: ''},
  node: undefined,
  slot: slots.next(),
  name: 'KSQL_GROUP',
})

const rowsHaveNoTime = 'A row of a table holds until it changes: windows are for the records of a stream.'

export const overGroups = (expr: Expr, groups: readonly Group[]): Expr =>
  rewrite(expr, part => {
    const group = groups.find(({expr, node}) => node !== undefined && sameExpr(expr, part))
    return group && {kind: 'column', type: group.expr.type, index: group.slot, name: group.name}
  })

export function refuseUngrouped(
  {query, aggregates, bounds}: Pick<QueryContext, 'query' | 'aggregates' | 'bounds'>,
  items: readonly Item[],
  having: Expr | undefined,
  groups: readonly Group[],
): void {
  const known = new Set([...groups.map(group => group.slot), ...aggregates.calls().map(call => call.slot)])
  if (bounds !== undefined) known.add(bounds.start.slot).add(bounds.end.slot)
  const isGrouped = (expr: Expr): boolean => [...slotsOf(expr)].every(slot => known.has(slot))
  const ungrouped = items.filter(item => !isGrouped(item.expr))
  const [first] = ungrouped
  if (first !== undefined)
    refuse(
      `Non-aggregate SELECT expression(s) not part of GROUP BY: ${ungrouped.map(item => item.text).join(', ')}\n` +
        'Either add the column(s) to the GROUP BY or remove them from the SELECT.',
      first.span,
    )
  if (query.having !== undefined && having !== undefined && !isGrouped(having))
    refuse(
      `Non-aggregate HAVING expression not part of GROUP BY: ${describe(query.having)}\n` +
        'Consider switching the HAVING clause to a WHERE clause before the GROUP BY clause.',
      query.having,
    )
}

/** Without GROUP BY there is nothing that a table could be keyed by. */
function refuseGroupless({query, aggregates, target}: QueryContext): void {
  if (query.groupBy !== undefined || target.kind === 'push') return
  refuse(
    `${target.statement} statement does not support aggregate function [${aggregates.texts().join(', ')}] without a GROUP BY clause.`,
    query.span,
  )
}

function groupItem(group: Group, items: readonly Item[], {target}: QueryContext): Item | undefined {
  const found = items.filter(({expr}) => expr.kind === 'column' && expr.index === group.slot)
  const [first, second] = found
  if (target.kind === 'persistent' && second !== undefined)
    refuse(
      `The projection contains a key column more than once: ${joined(
        found.map(item => `\`${item.name}\``),
        'and',
      )}.\n` +
        'Each key column must only be in the projection once. If you intended to copy the key into the value, then consider using ' +
        'the AS_VALUE function to indicate which key reference should be copied.',
      second.span,
    )
  return first
}

function refuseMissingGroups(context: QueryContext, key: readonly ResultKey[], groups: readonly Group[]): void {
  if (!isKeyRequired(context)) return
  const missing = groups.filter((_, index) => key[index]?.item === undefined)
  if (missing.length === 0) return
  const names = missing.map(({node}) => (node === undefined ? '' : describe(node)))
  refuse(
    missingKey(
      context.target,
      'grouping expression',
      names.map(name => name || nameText({text: ''})),
      'and',
    ),
    context.query.groupBy ?? context.query.span,
  )
}

export function groupedNode(
  context: QueryContext,
  filtered: LogicalNode,
  groups: readonly Group[],
  having: Expr | undefined,
): LogicalNode {
  const {aggregates, over, bounds, query} = context
  const aggregate: AggregateNode = {
    kind: 'aggregate',
    input: groupingKey(context, filtered, groups),
    aggregations: aggregates.calls(),
    ...(over === undefined || bounds === undefined ? {} : {over, bounds: {start: bounds.start.slot, end: bounds.end.slot}}),
  }
  const isFinal = query.emit?.mode === 'FINAL'
  const held: LogicalNode =
    isFinal && over !== undefined ? {kind: 'suppress', input: aggregate, graceMs: over.graceMs} : aggregate
  if (isFinal && over === undefined) refuse('EMIT FINAL is only supported for windowed aggregations.', query.emit ?? query.span)
  return having === undefined ? held : {kind: 'filter', input: held, where: having}
}

/** Rows already keyed by the group stay where they are. */
function groupingKey({relations}: QueryContext, input: LogicalNode, groups: readonly Group[]): RekeyNode {
  const isWindowed = relations.scope.sources.some(({source}) => source.window !== undefined)
  const isKeyed =
    !isWindowed &&
    groups.length === relations.key.length &&
    groups.every(({expr}, index) => expr.kind === 'column' && relations.key[index]?.same.includes(expr.index) === true)
  return {
    kind: 'rekey',
    input,
    key: groups.map(({slot, name, expr}) => ({slot, name, type: expr.type, expr})),
    onNullKey: 'drop-any-null',
    needsRepartition: !isKeyed,
    keepsKey: isKeyed,
    keyFormat: repartitionFormat(
      keyFormatOf(relations.node),
      groups.map(group => group.expr.type),
    ),
    partitions: partitionsOf(relations.node),
  }
}
