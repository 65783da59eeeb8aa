import {AssertionError, must} from '../base/assert.ts'
import type {SystemColumn} from '../schema/schema.ts'
import type {Value} from '../schema/value.ts'
import {bindCall, isGuardedArgument, type BoundCall, type EvaluationEnv, type Lambda} from './bind.ts'
import {castFunction} from './cast.ts'
import {compareBytes, valuesEqual} from './compare.ts'
import {addDecimal, divideDecimal, remainderDecimal, rescale} from './decimal.ts'
import {nullOperand} from './evaluation-error.ts'
import type {CompareOperator, Expr} from './ir.ts'
import {matchesLike, parseLike} from './like.ts'
import {
  addLong,
  divideInt,
  divideLong,
  multiplyLong,
  negateLong,
  remainderInt,
  remainderLong,
  subtractLong,
  type Long,
} from './long.ts'

/** The row that an expression is evaluated for. */
export interface RowAccess {
  column(index: number): Value
  system(name: SystemColumn): Value
  /** All headers, or the last value of one; see `ir.ts`. */
  headers(name: string | undefined): Value
}

type Scope = {
  readonly row: RowAccess
  readonly env: EvaluationEnv
  readonly report: (error: unknown) => void
  /** Values of lambda parameters by slot. */
  readonly slots: Value[]
}

/**
 * The meaning of expressions: generated code must give the same value and fail for the same rows. Throws (EvaluationError,
 * or what a function throws) where the whole expression fails; failures inside a guard (`ir.ts`) are NULL there and go to
 * `report`.
 */
export const evaluate = (expr: Expr, row: RowAccess, env: EvaluationEnv, report: (error: unknown) => void): Value =>
  valueOf(expr, {row, env, report, slots: []})

function valueOf(expr: Expr, scope: Scope): Value {
  switch (expr.kind) {
    case 'literal':
      return expr.value
    case 'column':
      return scope.row.column(expr.index)
    case 'system':
      return scope.row.system(expr.name)
    case 'headers':
      return scope.row.headers(expr.header)
    case 'parameter':
      return scope.slots[expr.slot] ?? null
    case 'lambda':
      throw new AssertionError('a lambda stands outside of a call')
    case 'call':
      return callValue(expr, scope)
    case 'arithmetic':
      return arithmeticValue(expr, operandOf(expr.left, scope), operandOf(expr.right, scope))
    case 'negate':
      return negated(expr, operandOf(expr.operand, scope))
    case 'concat':
      return concatenated(valueOf(expr.left, scope), valueOf(expr.right, scope))
    case 'compare':
      return compared(expr.operator, valueOf(expr.left, scope), valueOf(expr.right, scope))
    case 'and':
      return operandOf(expr.left, scope) === true && operandOf(expr.right, scope)
    case 'or':
      return operandOf(expr.left, scope) === true || operandOf(expr.right, scope)
    case 'not':
      return operandOf(expr.operand, scope) !== true
    case 'is-null':
      return (valueOf(expr.operand, scope) === null) !== expr.isNegated
    case 'like':
      return likeValue(expr, valueOf(expr.operand, scope), valueOf(expr.pattern, scope))
    case 'between':
      return isBetween(expr, scope) !== expr.isNegated
    case 'in':
      return isIn(expr, scope) !== expr.isNegated
    case 'case':
      return caseValue(expr, scope)
    case 'cast':
      return castValue(expr, scope)
    case 'subscript':
      return subscripted(valueOf(expr.base, scope), valueOf(expr.index, scope))
    case 'field': {
      const struct = valueOf(expr.base, scope) as readonly Value[] | null
      return struct?.[expr.index] ?? null
    }
    case 'array':
      return expr.elements.map(element => guardedValue(element, scope))
    case 'map':
      return new Map(expr.entries.map(({key, value}) => [guardedValue(key, scope), guardedValue(value, scope)]))
    case 'struct':
      return expr.fields.map(field => guardedValue(field, scope))
  }
}

