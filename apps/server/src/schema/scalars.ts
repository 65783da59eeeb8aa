import {GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode} from 'graphql'
import {longDigits} from '../json/digits.ts'

const describe = (value: unknown): string =>
  `${typeof value} ${JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v))}`

function parseLong(value: unknown): number | bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value === 'bigint' || (typeof value === 'string' && /^-?\d{1,19}$/.test(value))) {
    const long = BigInt(value)
    if (long === BigInt.asIntN(64, long)) return Number.isSafeInteger(Number(long)) ? Number(long) : long
  }
  throw new GraphQLError(`BigInt: expected 64 bits as a decimal string or a safe integer, found ${describe(value)}`)
}

export const bigIntScalar = new GraphQLScalarType({
  name: 'BigInt',
  description: '64-bit integer: always a decimal string out; a string or a safe integer in.',
  serialize: (value: unknown): string => String(value),
  parseValue: parseLong,
  parseLiteral: (node: ValueNode): number | bigint => {
    if (node.kind === Kind.INT || node.kind === Kind.STRING) return parseLong(node.value)
    throw new GraphQLError('BigInt: expected an integer or a string of digits', {nodes: node})
  },
})

/** A number of events, or a word for one: what `append if` expects of a key. */
export const expectedVersionScalar = new GraphQLScalarType({
  name: 'ExpectedVersion',
  description: 'How many events a key has: a whole number as BigInt takes it, "none" (0), or "any" (no matter how many).',
  parseValue: parseExpectedVersion,
  parseLiteral: (node: ValueNode): number | bigint | VersionWord => {
    if (node.kind === Kind.INT || node.kind === Kind.STRING || node.kind === Kind.ENUM) return parseExpectedVersion(node.value)
    throw new GraphQLError('ExpectedVersion: expected a whole number, "none" or "any"', {nodes: node})
  },
})

export type VersionWord = 'none' | 'any'

function parseExpectedVersion(value: unknown): number | bigint | VersionWord {
  const word = typeof value === 'string' ? value.toLowerCase() : undefined
  if (word === 'none' || word === 'any') return word
  const isNumber =
    typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && /^-?\d{1,19}$/.test(value)
  if (isNumber || typeof value === 'bigint') return parseLong(value)
  throw new GraphQLError(`ExpectedVersion: expected a whole number, "none" or "any", found ${describe(value)}`)
}

/** bigint anywhere inside becomes digits; everything else stays as it is. Values without bigint are not copied. */
export function withDigits(value: unknown): unknown {
  if (typeof value === 'bigint') return longDigits(value)
  if (Array.isArray(value)) return value.some(hasLong) ? value.map(withDigits) : value
  if (typeof value === 'object' && value !== null)
    return hasLong(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withDigits(inner)])) : value
  return value
}

function hasLong(value: unknown): boolean {
  if (typeof value === 'bigint') return true
  if (typeof value !== 'object' || value === null) return false
  for (const inner of Object.values(value)) if (hasLong(inner)) return true
  return false
}

export const jsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value. A BIGINT is a JSON integer with all its digits, a DECIMAL a string.',
  serialize: withDigits,
  parseValue: (value: unknown): unknown => value,
  parseLiteral: jsonOf,
})

/** What stands in the document, as the same JSON is read from the variables. */
function jsonOf(node: ValueNode, variables?: Record<string, unknown> | null): unknown {
  switch (node.kind) {
    case Kind.INT:
      return Number.isSafeInteger(Number(node.value)) ? Number(node.value) : BigInt(node.value)
    case Kind.LIST:
      return node.values.map(each => jsonOf(each, variables))
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({name, value}) => [name.value, jsonOf(value, variables)]))
    default:
      return valueFromASTUntyped(node, variables)
  }
}
