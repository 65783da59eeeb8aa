import type {SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import type {BoundTypes, Overload, Parameter} from '../functions/definition.ts'
import type {AggregateDefinition, AggregateOverload, Aggregator} from './definition.ts'

/** Short constructors for definitions; parameters as in `functions/define.ts`. */

type Extras = Omit<AggregateOverload, 'parameters' | 'returns' | 'bind'>

export const aggregate = (
  name: string,
  description: string,
  overloads: readonly AggregateOverload[],
  extras: Pick<AggregateDefinition, 'star'> = {},
): AggregateDefinition => ({name, kind: 'aggregate', category: 'aggregate', description, overloads, ...extras})

export const aggregateOverload = (
  parameters: readonly Parameter[],
  returns: Overload['returns'],
  bind: (args: BoundTypes) => Aggregator,
  extras: Extras = {},
): AggregateOverload => ({parameters, returns, bind, ...extras})

/**
 * An aggregator whose code knows its state by a narrower type than Value. States come from `initial`, from these functions or
 * from storage, which gives back what it was given: so the type holds.
 */
export type TypedAggregator<S extends Value> = {
  readonly stateType: SqlType
  readonly initial: () => S
  readonly add: (state: S, args: readonly Value[], sequence: number) => S
  readonly undo?: (state: S, args: readonly Value[]) => S
  readonly merge: (left: S, right: S) => S
  readonly result: (state: S) => Value
  readonly hint?: Aggregator['hint']
}

export function aggregator<S extends Value>(typed: TypedAggregator<S>): Aggregator {
  const {stateType, initial, add, undo, merge, result, hint} = typed
  return {
    stateType,
    initial,
    add: (state, args, sequence = 0) => add(state as S, args, sequence),
    ...(undo === undefined ? {} : {undo: (state: Value, args: readonly Value[]) => undo(state as S, args)}),
    merge: (left, right) => merge(left as S, right as S),
    result: state => result(state as S),
    ...(hint === undefined ? {} : {hint}),
  }
}

export const first = (args: readonly Value[]): Value => args[0] ?? null