/** An operand that must not be NULL. */
function operandOf(expr: Expr, scope: Scope): NonNullable<Value> {
  const value = valueOf(expr, scope)
  if (value === null) throw nullOperand
  return value
}

function guardedValue(expr: Expr, scope: Scope): Value {
  try {
    return valueOf(expr, scope)
  } catch (error) {
    scope.report(error)
    return null
  }
}

const boundCalls = new WeakMap<EvaluationEnv, WeakMap<Expr, BoundCall>>()

function boundCall(expr: Extract<Expr, {kind: 'call'}>, env: EvaluationEnv): BoundCall {
  const known = boundCalls.get(env) ?? new WeakMap<Expr, BoundCall>()
  boundCalls.set(env, known)
  const bound = known.get(expr) ?? bindCall(expr, env)
  known.set(expr, bound)
  return bound
}

function callValue(expr: Extract<Expr, {kind: 'call'}>, scope: Scope): Value {
  const {invoke, isNullSafe} = boundCall(expr, scope.env)
  const args = expr.args.map(arg => {
    if (arg.kind === 'lambda') return lambdaOf(arg, scope)
    return isGuardedArgument(arg) ? guardedValue(arg, scope) : valueOf(arg, scope)
  })
  return !isNullSafe && args.includes(null) ? null : invoke(...args)
}

const lambdaOf =
  (expr: Extract<Expr, {kind: 'lambda'}>, scope: Scope): Lambda =>
  (...values) => {
    expr.parameters.forEach(({slot}, i) => (scope.slots[slot] = values[i] ?? null))
    return valueOf(expr.body, scope)
  }

function arithmeticValue(expr: Extract<Expr, {kind: 'arithmetic'}>, left: Value, right: Value): Value {
  switch (expr.type.kind) {
    case 'INT':
      return intArithmetic(expr.operator, left as number, right as number)
    case 'BIGINT':
      return longArithmetic(expr.operator, left as Long, right as Long)
    case 'DECIMAL':
      return decimalArithmetic(expr, left as bigint, right as bigint)
    default:
      return doubleArithmetic(expr.operator, left as number, right as number)
  }
}

type Operator = Extract<Expr, {kind: 'arithmetic'}>['operator']

function intArithmetic(operator: Operator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return (left + right) | 0
    case '-':
      return (left - right) | 0
    case '*':
      return Math.imul(left, right)
    case '/':
      return divideInt(left, right)
    case '%':
      return remainderInt(left, right)
  }
}

function longArithmetic(operator: Operator, left: Long, right: Long): Long {
  switch (operator) {
    case '+':
      return addLong(left, right)
    case '-':
      return subtractLong(left, right)
    case '*':
      return multiplyLong(left, right)
    case '/':
      return divideLong(left, right)
    case '%':
      return remainderLong(left, right)
  }
}

function doubleArithmetic(operator: Operator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '%':
      return left % right
  }
}

/** The scale of a DECIMAL type. */
export const scaleOf = (expr: Expr): number => (expr.type.kind === 'DECIMAL' ? expr.type.scale : 0)

function decimalArithmetic(expr: Extract<Expr, {kind: 'arithmetic'}>, left: bigint, right: bigint): bigint {
  const [l, r, scale] = [scaleOf(expr.left), scaleOf(expr.right), scaleOf(expr)]
  switch (expr.operator) {
    case '+':
      return rescale(addDecimal(left, l, right, r), Math.max(l, r), scale)
    case '-':
      return rescale(addDecimal(left, l, -right, r), Math.max(l, r), scale)
    case '*':
      return rescale(left * right, l + r, scale)
    case '/':
      return divideDecimal(left, l, right, r, scale)
    case '%':
      return rescale(remainderDecimal(left, l, right, r), Math.max(l, r), scale)
  }
}

function negated(expr: Expr, value: Value): Value {
  switch (expr.type.kind) {
    case 'INT':
      return (0 - (value as number)) | 0
    case 'BIGINT':
      return negateLong(value as Long)
    default:
      return -(value as number | bigint)
  }
}

