import {must} from '../../base/assert.ts'
import type {Formats} from '../../plan/formats.ts'
import type {LogicalNode} from '../logical/node.ts'
import type {Span} from '../syntax/span.ts'
import {bindAggregate} from './aggregates.ts'
import type {Environment} from './environment.ts'
import {refuse} from './refusal.ts'

/** ksqlDB keeps accumulators in the sink's value format, and says so where it cannot; scripts may rely on the refusal. */
export function refuseIntermediateTypes(node: LogicalNode, {value}: Formats, env: Environment, span: Span): void {
  if (value.name !== 'DELIMITED' && value.name !== 'KAFKA') return
  if (node.kind !== 'aggregate') {
    if ('input' in node) refuseIntermediateTypes(node.input, {key: value, value}, env, span)
    return
  }
  const isNested = node.aggregations.some(({function: name, overload, args, type}) => {
    const definition = must(env.functions.get(name), `aggregate ${name}`)
    if (definition.kind !== 'aggregate') return false
    const {stateType} = bindAggregate(must(definition.overloads[overload], 'overload'), args, type, env)
    return stateType.kind === 'ARRAY' || stateType.kind === 'MAP' || stateType.kind === 'STRUCT'
  })
  if (isNested)
    refuse(
      'One of the functions used in the statement has an intermediate type that the value format can not handle. ' +
        'Please remove the function or change the format.',
      span,
    )
}
