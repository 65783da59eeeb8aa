import {printType, typesEqual, VARCHAR, type SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import type {ArgumentTypes, Overload, Parameter, ParameterType} from './functions/definition.ts'
import {hasVariables, matchParameter, matchType, parameterType, type ArgumentShape, type Variables} from './match-parameter.ts'
import {asDecimal, type Problem} from './types.ts'

/**
 * Finding the overload of a call takes two steps, because the body of a lambda can only be typed once its parameters have
 * types:
 *
 * 1. `resolveFunction(definition, arguments, literals)` chooses the overload and says what type each argument must have
 *    (`argumentTypes`, to be reached by `coerceExpr`) and what types the parameters of each lambda have (`lambdas`).
 * 2. The caller types the lambda bodies, if any, and calls `finishFunction(resolution, bodyTypes)`, which gives the type of
 *    the result and the type that each body must be coerced to.
 *
 * Scalars, table functions and aggregates are resolved alike; this only reads names and signatures.
 */
export type Signatures = {readonly name: string; readonly overloads: readonly Signature[]}
export type Signature = Pick<Overload, 'parameters' | 'isVariadic' | 'variadicIndex' | 'returns'>

export type Resolution = {
  /** Index into the definition's overloads. */
  readonly overload: number
  readonly signature: Signature
  /** What each argument is cast to; for a bare NULL the type it takes; undefined for lambdas. Interval words are VARCHAR. */
  readonly argumentTypes: readonly (SqlType | undefined)[]
  /** Types of the parameters of each lambda, by argument index. */
  readonly lambdas: ReadonlyMap<number, readonly SqlType[]>
  readonly literals: readonly (Value | undefined)[]
  readonly variables: ReadonlyMap<string, SqlType>
}

export type FinishedCall = {
  readonly result: SqlType
  readonly variables: ReadonlyMap<string, SqlType>
  /** What each lambda body is coerced to, by argument index. */
  readonly bodies: ReadonlyMap<number, SqlType>
}

export function resolveFunction(
  definition: Signatures,
  args: readonly ArgumentShape[],
  literals: readonly (Value | undefined)[],
): Resolution | Problem {
  for (const mayWiden of [false, true]) {
    const candidates = findCandidates(definition, args, mayWiden)
    const [best, second] = candidates
    if (best === undefined) continue
    if (second !== undefined && compareCandidates(best, second) === 0) return {problem: ambiguous(definition, args)}
    return resolutionOf(best, args, literals)
  }
  return {problem: notAccepted(definition, args)}
}

/** Second step: `bodyTypes` by argument index; none for a call without lambdas. */
export function finishFunction(resolution: Resolution, bodyTypes: ReadonlyMap<number, SqlType>): FinishedCall | Problem {
  const {signature} = resolution
  const variables: Variables = new Map(resolution.variables)
  const bodies = new Map<number, SqlType>()
  for (const [index, type] of bodyTypes) {
    const parameter = parameterAt(signature, index, resolution.argumentTypes.length)?.type
    if (parameter?.match !== 'lambda') continue
    const expected = parameterType(parameter.returns, variables)
    const isAccepted = expected === undefined ? matchType(parameter.returns, type, variables, true) : canBecome(type, expected)
    if (!isAccepted) return {problem: wrongBody(parameter.returns, expected, type)}
    bodies.set(index, expected ?? type)
  }
  const types = resolution.argumentTypes.map((type, i) => type ?? bodies.get(i) ?? VARCHAR)
  const result = resultType(signature, {types, literals: resolution.literals, variables})
  return {result, variables, bodies}
}

const resultType = ({returns}: Signature, args: ArgumentTypes): SqlType =>
  typeof returns === 'function' ? returns(args) : returns

const canBecome = (type: SqlType, expected: SqlType): boolean =>
  matchType({match: 'exact', type: expected}, type, new Map(), true)

/**
 * The bound variables of a call that is already typed, as its implementation wants to know them: `types` are those of the
 * arguments as they stand, a lambda's being that of its body.
 */
export function bindVariables(signature: Signature, types: readonly SqlType[]): ReadonlyMap<string, SqlType> {
  const variables: Variables = new Map()
  types.forEach((type, i) => {
    const parameter = parameterAt(signature, i, types.length)?.type
    if (parameter !== undefined) matchType(parameter.match === 'lambda' ? parameter.returns : parameter, type, variables, true)
  })
  return variables
}

type Candidate = {readonly index: number; readonly signature: Signature; readonly variables: Variables}

function findCandidates(definition: Signatures, args: readonly ArgumentShape[], mayWiden: boolean): Candidate[] {
  const found: Candidate[] = []
  definition.overloads.forEach((signature, index) => {
    const variables: Variables = new Map()
    if (acceptsCount(signature, args.length) && acceptsAll(signature, args, variables, mayWiden)) {
      found.push({index, signature, variables})
    }
  })
  return found.toSorted(compareCandidates)
}

const acceptsCount = ({parameters, isVariadic}: Signature, count: number): boolean =>
  isVariadic === true ? count >= parameters.length - 1 : count === parameters.length

const acceptsAll = (signature: Signature, args: readonly ArgumentShape[], variables: Variables, mayWiden: boolean): boolean =>
  args.every((argument, i) => {
    const parameter = parameterAt(signature, i, args.length)
    return parameter !== undefined && matchParameter(parameter.type, argument, variables, mayWiden)
  })

/** Better ones first: not variadic, more parameters, fewer with type variables. */
function compareCandidates(left: Candidate, right: Candidate): number {
  const rank = ({signature}: Candidate) => [
    signature.isVariadic === true ? 1 : 0,
    -signature.parameters.length,
    signature.parameters.filter(parameter => hasVariables(parameter.type)).length,
  ]
  const [l, r] = [rank(left), rank(right)]
  const differing = l.findIndex((value, i) => value !== r[i])
  return differing < 0 ? 0 : (l[differing] ?? 0) - (r[differing] ?? 0)
}

/** The parameter that an argument stands for; those after a repeated one take the last arguments of `count`. */
function parameterAt(
  {parameters, isVariadic, variadicIndex = parameters.length - 1}: Signature,
  index: number,
  count: number,
): Parameter | undefined {
  if (isVariadic !== true || index < variadicIndex) return parameters[index]
  const fromEnd = count - index
  return fromEnd < parameters.length - variadicIndex ? parameters.at(-fromEnd) : parameters[variadicIndex]
}

function resolutionOf(
  {index, signature, variables}: Candidate,
  args: readonly ArgumentShape[],
  literals: readonly (Value | undefined)[],
): Resolution | Problem {
  args.forEach((argument, i) => {
    const parameter = parameterAt(signature, i, args.length)?.type
    if (argument === 'null' && parameter?.match === 'variable' && !variables.has(parameter.name))
      variables.set(parameter.name, VARCHAR)
  })
  const lambdas = new Map<number, readonly SqlType[]>()
  const argumentTypes = args.map((argument, i) => {
    const parameter = parameterAt(signature, i, args.length)?.type
    if (parameter === undefined) return undefined
    if (parameter.match === 'lambda') {
      lambdas.set(
        i,
        parameter.parameters.map(type => parameterType(type, variables) ?? VARCHAR),
      )
      return undefined
    }
    return argumentType(parameter, argument, variables)
  })
  return {overload: index, signature, argumentTypes, lambdas, literals, variables}
}

/** An INT for a DECIMAL parameter becomes DECIMAL(10, 0); a NULL that nothing gives a type is a VARCHAR. */
function argumentType(parameter: ParameterType, argument: ArgumentShape, variables: Variables): SqlType {
  if (argument === 'interval') return VARCHAR
  if (argument === 'null' || argument.kind === 'lambda') return parameterType(parameter, variables) ?? VARCHAR
  const isDecimal =
    (parameter.match === 'kind' && parameter.kind === 'DECIMAL') ||
    (parameter.match === 'exact' && parameter.type.kind === 'DECIMAL')
  if (isDecimal) return asDecimal(argument)
  return parameterType(parameter, variables) ?? argument
}

function wrongBody(declared: ParameterType, expected: SqlType | undefined, actual: SqlType): string {
  const wanted = expected === undefined ? printParameter(declared) : printType(expected)
  return `The lambda returns ${printType(actual)}, but ${wanted} is expected`
}

function notAccepted(definition: Signatures, args: readonly ArgumentShape[]): string {
  return (
    `Function '${definition.name}' does not accept parameters (${args.map(printArgument).join(', ')}).\n` +
    `Valid alternatives are:\n${printSignatures(definition)}\n` +
    `For detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;`
  )
}

function ambiguous(definition: Signatures, args: readonly ArgumentShape[]): string {
  return (
    `Function '${definition.name}' cannot be resolved due to ambiguous method parameters ` +
    `(${args.map(printArgument).join(', ')}).\n` +
    `Use CAST() to explicitly cast your parameters to one of the supported function calls.\n` +
    `Valid function calls are:\n${printSignatures(definition)}\n` +
    `For detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;`
  )
}

function printArgument(argument: ArgumentShape): string {
  if (argument === 'null') return 'null'
  if (argument === 'interval') return 'INTERVALUNIT'
  return argument.kind === 'lambda' ? 'LAMBDA' : printType(argument).replaceAll('`', '')
}

const printSignatures = ({name, overloads}: Signatures): string => overloads.map(one => printSignature(name, one)).join('\n')

/** `NAME(ARRAY<T> list, BIGINT... more)` */
export function printSignature(name: string, {parameters, isVariadic, variadicIndex = parameters.length - 1}: Signature): string {
  const printed = parameters.map((parameter, i) => {
    const dots = isVariadic === true && i === variadicIndex ? '...' : ''
    return `${printParameter(parameter.type)}${dots} ${parameter.name}`
  })
  return `${name}(${printed.join(', ')})`
}

export function printParameter(parameter: ParameterType): string {
  switch (parameter.match) {
    case 'exact':
      return printExact(parameter.type)
    case 'kind':
      return parameter.kind
    case 'variable':
      return parameter.name
    case 'any':
      return 'ANY'
    case 'array':
      return `ARRAY<${printParameter(parameter.element)}>`
    case 'map':
      return `MAP<${printParameter(parameter.key)}, ${printParameter(parameter.value)}>`
    case 'lambda':
      return `LAMBDA (${parameter.parameters.map(printParameter).join(', ')}) => ${printParameter(parameter.returns)}`
    case 'interval-unit':
      return 'INTERVALUNIT'
  }
}

/** Signatures say INT and VARCHAR where schemas say INTEGER and STRING. */
function printExact(type: SqlType): string {
  if (typesEqual(type, VARCHAR) || type.kind === 'INT') return type.kind
  if (type.kind === 'ARRAY') return `ARRAY<${printExact(type.element)}>`
  if (type.kind === 'MAP') return `MAP<${printExact(type.key)}, ${printExact(type.value)}>`
  return printType(type)
}
