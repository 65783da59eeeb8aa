import {BIGINT} from '../../schema/sql-type.ts'
import {givesOf} from '../logical/columns.ts'
import type {LogicalNode, SlotColumn} from '../logical/node.ts'
import type {Expression} from '../syntax/ast.ts'
import type {Query} from '../syntax/query-ast.ts'
import {createAggregates} from './aggregates.ts'
import type {Analysis, Target} from './analysis.ts'
import type {Environment} from './environment.ts'
import {analyzeFrom} from './from.ts'
import {groupQuery} from './grouping.ts'
import {plainKey} from './keys.ts'
import {checkContext, checkPredicate, readItems, withTableFunctions, type QueryContext} from './query-context.ts'
import {repartitionQuery} from './repartition.ts'
import {createSlots, type Scope} from './scope.ts'
import {plainStar} from './select-items.ts'
import {createTableFunctions} from './table-functions.ts'
import {refuseClauses, refuseFinal, refuseKafkaValues, refuseReservedColumns, refuseWindowedTables} from './validate-query.ts'
import {windowSpec} from './window.ts'

/** What a query means, that runs on: a persistent or a push query. */
export function analyzeQuery(query: Query, env: Environment, target: Target): Analysis {
  refuseClauses(query, target)
  const relations = analyzeFrom(query.from, env, createSlots(), target.kind === 'push')
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

const boundColumn = (name: string, scope: Scope): SlotColumn => ({slot: scope.slots.next(), name, type: BIGINT})

function analyzeResult(context: QueryContext, filtered: LogicalNode): Analysis {
  const {query, scope, target} = context
  const showsWindow = target.kind === 'push'
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
