import {must} from '../base/assert.ts'
import {makeFilter, makeProjection, type Evaluator as Evaluation} from '../codegen/evaluator.ts'
import type {AggregateDefinition} from '../expr/aggregates/definition.ts'
import {bindCall, type EvaluationEnv} from '../expr/bind.ts'
import type {BoundTypes} from '../expr/functions/definition.ts'
import {bindVariables} from '../expr/resolve-function.ts'
import type {Evaluator} from '../operators/evaluator.ts'
import type {Aggregation} from '../plan/step.ts'
import type {Value} from '../schema/value.ts'

/** The registry of functions fits `functions` and `aggregates` by shape. */
export type EvaluatorEnv = EvaluationEnv & {
  readonly aggregates: {readonly lookUpAggregate: (name: string) => AggregateDefinition | undefined}
}

/** Expressions for operators, run as generated code or by the interpreter. */
export function createEvaluator(env: EvaluatorEnv, evaluation: Evaluation): Evaluator {
  return {
    filter: where => makeFilter(where, env, evaluation),
    projection: expressions => makeProjection(expressions, env, evaluation),
    aggregator(aggregation, input) {
      const definition = must(env.aggregates.lookUpAggregate(aggregation.function), `aggregate ${aggregation.function}`)
      const overload = must(definition.overloads[aggregation.overload], `overload ${aggregation.overload} of ${definition.name}`)
      const bind = (input === 'table' ? overload.bindOnTable : undefined) ?? overload.bind
      return bind(boundTypes(aggregation, overload, env))
    },
    tableFunction(spec) {
      const {invoke, isNullSafe} = bindCall({kind: 'call', ...spec}, env)
      return args => {
        if (!isNullSafe && args.includes(null)) return []
        const list = invoke(...args)
        return Array.isArray(list) ? (list as readonly Value[]) : []
      }
    },
  }
}

function boundTypes(aggregation: Aggregation, overload: Parameters<typeof bindVariables>[0], env: EvaluatorEnv): BoundTypes {
  const types = aggregation.args.map(arg => arg.type)
  return {
    types,
    literals: aggregation.args.map(arg => (arg.kind === 'literal' ? arg.value : undefined)),
    variables: bindVariables(overload, types),
    result: aggregation.type,
    settings: env.settings,
  }
}
