import type {AggregateDefinition} from '../../expr/aggregates/definition.ts'
import type {FunctionDefinition} from '../../expr/functions/definition.ts'
import type {Expr, LambdaParameter} from '../../expr/ir.ts'
import {coerceLiteral} from '../../expr/coerce.ts'
import {isProblem, isTemporal} from '../../expr/types.ts'
import type {ArgumentShape} from '../../expr/match-parameter.ts'
import {finishFunction, resolveFunction, type Resolution} from '../../expr/resolve-function.ts'
import {VARCHAR, type SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import type * as Ast from '../syntax/ast.ts'
import {accept, coerceTo, type CheckContext, type Checked} from './checked.ts'
import type {Environment} from './environment.ts'
import {didYouMean, refuse} from './refusal.ts'

export type AnyFunction = FunctionDefinition | AggregateDefinition

export function findFunction(name: Ast.Identifier, env: Environment): AnyFunction {
  const upper = name.text.toUpperCase()
  const found = env.functions.get(upper)
  if (found !== undefined) return found
  const hint = didYouMean(upper, env.functions.names()) ?? 'SHOW FUNCTIONS lists them.'
  return refuse(`Can't find any functions with the name '${name.text}'`, name, hint)
}

export function checkCall(node: Ast.FunctionCall, context: CheckContext): Expr {
  const special = context.special(node, context)
  if (special !== undefined) return special
  const definition = findFunction(node.name, context.env)
  const {overload, args, type} = resolveCall(definition, node, context)
  return {kind: 'call', type, function: definition.name, overload, args}
}

/** A call with its overload and its arguments as that overload takes them. */
export type ResolvedCall = {readonly overload: number; readonly args: readonly Expr[]; readonly type: SqlType}

export function resolveCall(definition: AnyFunction, node: Ast.FunctionCall, context: CheckContext): ResolvedCall {
  const asWritten = node.args.map((arg, index) => checkArgument(definition, arg, index, context))
  const {checked, resolution} = resolveArguments(definition, asWritten, node)
  const bodies = checkLambdas(node, resolution, context)
  const finished = accept(finishFunction(resolution, new Map([...bodies].map(([index, {body}]) => [index, body.type]))), node)
  const args = checked.map((argument, index) => {
    const lambda = bodies.get(index)
    if (lambda !== undefined) return lambdaExpr(lambda, finished.bodies.get(index), node)
    if (argument.is === 'interval') return {kind: 'literal', type: VARCHAR, value: argument.unit} satisfies Expr
    const expr = argument.is === 'value' ? argument.expr : undefined
    return coerceTo(expr, resolution.argumentTypes[index] ?? VARCHAR, node.args[index] ?? node)
  })
  return {overload: resolution.overload, args, type: finished.result}
}

/** Beside a DATE, TIME or TIMESTAMP a text literal is read as one, if the function has no use for text there. */
function resolveArguments(definition: AnyFunction, asWritten: readonly Argument[], node: Ast.Node) {
  const resolve = (args: readonly Argument[]) => resolveFunction(definition, args.map(shapeOf), args.map(literalValue))
  const first = resolve(asWritten)
  const checked = isProblem(first) ? withTemporalLiterals(asWritten) : undefined
  const second = checked === undefined ? first : resolve(checked)
  if (checked !== undefined && !isProblem(second)) return {checked, resolution: second}
  return {checked: asWritten, resolution: accept<Resolution>(first, node)}
}

function withTemporalLiterals(args: readonly Argument[]): readonly Argument[] | undefined {
  const temporal = args
    .flatMap(argument => (argument.is === 'value' && argument.expr !== undefined ? [argument.expr.type] : []))
    .find(isTemporal)
  if (temporal === undefined) return undefined
  return args.map(argument => {
    if (argument.is !== 'value' || argument.expr?.kind !== 'literal' || argument.expr.type.kind !== 'VARCHAR') return argument
    const {value, type} = argument.expr
    const coerced = coerceLiteral(value, type, temporal)
    return isProblem(coerced) ? argument : {is: 'value', expr: {kind: 'literal', type: temporal, value: coerced.value}}
  })
}

type Argument =
  | {readonly is: 'value'; readonly expr: Checked}
  | {readonly is: 'interval'; readonly unit: string}
  | {readonly is: 'lambda'; readonly lambda: Ast.Lambda}

const intervalUnits = new Set(['MILLISECONDS', 'SECONDS', 'MINUTES', 'HOURS', 'DAYS', 'MONTHS', 'YEARS'])

function checkArgument(definition: AnyFunction, node: Ast.Expression, index: number, context: CheckContext): Argument {
  if (node.kind === 'Lambda') return {is: 'lambda', lambda: node}
  const mayBeInterval = definition.overloads.some(({parameters}) => parameters[index]?.type.match === 'interval-unit')
  if (mayBeInterval && node.kind === 'ColumnRef' && node.qualifier === undefined) {
    const word = node.name.text.toUpperCase()
    const unit = word.endsWith('S') ? word : `${word}S`
    if (intervalUnits.has(unit)) return {is: 'interval', unit}
  }
  return {is: 'value', expr: context.check(node, context)}
}

function shapeOf(argument: Argument): ArgumentShape {
  if (argument.is === 'interval') return 'interval'
  if (argument.is === 'lambda') return {kind: 'lambda', arity: argument.lambda.params.length}
  return argument.expr?.type ?? 'null'
}

function literalValue(argument: Argument): Value | undefined {
  if (argument.is === 'interval') return argument.unit
  if (argument.is === 'lambda') return undefined
  if (argument.expr === undefined) return null
  return argument.expr.kind === 'literal' ? argument.expr.value : undefined
}

type TypedLambda = {readonly parameters: readonly LambdaParameter[]; readonly body: Expr; readonly node: Ast.Lambda}

function checkLambdas(node: Ast.FunctionCall, resolution: Resolution, context: CheckContext): Map<number, TypedLambda> {
  const typed = new Map<number, TypedLambda>()
  for (const [index, types] of resolution.lambdas) {
    const lambda = node.args[index]
    if (lambda?.kind !== 'Lambda') continue
    const depth = context.variables.length
    const parameters = lambda.params.map((param, i) => ({name: param.text, type: types[i] ?? VARCHAR, slot: depth + i}))
    const inner = {...context, variables: [...context.variables, ...parameters]}
    const body =
      context.check(lambda.body, inner) ??
      refuse('A lambda cannot be a bare NULL.', lambda.body, 'Give the NULL a type: CAST(NULL AS …).')
    typed.set(index, {parameters, body, node: lambda})
  }
  return typed
}

function lambdaExpr({parameters, body, node}: TypedLambda, type: SqlType | undefined, call: Ast.Node): Expr {
  const coerced = coerceTo(body, type ?? body.type, node.body ?? call)
  return {kind: 'lambda', type: coerced.type, parameters, body: coerced}
}

/** In CASE, which evaluates only what it needs, rows cannot be made. */
export const withoutTableFunctions =
  (special: CheckContext['special']): CheckContext['special'] =>
  (call, context) => {
    if (findFunction(call.name, context.env).kind === 'table')
      refuse(`Table functions cannot be used in CASE: ${call.name.text}`, call)
    return special(call, context)
  }
