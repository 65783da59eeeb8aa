import {EngineError} from './base/errors.ts'
import type {AggregateDefinition} from './expr/aggregates/definition.ts'
import type {FunctionDefinition, Parameter} from './expr/functions/definition.ts'
import type {SqlType} from './schema/sql-type.ts'
import type {Value} from './schema/value.ts'
import {Refusal} from './sql/analyzer/refusal.ts'
import {resolveType} from './sql/analyzer/resolve-type.ts'
import {parseType} from './sql/syntax/parse-script.ts'

/** What a function gets for an argument of a SQL type, and gives for a result. Other types: see `Value`. */
export type ValueOf<T extends string> = T extends 'VARCHAR' | 'STRING'
  ? string
  : T extends 'INT' | 'INTEGER' | 'DOUBLE' | 'DATE' | 'TIME' | 'TIMESTAMP'
    ? number
    : T extends 'BIGINT'
      ? number | bigint
      : T extends 'BOOLEAN'
        ? boolean
        : T extends 'BYTES'
          ? Uint8Array
          : T extends `DECIMAL(${string})`
            ? bigint
            : T extends `ARRAY<${infer E}>`
              ? readonly (ValueOf<E> | null)[]
              : Value

/** A parameter: its name, and its type as in SQL. */
export type UserParameter = {readonly name: string; readonly type: string}

type Arguments<P extends readonly UserParameter[]> = {readonly [I in keyof P]: ValueOf<P[I]['type']>}
type Nullable<A extends readonly unknown[]> = {readonly [I in keyof A]: A[I] | null}

type Described = {
  /** Letters, digits and underscores; case does not matter. */
  readonly name: string
  readonly description?: string
}

export type ScalarFunction<P extends readonly UserParameter[], R extends string> = Described & {
  readonly parameters: P
  readonly returns: R
  /** Not called when an argument is NULL: then the result is NULL. A throw makes the result NULL and reports the record. */
  readonly run: (...args: Arguments<P>) => ValueOf<R> | null
  /** False for functions that may give another result for the same arguments. Default true. */
  readonly isDeterministic?: boolean
}

/** A function of one row. */
export function scalarFunction<const P extends readonly UserParameter[], const R extends string>(
  definition: ScalarFunction<P, R>,
): FunctionDefinition {
  const {name, description = '', parameters, returns, run, isDeterministic = true} = definition
  return {
    name: name.toUpperCase(),
    kind: 'scalar',
    category: 'other',
    description,
    isDeterministic,
    overloads: [{parameters: parameters.map(parameterOf), returns: typeOf(returns), bind: () => run}],
  }
}

export type AggregateFunction<P extends readonly UserParameter[], R extends string, S extends string> = Described & {
  readonly parameters: P
  readonly returns: R
  /** Type of the accumulator: it is stored as any value. */
  readonly state: S
  readonly initial: () => ValueOf<S> | null
  /** Gets NULLs. */
  readonly add: (state: ValueOf<S>, ...args: Nullable<Arguments<P>>) => ValueOf<S> | null
  /** Takes a row back: needed for tables. */
  readonly undo?: (state: ValueOf<S>, ...args: Nullable<Arguments<P>>) => ValueOf<S> | null
  /** Joins two sessions, the earlier one first. */
  readonly merge: (left: ValueOf<S>, right: ValueOf<S>) => ValueOf<S> | null
  readonly result: (state: ValueOf<S>) => ValueOf<R> | null
}

/** A function of the rows of a group. */
export function aggregateFunction<const P extends readonly UserParameter[], const R extends string, const S extends string>(
  definition: AggregateFunction<P, R, S>,
): AggregateDefinition {
  const {name, description = '', parameters, returns, state, initial, add, undo, merge, result} = definition
  // Values have the form of their SQL types, which the engine checks before it calls; the type system cannot see that.
  type State = ValueOf<S>
  type Args = Nullable<Arguments<P>>
  const aggregator = {
    stateType: typeOf(state),
    initial: initial as () => Value,
    add: (before: Value, args: readonly Value[]) => add(before as State, ...(args as unknown as Args)) as Value,
    ...(undo && {undo: (before: Value, args: readonly Value[]) => undo(before as State, ...(args as unknown as Args)) as Value}),
    merge: merge as (left: Value, right: Value) => Value,
    result: result as (state: Value) => Value,
  }
  return {
    name: name.toUpperCase(),
    kind: 'aggregate',
    category: 'aggregate',
    description,
    overloads: [{parameters: parameters.map(parameterOf), returns: typeOf(returns), bind: () => aggregator}],
  }
}

const parameterOf = ({name, type}: UserParameter): Parameter => ({name, type: {match: 'exact', type: typeOf(type)}})

function typeOf(text: string): SqlType {
  const parsed = parseType(text)
  if ('diagnostic' in parsed) return refuseType(text, parsed.diagnostic.message)
  try {
    return resolveType(parsed.type, {type: () => undefined, types: () => new Map()})
  } catch (error) {
    if (error instanceof Refusal) return refuseType(text, error.message)
    throw error
  }
}

function refuseType(text: string, reason: string): never {
  throw new EngineError('INVALID_ARGUMENT', `'${text}' is no SQL type: ${reason}`)
}
