import type {BinaryOp, ComparisonOp, Expression, StringLiteral} from './ast.ts'
import type {Cursor} from './cursor.ts'
import {parsePrimary} from './primary-parser.ts'

/**
 * Precedence climbing (Pratt). From loosest to tightest: OR, AND, NOT, one predicate (comparison, BETWEEN, IN, LIKE, IS),
 * `||`, `+ -`, `* / %`, unary `- +`. A predicate's sides are values: `a = b = c` needs parentheses.
 */
const power = {none: 0, or: 1, and: 2, not: 3, predicate: 4, concat: 5, sum: 6, product: 7, unary: 8} as const

const binaryOps: ReadonlyMap<string, {readonly op: BinaryOp; readonly power: number}> = new Map(
  (['||', '+', '-', '*', '/', '%'] as const).map(op => {
    const own = op === '||' ? power.concat : op === '+' || op === '-' ? power.sum : power.product
    return [op, {op, power: own}]
  }),
)

const comparisonOps: ReadonlyMap<string, ComparisonOp> = new Map((['=', '<>', '<', '<=', '>', '>='] as const).map(op => [op, op]))

/** Fails with "expected an expression" where none begins. */
export function parseExpression(cursor: Cursor): Expression {
  return parseFrom(cursor, power.or)
}

/** An expression without AND, OR, NOT and predicates outside parentheses. */
export function parseValueExpression(cursor: Cursor): Expression {
  return parseFrom(cursor, power.concat)
}

/** An expression of operators that bind at least as tight as `least`. */
function parseFrom(cursor: Cursor, least: number): Expression {
  cursor.enter()
  const isNot = least <= power.not && cursor.looksAt('NOT')
  let left = isNot ? parseNot(cursor) : parseSigned(cursor)
  let most: number = isNot ? power.and : power.unary
  for (;;) {
    cursor.note('an operator')
    const own = infixPower(cursor)
    if (own < least) break
    if (own > most) cursor.fail('put one of the two conditions in parentheses')
    left = parseInfix(cursor, left, own)
    if (own === power.predicate) most = power.and
  }
  cursor.leave()
  return left
}

function parseNot(cursor: Cursor): Expression {
  const {start} = cursor.take().span
  const operand = parseFrom(cursor, power.not)
  return {kind: 'Not', operand, span: cursor.spanFrom(start)}
}

/** A number directly after `-` is a negative literal, so that the smallest BIGINT can be written. */
function parseSigned(cursor: Cursor): Expression {
  const {kind, text, span} = cursor.peek()
  if (kind !== 'symbol' || (text !== '-' && text !== '+') || (text === '-' && isNumber(cursor, 1))) return parsePrimary(cursor)
  cursor.take()
  const operand = parseFrom(cursor, power.unary)
  return {kind: 'Unary', op: text, operand, span: cursor.spanFrom(span.start)}
}

function isNumber(cursor: Cursor, distance: number): boolean {
  const {kind} = cursor.peek(distance)
  return kind === 'integer' || kind === 'decimal' || kind === 'double'
}

function infixPower(cursor: Cursor): number {
  const {kind, text} = cursor.peek()
  if (kind === 'symbol') return binaryOps.get(text)?.power ?? (comparisonOps.has(text) ? power.predicate : power.none)
  if (kind !== 'word') return power.none
  switch (text) {
    case 'OR':
      return power.or
    case 'AND':
      return power.and
    case 'IS':
    case 'IN':
    case 'LIKE':
    case 'BETWEEN':
    case 'NOT':
      return power.predicate
    case 'AT':
      return cursor.looksAt('AT', 'TIME') ? refuseTimeZone(cursor) : power.none
    default:
      return power.none
  }
}

function refuseTimeZone(cursor: Cursor): never {
  const hint = 'CONVERT_TZ(timestamp, from, to) and FORMAT_TIMESTAMP(timestamp, format, zone) convert'
  return cursor.failWith('Syntax Error: AT TIME ZONE is not supported', cursor.peek().span, hint)
}

function parseInfix(cursor: Cursor, left: Expression, own: number): Expression {
  const {start} = left.span
  const {kind, text} = cursor.peek()
  if (own === power.predicate) return kind === 'symbol' ? parseComparison(cursor, left) : parsePredicate(cursor, left)
  cursor.take()
  const right = parseFrom(cursor, own + 1)
  const binary = kind === 'symbol' ? binaryOps.get(text) : undefined
  if (binary !== undefined) return {kind: 'Binary', op: binary.op, left, right, span: cursor.spanFrom(start)}
  return {kind: 'Logical', op: own === power.and ? 'AND' : 'OR', left, right, span: cursor.spanFrom(start)}
}

function parseComparison(cursor: Cursor, left: Expression): Expression {
  const op = comparisonOps.get(cursor.take().text) ?? '='
  return comparison(cursor, left, op)
}

function comparison(cursor: Cursor, left: Expression, op: ComparisonOp): Expression {
  const right = parseValueExpression(cursor)
  return {kind: 'Comparison', op, left, right, span: cursor.spanFrom(left.span.start)}
}

function parsePredicate(cursor: Cursor, operand: Expression): Expression {
  const {start} = operand.span
  if (cursor.accept('IS')) return parseIs(cursor, operand)
  const isNegated = cursor.accept('NOT')
  if (cursor.accept('BETWEEN')) {
    const low = parseValueExpression(cursor)
    cursor.expect('AND')
    const high = parseValueExpression(cursor)
    return {kind: 'Between', operand, low, high, isNegated, span: cursor.spanFrom(start)}
  }
  if (cursor.accept('IN')) {
    const list = parseInList(cursor)
    return {kind: 'In', operand, list, isNegated, span: cursor.spanFrom(start)}
  }
  cursor.expect('LIKE')
  const pattern = parseValueExpression(cursor)
  const escape = cursor.accept('ESCAPE') ? parseEscape(cursor) : undefined
  return {kind: 'Like', operand, pattern, escape, isNegated, span: cursor.spanFrom(start)}
}

function parseIs(cursor: Cursor, operand: Expression): Expression {
  const isNegated = cursor.accept('NOT')
  if (cursor.accept('DISTINCT', 'FROM')) {
    return comparison(cursor, operand, isNegated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM')
  }
  cursor.expect('NULL')
  return {kind: 'IsNull', operand, isNegated, span: cursor.spanFrom(operand.span.start)}
}

function parseInList(cursor: Cursor): Expression[] {
  cursor.expectSymbol('(')
  if (cursor.looksAt('SELECT')) cursor.fail('a sub-query can stand in FROM only')
  const list: Expression[] = []
  do list.push(parseExpression(cursor))
  while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  return list
}

function parseEscape(cursor: Cursor): StringLiteral {
  const {start} = cursor.peek().span
  const value = cursor.expectString('one character in quotes')
  return {kind: 'StringLiteral', value, span: cursor.spanFrom(start)}
}
