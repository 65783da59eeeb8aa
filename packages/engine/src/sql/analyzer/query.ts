import {BIGINT} from '../../schema/sql-type.ts'
import {must} from '../../base/assert.ts'
import {givesOf, windowOf} from '../logical/columns.ts'
import type {LogicalNode, SlotColumn, SourceSlot} from '../logical/node.ts'
import type {Expression} from '../syntax/ast.ts'
import type {Query} from '../syntax/query-ast.ts'
import {createAggregates} from './aggregates.ts'
import type {Analysis, Target} from './analysis.ts'
import type {Environment} from './environment.ts'
import {derivedSource, itemSlots} from './derived.ts'
import {distinctQuery} from './distinct.ts'
import {analyzeFrom, type Relations} from './from.ts'
import {groupQuery} from './grouping.ts'
import {plainKey} from './keys.ts'
import {withNamedQueries, type SubSelect} from './named-queries.ts'
import {checkContext, checkPredicate, readItems, withTableFunctions, type QueryContext} from './query-context.ts'
import {repartitionQuery} from './repartition.ts'
import {createSlots, type Scope, type Slots} from './scope.ts'
import {plainStar} from './select-items.ts'
import {unionRelations} from './stream-union.ts'
import {createTableFunctions} from './table-functions.ts'
import {overUnion, unionQueries} from './union.ts'
import type {Span} from '../syntax/span.ts'
import {
  refuseClauses,
  refuseFinal,
  refuseKafkaValues,
  refuseReservedColumns,
  refuseSubQueryClauses,
  refuseWindowedTables,
} from './validate-query.ts'
import {windowSpec} from './window.ts'

/** What a query means, that runs on: a persistent or a push query. */
export function analyzeQuery(query: Query, outer: Environment, target: Target, slots: Slots = createSlots()): Analysis {
  refuseClauses(query, target)
  const env = withNamedQueries(query, outer)
  if (query.unions.length > 0) return analyzeUnion(query, env, target, slots)
  const relations = analyzeFrom(query.from, {
    env,
    slots,
    isRowkeyAllowed: target.kind === 'push',
    derive: (sub, span) => deriveRelations(sub, span, target, slots),
  })
  return analyzeOver(query, env, target, relations)
}

function analyzeUnion(query: Query, env: Environment, target: Target, slots: Slots): Analysis {
  const queries = unionQueries(query)
  const parts = queries.map(part => analyzeQuery(part, env, target, slots))
  const names = parts[0]?.items.map(({name}) => name) ?? []
  return analyzeOver(overUnion(query, names), env, target, unionRelations(queries, parts, target, slots))
}

function analyzeOver(query: Query, env: Environment, target: Target, relations: Relations): Analysis {
  const {scope} = relations
  if (target.kind === 'persistent') refuseWindowedTables(scope)
  if (target.kind === 'persistent') refuseReservedColumns(query)
  refuseKafkaValues(query, scope)
  const isFinal = query.emit?.mode === 'FINAL'
  const hasWindow = query.window !== undefined
  const context: QueryContext = {
    query,
    env,
    target,
    scope,
    relations,
    aggregates: createAggregates(scope, scope.slots, env),
    tableFunctions: createTableFunctions(scope.slots),
    over: query.window === undefined ? undefined : windowSpec(query.window, isFinal),
    bounds: hasWindow ? {start: boundColumn('WINDOWSTART', scope), end: boundColumn('WINDOWEND', scope)} : undefined,
  }
  const filtered = withWhere(relations.node, query.where, context)
  return analyzeResult(context, filtered)
}

/** The result of a sub-query as what stands behind FROM. */
function deriveRelations({query, env, alias}: SubSelect, span: Span, target: Target, slots: Slots): Relations {
  refuseSubQueryClauses(query)
  const inner: Target = target.kind === 'push' ? target : {...target, sinkName: alias, statement: 'Sub-query', span: query.span}
  const {node, items, key, gives, relations} = analyzeQuery(query, env, inner, slots)
  const {columns, computed} = itemSlots(items, slots)
  const rowtime = slots.next()
  const keyItems = new Set(key.map(({item}) => item))
  const window = windowOf(node)
  const named = (index: number): SourceSlot => ({...must(columns[index], 'column'), origin: {kind: 'value', index}})
  const own = derivedSource({
    alias,
    span,
    kind: gives,
    first: must(relations.scope.sources[0], 'source of a sub-query').source,
    key: key.flatMap(({item}, index) =>
      item === undefined ? [] : [{...named(items.indexOf(item)), origin: {kind: 'key' as const, index}}],
    ),
    values: items.flatMap((item, index) => (keyItems.has(item) ? [] : [named(index)])),
    beside: [{slot: rowtime, name: 'ROWTIME', type: BIGINT, origin: {kind: 'system', name: 'ROWTIME'}}],
    ...(window === undefined ? {} : {window}),
  })
  return {
    node: {kind: 'compute', input: node, columns: computed, rowtime},
    scope: {slots, sources: [own], isRowkeyAllowed: false},
    key: key.map(({slot}) => ({slot, selectable: [slot], same: [slot]})),
    keyedBy: 'source',
  }
}

const boundColumn = (name: string, scope: Scope): SlotColumn => ({slot: scope.slots.next(), name, type: BIGINT})

function analyzeResult(context: QueryContext, filtered: LogicalNode): Analysis {
  const {query, scope, target} = context
  const showsWindow = target.kind === 'push'
  if (query.isDistinct) return distinctQuery(context, filtered, plainStar(scope, showsWindow))
  if (query.groupBy !== undefined || query.window !== undefined || query.having !== undefined)
    return groupQuery(context, filtered, plainStar(scope, showsWindow))
  if (query.partitionBy !== undefined) refuseFinal(query)
  if (query.partitionBy !== undefined) return repartitionQuery(context, filtered, query.partitionBy)
  const items = readItems(context, plainStar(scope, showsWindow))
  if (context.aggregates.calls().length > 0) return groupQuery(context, filtered, plainStar(scope, showsWindow))
  refuseFinal(query)
  const node = withTableFunctions(filtered, context)
  const {key, values} = plainKey(context, items)
  return {relations: context.relations, node, items, key, values, gives: givesOf(node), isKeyless: false}
}

function withWhere(node: LogicalNode, where: Expression | undefined, context: QueryContext): LogicalNode {
  return where === undefined ? node : {kind: 'filter', input: node, where: checkPredicate(where, checkContext(context, 'WHERE'))}
}
