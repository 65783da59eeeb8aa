import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {must} from '../../base/assert.ts'
import type {ArgumentShape} from '../match-parameter.ts'
import {finishFunction, resolveFunction} from '../resolve-function.ts'
import {isProblem} from '../types.ts'
import type {AggregateOverload, Aggregator} from '../aggregates/definition.ts'
import type {BoundTypes, Overload} from './definition.ts'
import {lookUpAggregate, lookUpFunction} from './registry.ts'

/** Calls functions by name as an expression would, for tests. */

export type LambdaArgument = {readonly body: SqlType; readonly arity: number; readonly apply: (...values: never[]) => Value}
export type Argument = readonly [type: SqlType | 'interval', value: Value] | LambdaArgument

const isLambda = (arg: Argument): arg is LambdaArgument => 'apply' in arg
const shapeOf = (arg: Argument): ArgumentShape => (isLambda(arg) ? {kind: 'lambda', arity: arg.arity} : arg[0])

export type Properties = Readonly<Record<string, string>>

function resolve<O extends Pick<Overload, 'parameters' | 'returns'>>(
  definition: {readonly name: string; readonly overloads: readonly O[]},
  args: readonly Argument[],
  properties: Properties,
): {readonly overload: O; readonly bound: BoundTypes} {
  const literals = args.map(arg => (isLambda(arg) ? undefined : arg[1]))
  const resolution = resolveFunction(definition, args.map(shapeOf), literals)
  if (isProblem(resolution)) throw new Error(resolution.problem)
  const bodies = new Map(args.flatMap((arg, i) => (isLambda(arg) ? [[i, arg.body] as const] : [])))
  const finished = finishFunction(resolution, bodies)
  if (isProblem(finished)) throw new Error(finished.problem)
  const types = resolution.argumentTypes.map((type, i) => must(type ?? bodies.get(i), `type of argument ${i}`))
  return {
    overload: must(definition.overloads[resolution.overload], 'overload'),
    bound: {
      types,
      literals,
      variables: finished.variables,
      result: finished.result,
      settings: {get: name => properties[name], nowMs: () => 1_700_000_000_123},
    },
  }
}

/** The type and the value of `name(args)`. Values must have the parameters' types already; throws as the function does. */
export function callTyped(name: string, args: readonly Argument[], properties: Properties = {}): {type: SqlType; value: Value} {
  const {overload, bound} = resolve(must(lookUpFunction(name), `function ${name}`), args, properties)
  const values = args.map(arg => (isLambda(arg) ? arg.apply : arg[1]))
  if (overload.isNullSafe !== true && values.includes(null)) return {type: bound.result, value: null}
  const implementation = overload.bind(bound) as (...values: unknown[]) => Value
  return {type: bound.result, value: implementation(...values)}
}

export const call = (name: string, ...args: readonly Argument[]): Value => callTyped(name, args).value

/** The aggregator of `name(args)`; values of arguments count as literals. */
export function aggregatorFor(
  name: string,
  args: readonly Argument[],
  properties: Properties = {},
  source: 'stream' | 'table' = 'stream',
): Aggregator & {readonly resultType: SqlType} {
  const definition = must(lookUpAggregate(name), `aggregate ${name}`)
  const {overload, bound} = resolve<AggregateOverload>(definition, args, properties)
  const bind = source === 'table' ? (overload.bindOnTable ?? overload.bind) : overload.bind
  return {...bind(bound), resultType: bound.result}
}

/** The result over the rows of a stream, one argument list a row. */
export function aggregateRows(
  name: string,
  types: readonly Argument[],
  rows: readonly (readonly Value[])[],
  properties: Properties = {},
) {
  const aggregator = aggregatorFor(name, types, properties)
  return aggregator.result(rows.reduce<Value>((state, row, i) => aggregator.add(state, row, i), aggregator.initial()))
}