function concatenated(left: Value, right: Value): Value {
  if (left === null || right === null) return null
  return left instanceof Uint8Array ? concatBytes(left, right as Uint8Array) : (left as string) + (right as string)
}

export function concatBytes(left: Uint8Array, right: Uint8Array): Uint8Array {
  const joined = new Uint8Array(left.length + right.length)
  joined.set(left)
  joined.set(right, left.length)
  return joined
}

function compared(operator: CompareOperator, left: Value, right: Value): boolean {
  if (operator === 'is-distinct') return !isSame(left, right)
  if (operator === 'is-not-distinct') return isSame(left, right)
  if (left === null || right === null) return false
  if (operator === '=') return isSame(left, right)
  if (operator === '<>') return !isSame(left, right)
  if (left instanceof Uint8Array && right instanceof Uint8Array) return isOrdered(operator, compareBytes(left, right), 0)
  return isOrdered(operator, left as Ordered, right as Ordered)
}

type Ordered = number | bigint | string

/** NULL-safe; containers by their content, scalars by `===` (so NaN is unlike itself). */
const isSame = (left: Value, right: Value): boolean =>
  typeof left === 'object' && left !== null ? valuesEqual(left, right) : left === right

function isOrdered(operator: CompareOperator, left: Ordered, right: Ordered): boolean {
  if (operator === '<') return left < right
  if (operator === '<=') return left <= right
  return operator === '>' ? left > right : left >= right
}

function likeValue(expr: Extract<Expr, {kind: 'like'}>, text: Value, pattern: Value): boolean {
  if (text === null || pattern === null) return expr.isNegated
  return matchesLike(text as string, parseLike(pattern as string, expr.escape)) !== expr.isNegated
}

function isBetween(expr: Extract<Expr, {kind: 'between'}>, scope: Scope): boolean {
  const value = valueOf(expr.operand, scope)
  return compared('>=', value, valueOf(expr.low, scope)) && compared('<=', value, valueOf(expr.high, scope))
}

function isIn(expr: Extract<Expr, {kind: 'in'}>, scope: Scope): boolean {
  const value = valueOf(expr.operand, scope)
  return value !== null && expr.list.some(item => isSame(value, valueOf(item, scope)))
}

function caseValue(expr: Extract<Expr, {kind: 'case'}>, scope: Scope): Value {
  const branch = expr.branches.find(({when}) => valueOf(when, scope) === true)?.then ?? expr.otherwise
  return branch === undefined ? null : valueOf(branch, scope)
}

type Cast = Extract<Expr, {kind: 'cast'}>
const boundCasts = new WeakMap<Cast, (value: Value) => Value>()

/** The conversion of a `cast`, found once. Throws AssertionError where there is none, which the analyzer refused. */
export function bindCast(expr: Cast): (value: Value) => Value {
  const known = boundCasts.get(expr)
  if (known !== undefined) return known
  const cast = must(castFunction(expr.operand.type, expr.type), `cast of ${expr.operand.type.kind} to ${expr.type.kind}`)
  boundCasts.set(expr, cast)
  return cast
}

function castValue(expr: Cast, scope: Scope): Value {
  const cast = bindCast(expr)
  if (expr.isImplicit) return cast(valueOf(expr.operand, scope))
  try {
    return cast(valueOf(expr.operand, scope))
  } catch (error) {
    scope.report(error)
    return null
  }
}

function subscripted(base: Value, index: Value): Value {
  if (base === null) return null
  if (base instanceof Map) return base.get(index) ?? null
  if (index === null) throw nullOperand
  return elementAt(base as readonly Value[], index as Long)
}

/** 1-based, negative from the end; NULL outside. */
export function elementAt(items: readonly Value[], index: Long): Value {
  const at = Number(index)
  return items[at > 0 ? at - 1 : at < 0 ? items.length + at : -1] ?? null
}
