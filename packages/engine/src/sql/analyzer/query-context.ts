import type {Expr} from '../../expr/ir.ts'
import type {WindowSpec} from '../../plan/step.ts'
import {printType} from '../../schema/sql-type.ts'
import {givesOf} from '../logical/columns.ts'
import type {LogicalNode, SlotColumn} from '../logical/node.ts'
import type {ColumnRef, Expression} from '../syntax/ast.ts'
import type {Query} from '../syntax/query-ast.ts'
import type {Aggregates} from './aggregates.ts'
import type {Target} from './analysis.ts'
import {check} from './check.ts'
import {findFunction} from './check-call.ts'
import type {CheckContext} from './checked.ts'
import {describe} from './describe.ts'
import type {Environment} from './environment.ts'
import type {Relations} from './from.ts'
import {refuse, withPrefix} from './refusal.ts'
import {isJoin, resolveColumn, type Clause, type Scope} from './scope.ts'
import {selectItems, type Item, type Star} from './select-items.ts'
import {scalarsOnly} from './special-calls.ts'
import type {TableFunctions} from './table-functions.ts'

/** A query while it is being understood. */
export type QueryContext = {
  readonly query: Query
  readonly env: Environment
  readonly target: Target
  readonly scope: Scope
  readonly relations: Relations
  readonly aggregates: Aggregates
  readonly tableFunctions: TableFunctions
  readonly over: WindowSpec | undefined
  /** Columns of the bounds of `over`. */
  readonly bounds: {readonly start: SlotColumn; readonly end: SlotColumn} | undefined
}

export const readItems = (context: QueryContext, star: Star): Item[] =>
  selectItems(context.query.select, checkContext(context, 'SELECT'), context.scope, star)

/** WHERE or HAVING: TRUE or FALSE for a row. */
export function checkPredicate(node: Expression, context: CheckContext): Expr {
  const {clause} = context
  const checked = withPrefix(`Error in ${clause} expression: `, () => check(node, context))
  if (checked?.type.kind === 'BOOLEAN') return checked
  const type = checked === undefined ? 'NULL' : printType(checked.type)
  return refuse(
    `Type error in ${clause} expression: Should evaluate to boolean but is ${describe(node)} (${type}) instead.`,
    node,
  )
}

export function withTableFunctions(node: LogicalNode, {tableFunctions, query}: QueryContext): LogicalNode {
  const calls = tableFunctions.calls()
  if (calls.length === 0) return node
  if (givesOf(node) === 'table') refuse('Table source is not supported with table functions', query.from)
  return {kind: 'flat-map', input: node, calls}
}

/** How names and calls are read in a clause of a query over the columns of its sources. */
export function checkContext(context: QueryContext, clause: Clause): CheckContext {
  const mayAggregate = clause === 'SELECT' || clause === 'HAVING'
  return {
    check,
    env: context.env,
    clause,
    variables: [],
    column: ref => columnOf(ref, context, clause),
    special: mayAggregate ? specialCalls(context, clause) : scalarsOnly(clause),
  }
}

function specialCalls(context: QueryContext, clause: Clause): CheckContext['special'] {
  return (call, at) => {
    const definition = findFunction(call.name, at.env)
    if (definition.kind === 'scalar') return undefined
    const inside: CheckContext = {...at, column: ref => columnOf(ref, context, clause, true)}
    if (definition.kind === 'aggregate') return context.aggregates.collect(call, definition, inside)
    if (context.query.groupBy !== undefined) refuse('Table functions cannot be used with aggregations.', call)
    if (clause !== 'SELECT')
      return refuse(`${clause} does not support table functions: ${definition.name} is a table function.`, call)
    return context.tableFunctions.collect(call, definition, inside)
  }
}

function columnOf(ref: ColumnRef, context: QueryContext, clause: Clause, isInCall = false): Expr {
  const found = boundOf(ref, context, clause, isInCall) ?? resolveColumn(ref, context.scope, clause)
  return {kind: 'column', type: found.type, index: found.slot, name: found.name}
}

/** WINDOWSTART and WINDOWEND of the query's own window: only in SELECT, outside aggregates. */
function boundOf(ref: ColumnRef, {bounds, scope}: QueryContext, clause: Clause, isInCall: boolean): SlotColumn | undefined {
  const {text} = ref.name
  if (bounds === undefined || isJoin(scope) || (text !== 'WINDOWSTART' && text !== 'WINDOWEND')) return undefined
  if (clause === 'WHERE') {
    if (scope.sources[0]?.source.window !== undefined) return undefined
    return refuse(`Unknown column ${text}.`, ref, 'The window is not known before rows are grouped.')
  }
  if (clause !== 'SELECT' || isInCall)
    return refuse(`Window bounds column ${text} can only be used in the SELECT clause of windowed aggregations`, ref)
  return text === 'WINDOWSTART' ? bounds.start : bounds.end
}
