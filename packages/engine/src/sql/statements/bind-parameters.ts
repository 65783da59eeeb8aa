import {refuse} from '../analyzer/refusal.ts'
import type {Literal, Node, Parameter} from '../syntax/ast.ts'

/**
 * The tree with a literal in the place of every parameter. Text stays text, whatever it contains; a whole number is INT or
 * BIGINT, another number DOUBLE.
 */
export function bindParameters<T>(tree: T, parameters: Readonly<Record<string, unknown>>): T {
  // A literal may stand wherever a parameter may, so the tree keeps its shape.
  return bound(tree, parameters) as T
}

function bound(part: unknown, parameters: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(part)) return part.map(item => bound(item, parameters))
  if (typeof part !== 'object' || part === null) return part
  if (isParameter(part)) return literalFor(part, parameters)
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, bound(value, parameters)]))
}

const isParameter = (part: object): part is Parameter => 'kind' in part && part.kind === 'Parameter'

function literalFor(parameter: Parameter, parameters: Readonly<Record<string, unknown>>): Literal {
  const name = String(parameter.name)
  const shown = typeof parameter.name === 'number' ? `$${name}` : `:${name}`
  if (!Object.hasOwn(parameters, name)) return refuse(`No value was given for the parameter ${shown}.`, parameter)
  const value = parameters[name]
  const literal = literalOf(value, parameter)
  return literal ?? refuse(`The parameter ${shown} must be text, a number, true, false or null.`, parameter)
}

function literalOf(value: unknown, {span}: Node): Literal | undefined {
  if (value === null || value === undefined) return {kind: 'NullLiteral', span}
  if (typeof value === 'string') return {kind: 'StringLiteral', value, span}
  if (typeof value === 'boolean') return {kind: 'BooleanLiteral', value, span}
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return {kind: 'IntegerLiteral', text: String(value), span}
  return typeof value === 'number' && Number.isFinite(value) ? {kind: 'DoubleLiteral', text: String(value), span} : undefined
}
