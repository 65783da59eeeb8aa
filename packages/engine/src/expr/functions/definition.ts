import type {SqlType, SqlTypeKind} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'

/**
 * What a scalar or table function is. One definition serves resolution, both evaluators, `SHOW FUNCTIONS`,
 * `DESCRIBE FUNCTION`, the docs page and the editor's completion.
 */
export type FunctionDefinition = {
  /** The SQL name, upper case. */
  readonly name: string
  readonly kind: 'scalar' | 'table'
  readonly category: FunctionCategory
  /** One sentence or two for people: what it gives, and for NULL. */
  readonly description: string
  readonly overloads: readonly Overload[]
  /** False for RANDOM, UUID(), UNIX_TIMESTAMP(): never folded, never re-evaluated. Default true. */
  readonly isDeterministic?: boolean
}

export type FunctionCategory =
  | 'mathematical'
  | 'string'
  | 'date-time'
  | 'array'
  | 'map'
  | 'lambda'
  | 'json'
  | 'url'
  | 'regex'
  | 'nulls'
  | 'bytes'
  | 'other'
  | 'table'
  | 'aggregate'

export type Overload = {
  readonly parameters: readonly Parameter[]
  /** The last parameter may be repeated, also zero times. */
  readonly isVariadic?: boolean
  /** With `isVariadic`: the parameter that may be repeated, also zero times, where it is not the last (TOPK). */
  readonly variadicIndex?: number
  /**
   * The result's type from the argument types (after implicit casts) and, for literals, their values. Of a table function:
   * the type of the column it makes; its implementation gives an array of such values, one a row (NULL: no row).
   */
  readonly returns: SqlType | ((args: ArgumentTypes) => SqlType)
  /**
   * Gives the implementation for the resolved argument and result types; called once per place of use.
   * Text patterns, formats and so on that are literals stand in `args.literals` and may be compiled here.
   * An implementation that throws makes the column NULL and reports the record; so does an implementation that
   * gets a NULL when `isNullSafe` is absent: then NULL in gives NULL out, and the implementation is not called.
   */
  readonly bind: (args: BoundTypes) => ScalarImplementation
  /** The implementation wants to see NULL arguments. */
  readonly isNullSafe?: boolean
}

export type ScalarImplementation = (...args: never[]) => unknown

export type Parameter = {readonly name: string; readonly type: ParameterType}

/**
 * A concrete type; a kind with any parameters (any DECIMAL); a type variable (bound by the first argument that uses it);
 * `any`; containers of these; a lambda.
 */
export type ParameterType =
  | {readonly match: 'exact'; readonly type: SqlType}
  | {readonly match: 'kind'; readonly kind: SqlTypeKind}
  | {readonly match: 'variable'; readonly name: string}
  | {readonly match: 'any'}
  | {readonly match: 'array'; readonly element: ParameterType}
  | {readonly match: 'map'; readonly key: ParameterType; readonly value: ParameterType}
  | {readonly match: 'lambda'; readonly parameters: readonly ParameterType[]; readonly returns: ParameterType}
  /** A bare word such as DAYS in DATEADD(DAYS, 1, d); reaches the implementation as its upper-case text. */
  | {readonly match: 'interval-unit'}

export type ArgumentTypes = {
  readonly types: readonly SqlType[]
  /** By argument position; undefined where the argument is no literal. */
  readonly literals: readonly (Value | undefined)[]
  /** Bound type variables. */
  readonly variables: ReadonlyMap<string, SqlType>
}

export type BoundTypes = ArgumentTypes & {readonly result: SqlType; readonly settings: FunctionSettings}

/** Session properties that functions honour (`ksql.functions.<name>.<setting>`), by lower-case property name. */
export type FunctionSettings = {readonly get: (property: string) => string | undefined; readonly nowMs: () => number}
