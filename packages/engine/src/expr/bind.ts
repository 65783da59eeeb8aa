import {must} from '../base/assert.ts'
import type {Value} from '../schema/value.ts'
import type {FunctionDefinition, FunctionSettings} from './functions/definition.ts'
import type {Expr} from './ir.ts'
import {bindVariables} from './resolve-function.ts'

/** What expressions need besides a row. The registry of functions fits `functions` by shape. */
export type EvaluationEnv = {
  readonly functions: {readonly lookUpFunction: (name: string) => FunctionDefinition | undefined}
  readonly settings: FunctionSettings
}

export type Lambda = (...values: Value[]) => Value
export type BoundCall = {
  readonly invoke: (...args: (Value | Lambda)[]) => Value
  readonly isNullSafe: boolean
}

type Call = Extract<Expr, {kind: 'call'}>

/** The implementation of one place of use. Throws AssertionError for a function or an overload that does not exist. */
export function bindCall(call: Call, env: EvaluationEnv): BoundCall {
  const definition = must(env.functions.lookUpFunction(call.function), `function ${call.function}`)
  const overload = must(definition.overloads[call.overload], `overload ${call.overload} of ${call.function}`)
  const types = call.args.map(arg => (arg.kind === 'lambda' ? arg.body.type : arg.type))
  const implementation = overload.bind({
    types,
    literals: call.args.map(arg => (arg.kind === 'literal' ? arg.value : undefined)),
    variables: bindVariables(overload, types),
    result: call.type,
    settings: env.settings,
  })
  // The analyzer chose the overload by its parameter types, so the arguments are what the implementation declares.
  return {invoke: implementation as BoundCall['invoke'], isNullSafe: overload.isNullSafe === true}
}

/** An argument whose failure makes only itself NULL: see `ir.ts`. */
export const isGuardedArgument = (arg: Expr): boolean => arg.kind === 'call' || arg.kind === 'field' || arg.kind === 'cast'
