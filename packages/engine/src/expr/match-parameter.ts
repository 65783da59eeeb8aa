import {typesEqual, type SqlType} from '../schema/sql-type.ts'
import type {ParameterType} from './functions/definition.ts'
import {canWiden, commonOfTwo, isNumeric} from './types.ts'

/** A lambda argument before its body is typed: all that is known is how many parameters it names. */
export type LambdaShape = {readonly kind: 'lambda'; readonly arity: number}

/** What an argument is before resolution: typed, a bare NULL, a lambda, or a bare word such as DAYS. */
export type ArgumentShape = SqlType | 'null' | 'interval' | LambdaShape

export type Variables = Map<string, SqlType>

/**
 * Can the argument stand for the parameter? Binds type variables in `variables` on the way. With `mayWiden`, numbers may
 * widen to the parameter's type, and a variable to the wider of its arguments. Lambdas match by arity and bind nothing.
 */
export function matchParameter(
  parameter: ParameterType,
  argument: ArgumentShape,
  variables: Variables,
  mayWiden: boolean,
): boolean {
  if (argument === 'null') return parameter.match !== 'lambda' && parameter.match !== 'interval-unit'
  if (argument === 'interval') return parameter.match === 'interval-unit'
  if (argument.kind === 'lambda') return parameter.match === 'lambda' && parameter.parameters.length === argument.arity
  return matchType(parameter, argument, variables, mayWiden)
}

export function matchType(parameter: ParameterType, type: SqlType, variables: Variables, mayWiden: boolean): boolean {
  switch (parameter.match) {
    case 'any':
      return true
    case 'exact':
      if (typesEqual(parameter.type, type) || (parameter.type.kind === type.kind && type.kind === 'DECIMAL')) return true
      return mayWiden && isNumeric(type) && canWiden(type, parameter.type)
    case 'kind':
      return parameter.kind === type.kind || (mayWiden && isNumeric(type) && canWiden(type, {kind: parameter.kind} as SqlType))
    case 'variable':
      return bindVariable(parameter.name, type, variables, mayWiden)
    case 'array':
      return type.kind === 'ARRAY' && matchType(parameter.element, type.element, variables, false)
    case 'map':
      if (type.kind !== 'MAP') return false
      return matchType(parameter.key, type.key, variables, false) && matchType(parameter.value, type.value, variables, false)
    case 'lambda':
    case 'interval-unit':
      return false
  }
}

function bindVariable(name: string, type: SqlType, variables: Variables, mayWiden: boolean): boolean {
  const bound = variables.get(name)
  if (bound === undefined) {
    variables.set(name, type)
    return true
  }
  if (typesEqual(bound, type)) return true
  const common = mayWiden ? commonOfTwo(bound, type) : undefined
  if (common === undefined) return false
  variables.set(name, common)
  return true
}

/** The type that a parameter stands for once its variables are bound; undefined where it leaves that open. */
export function parameterType(parameter: ParameterType, variables: ReadonlyMap<string, SqlType>): SqlType | undefined {
  switch (parameter.match) {
    case 'exact':
      return parameter.type
    case 'variable':
      return variables.get(parameter.name)
    case 'array': {
      const element = parameterType(parameter.element, variables)
      return element && {kind: 'ARRAY', element}
    }
    case 'map': {
      const key = parameterType(parameter.key, variables)
      const value = parameterType(parameter.value, variables)
      return key && value && {kind: 'MAP', key, value}
    }
    case 'kind':
      return parameterlessKind(parameter.kind)
    default:
      return undefined
  }
}

function parameterlessKind(kind: SqlType['kind']): SqlType | undefined {
  return kind === 'DECIMAL' || kind === 'ARRAY' || kind === 'MAP' || kind === 'STRUCT' ? undefined : {kind}
}

export const hasVariables = (parameter: ParameterType): boolean => {
  switch (parameter.match) {
    case 'variable':
      return true
    case 'array':
      return hasVariables(parameter.element)
    case 'map':
      return hasVariables(parameter.key) || hasVariables(parameter.value)
    case 'lambda':
      return parameter.parameters.some(hasVariables) || hasVariables(parameter.returns)
    default:
      return false
  }
}
