import {DOUBLE, INT, BIGINT} from '../../schema/sql-type.ts'
import type {SqlType, SqlTypeKind} from '../../schema/sql-type.ts'
import type {
  BoundTypes,
  FunctionCategory,
  FunctionDefinition,
  Overload,
  Parameter,
  ParameterType,
  ScalarImplementation,
} from './definition.ts'

/** Short constructors for definitions. Parameter types may be given as plain SQL types: they then match exactly. */

export const p = (name: string, type: SqlType | ParameterType): Parameter => ({
  name,
  type: 'match' in type ? type : {match: 'exact', type},
})

export const variable = (name: string): ParameterType => ({match: 'variable', name})
export const anyOf = (kind: SqlTypeKind): ParameterType => ({match: 'kind', kind})
export const anything: ParameterType = {match: 'any'}
export const intervalUnit: ParameterType = {match: 'interval-unit'}
export const arrayOf = (element: ParameterType): ParameterType => ({match: 'array', element})
export const mapOf = (key: ParameterType, value: ParameterType): ParameterType => ({match: 'map', key, value})
export const lambda = (parameters: readonly ParameterType[], returns: ParameterType): ParameterType => ({
  match: 'lambda',
  parameters,
  returns,
})
export const exactly = (type: SqlType): ParameterType => ({match: 'exact', type})

type Returns = Overload['returns']
type Extras = Omit<Overload, 'parameters' | 'returns' | 'bind'>

/** The same implementation wherever the overload is used. */
export const overload = (
  parameters: readonly Parameter[],
  returns: Returns,
  evaluate: ScalarImplementation,
  extras: Extras = {},
): Overload => ({parameters, returns, bind: () => evaluate, ...extras})

/** An implementation made for the types, literals and settings of the place of use. */
export const bound = (
  parameters: readonly Parameter[],
  returns: Returns,
  bind: (args: BoundTypes) => ScalarImplementation,
  extras: Extras = {},
): Overload => ({parameters, returns, bind, ...extras})

/** The implementation sees NULL arguments. */
export const NULL_SAFE = {isNullSafe: true} as const
/** The last parameter may be repeated, also zero times. */
export const VARIADIC = {isVariadic: true} as const

export const scalar = (
  name: string,
  category: FunctionCategory,
  description: string,
  overloads: readonly Overload[],
  extras: Pick<FunctionDefinition, 'isDeterministic'> = {},
): FunctionDefinition => ({name, kind: 'scalar', category, description, overloads, ...extras})

export const table = (name: string, description: string, overloads: readonly Overload[]): FunctionDefinition => ({
  name,
  kind: 'table',
  category: 'table',
  description,
  overloads,
})

/** The type bound to a variable, as a result type. */
export const returnsVariable =
  (name: string): Returns =>
  args =>
    boundVariable(args, name)

export function boundVariable(args: {readonly variables: ReadonlyMap<string, SqlType>}, name: string): SqlType {
  const type = args.variables.get(name)
  if (type === undefined) throw new Error(`type variable ${name} is not bound`)
  return type
}

/** Overloads `(x INT)`, `(x BIGINT)` and `(x DOUBLE)` that all work on doubles. */
export const onDoubles = (names: readonly string[], evaluate: (...args: number[]) => number): Overload[] =>
  [INT, BIGINT, DOUBLE].map(type =>
    overload(
      names.map(name => p(name, type)),
      DOUBLE,
      // A long outside the safe integers is a bigint; as a Java double it is the nearest one.
      type.kind === 'BIGINT'
        ? (...args: never[]) => evaluate(...(args as readonly (number | bigint)[]).map(Number))
        : (evaluate as ScalarImplementation),
    ),
  )
