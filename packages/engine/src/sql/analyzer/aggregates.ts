import type {AggregateDefinition} from '../../expr/aggregates/definition.ts'
import type {Expr} from '../../expr/ir.ts'
import {EvaluationError} from '../../expr/evaluation-error.ts'
import {bindVariables, finishFunction, resolveFunction} from '../../expr/resolve-function.ts'
import {must} from '../../base/assert.ts'
import {fingerprint} from '../logical/expr-slots.ts'
import type {SlotCall} from '../logical/node.ts'
import type {FunctionCall} from '../syntax/ast.ts'
import {accept, type CheckContext} from './checked.ts'
import {findFunction, resolveCall, type ResolvedCall} from './check-call.ts'
import {describe} from './describe.ts'
import type {Environment} from './environment.ts'
import {joined, refuse} from './refusal.ts'
import type {Scope, Slots} from './scope.ts'

/** The aggregate calls of a query, each distinct one once. */
export type Aggregates = {
  readonly calls: () => readonly SlotCall[]
  /** Names of functions that cannot take a row back, in the order written. */
  readonly withoutUndo: () => readonly string[]
  /** For SELECT and HAVING: puts a column in the place of the call. */
  readonly collect: (call: FunctionCall, definition: AggregateDefinition, context: CheckContext) => Expr
  /** Calls as written, for messages. */
  readonly texts: () => readonly string[]
}

export function createAggregates(scope: Scope, slots: Slots, env: Environment): Aggregates {
  const calls = new Map<string, SlotCall>()
  const withoutUndo: string[] = []
  const texts: string[] = []
  return {
    calls: () => [...calls.values()],
    withoutUndo: () => withoutUndo,
    texts: () => [...new Set(texts)],
    collect: (node, definition, context) => {
      const inside: CheckContext = {...context, special: (inner, at) => refuseNested(inner, node, at)}
      const resolved = isStar(node) ? starCall(definition, node, scope) : resolveCall(definition, node, inside)
      refuseVariableParameters(definition, resolved, node)
      const id = fingerprint({kind: 'call', function: definition.name, ...resolved})
      const known = calls.get(id) ?? {
        slot: slots.next(),
        name: `KSQL_AGG_VARIABLE_${calls.size}`,
        type: resolved.type,
        function: definition.name,
        overload: resolved.overload,
        args: resolved.args,
      }
      if (!calls.has(id) && !hasUndo(definition, resolved, node, env)) withoutUndo.push(definition.name)
      calls.set(id, known)
      texts.push(isStar(node) ? `${definition.name}(ROWTIME)` : describe(node))
      return {kind: 'column', type: known.type, index: known.slot, name: known.name}
    },
  }
}

const isStar = (node: FunctionCall): boolean => node.isStar || node.args.length === 0

function refuseNested(inner: FunctionCall, outer: FunctionCall, {env}: CheckContext): undefined {
  const {kind} = findFunction(inner.name, env)
  if (kind === 'aggregate') refuse(`Aggregate functions can not be nested: ${describe(outer)}`, inner)
  if (kind === 'table') refuse('Table functions cannot be used with aggregations.', inner)
  return undefined
}

/** `F(*)` and `F()`: the overload made for it, over ROWTIME if it wants a value. */
function starCall(definition: AggregateDefinition, node: FunctionCall, scope: Scope): ResolvedCall {
  const overload = definition.star === undefined ? undefined : definition.overloads[definition.star]
  if (overload === undefined || definition.star === undefined) {
    accept(resolveFunction(definition, [], []), node)
    return refuse(`Function '${definition.name}' does not accept *.`, node)
  }
  const args: Expr[] = overload.parameters.length === 0 ? [] : [recordTime(node, scope)]
  const only = {name: definition.name, overloads: [overload]}
  const resolution = accept(
    resolveFunction(
      only,
      args.map(arg => arg.type),
      args.map(() => undefined),
    ),
    node,
  )
  return {overload: definition.star, args, type: accept(finishFunction(resolution, new Map()), node).result}
}

function recordTime(node: FunctionCall, scope: Scope): Expr {
  const rowtime = scope.sources[0]?.slots.find(({origin}) => origin.kind === 'system' && origin.name === 'ROWTIME')
  if (rowtime === undefined)
    return refuse(`${node.name.text}(*) needs rows with a record time; those of the sub-query have none.`, node)
  return {kind: 'column', type: rowtime.type, index: rowtime.slot, name: rowtime.name}
}

function refuseVariableParameters(definition: AggregateDefinition, {overload, args}: ResolvedCall, node: FunctionCall): void {
  const from = definition.overloads[overload]?.literalsFrom
  if (from === undefined) return
  const first = from < 0 ? args.length + from : from
  args.forEach((arg, index) => {
    if (index < first || arg.kind === 'literal') return
    const written = node.args[index]
    const text = written === undefined ? '' : describe(written)
    refuse(
      `Parameter ${index + 1} passed to function ${definition.name} must be a literal constant, but was expression: '${text}'`,
      written ?? node,
    )
  })
}

/** Refuses literals that the function has no use for, such as a k of 0: binding finds them. */
function hasUndo(
  definition: AggregateDefinition,
  {overload, args, type}: ResolvedCall,
  node: FunctionCall,
  env: Environment,
): boolean {
  const chosen = must(definition.overloads[overload], 'overload of an aggregate')
  try {
    return bindAggregate(chosen, args, type, env).undo !== undefined || chosen.bindOnTable !== undefined
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error
    return refuse(`Invalid arguments of ${definition.name}: ${error.message}`, node)
  }
}

/** The aggregator as it would run; binding it computes nothing. */
export function bindAggregate(
  overload: AggregateDefinition['overloads'][number],
  args: readonly Expr[],
  result: SlotCall['type'],
  env: Environment,
) {
  const types = args.map(arg => arg.type)
  const literals = args.map(arg => (arg.kind === 'literal' ? arg.value : undefined))
  const settings = {get: (property: string) => env.settings.text(property), nowMs: () => 0}
  return overload.bind({types, literals, variables: bindVariables(overload, types), result, settings})
}

export function refuseWithoutUndo(aggregates: Aggregates, where: FunctionCall['span']): void {
  const names = [...new Set(aggregates.withoutUndo())]
  if (names.length === 0) return
  const subject =
    names.length === 1 ? `The aggregation function ${names[0] ?? ''}` : `The aggregation functions ${joined(names, 'and')}`
  refuse(`${subject} cannot be applied to a table source, only to a stream source.`, where)
}
