import type {Expr} from '../../expr/ir.ts'
import {printType, typesEqual} from '../../schema/sql-type.ts'
import {slotsOf} from '../logical/expr-slots.ts'
import type {ColumnRef, Comparison, Expression} from '../syntax/ast.ts'
import type {Join} from '../syntax/query-ast.ts'
import {check} from './check.ts'
import {checkTyped, type CheckContext} from './checked.ts'
import {describe} from './describe.ts'
import type {Environment} from './environment.ts'
import type {Relations} from './from.ts'
import {refuse} from './refusal.ts'
import {ownerOf, qualifiedName, resolveColumn, sourceOf, type Scope} from './scope.ts'
import {scalarsOnly} from './special-calls.ts'

export type JoinSide = {
  readonly expr: Expr
  /** The column, when the side is nothing but one. */
  readonly slot: number | undefined
}

/** Conditions of a join, over the columns of both sides. */
export const joinContext = (scope: Scope, env: Environment): CheckContext => ({
  check,
  env,
  clause: 'JOIN ON',
  variables: [],
  special: scalarsOnly('JOIN ON'),
  column: ref => {
    const {slot, type, name} = resolveColumn(ref, scope, 'JOIN ON')
    return {kind: 'column', type, index: slot, name}
  },
})

/** `ON left = right`, the sides put where they belong. `text` is the condition in the order written, without parentheses. */
export type JoinCondition = {readonly left: JoinSide; readonly right: JoinSide; readonly text: string; readonly typedText: string}

export function joinCondition(join: Join, left: Relations, right: Relations, scope: Scope, env: Environment): JoinCondition {
  const name = qualifiedName(scope)
  const on = equality(join, text => describe(text, name))
  refuseUnknownQualifiers(on, scope)
  const context = joinContext(scope, env)
  const first = sideOf(on.left, on, context, scope, name)
  const second = sideOf(on.right, on, context, scope, name)
  const joined = right.scope.sources[0]?.alias
  const isLeft = (alias: string): boolean => left.scope.sources.some(source => source.alias === alias)
  const text = `${describe(on.left, name)} = ${describe(on.right, name)}`
  const print = (node: Expression, {expr}: JoinSide): string => `${describe(node, name)}{${printType(expr.type)}}`
  const typedText = `${print(on.left, first.side)} = ${print(on.right, second.side)}`
  if (isLeft(first.alias) && second.alias === joined) return {left: first.side, right: second.side, text, typedText}
  if (isLeft(second.alias) && first.alias === joined) return {left: second.side, right: first.side, text, typedText}
  return refuse(
    `Invalid join condition: one side must be of the joined source ${joined ?? ''}, the other of a source before it. Got ${text}.`,
    on,
  )
}

/** Before anything else: a wrong source makes other names ambiguous or unknown. */
function refuseUnknownQualifiers(part: unknown, scope: Scope): void {
  if (typeof part !== 'object' || part === null) return
  if ('kind' in part && part.kind === 'ColumnRef') {
    const {qualifier} = part as ColumnRef
    if (qualifier !== undefined) sourceOf(qualifier, scope)
    return
  }
  for (const inner of Object.values(part)) refuseUnknownQualifiers(inner, scope)
}

function equality(join: Join, print: (node: Expression) => string): Comparison {
  const {on} = join
  if (on.kind === 'Logical' && on.op === 'AND')
    return refuse(`Invalid join condition: joins on multiple conditions are not yet supported. Got ${print(on)}.`, on)
  if (on.kind !== 'Comparison')
    return refuse(`Unsupported join expression: ${print(on)}`, on, 'Join on one equality: ON a.id = b.id.')
  if (on.op !== '=') return refuse(`Only equality join criteria is supported. Got ${print(on)}.`, on)
  return on
}

function sideOf(node: Expression, on: Comparison, context: CheckContext, scope: Scope, name: (ref: ColumnRef) => string) {
  const print = (expr: Expression): string => describe(expr, name)
  const message =
    `Invalid comparison expression '${print(node)}' in join '${print(on)}'. ` +
    'Each side of the join comparision must contain references from exactly one source.'
  const expr = checkTyped(node, context, message)
  const [owner, ...more] = new Set([...slotsOf(expr)].map(slot => ownerOf(slot, scope)?.alias))
  if (owner === undefined || more.length > 0) return refuse(message, node)
  return {alias: owner, side: {expr, slot: expr.kind === 'column' ? expr.index : undefined} satisfies JoinSide}
}

/** Whether a side of the condition is the whole key of its relation. */
export function isKeyOf({slot}: JoinSide, {key}: Relations): boolean {
  const [only, ...more] = key
  return slot !== undefined && more.length === 0 && only?.same.includes(slot) === true
}

export const keyTypesMatch = ({left, right}: JoinCondition): boolean => typesEqual(left.expr.type, right.expr.type)
