import type {
  BinaryOp,
  CaseBranch,
  ComparisonOp,
  Expression,
  FunctionCall,
  Identifier,
  MapEntry,
  StringLiteral,
  StructEntry,
} from './ast.ts'
import type {Cursor} from './cursor.ts'
import {acceptLiteral} from './literal-parser.ts'
import {parseType} from './type-parser.ts'

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

function refuseSubQuery(cursor: Cursor): void {
  cursor.note('an expression')
  if (cursor.looksAt('SELECT')) cursor.fail('a sub-query can stand in FROM only: join with it')
}

function parseInList(cursor: Cursor): Expression[] {
  cursor.expectSymbol('(')
  refuseSubQuery(cursor)
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

/** An operand: what stands between operators, with the `[…]` and `->` that follow it. Leaves `->*` to the SELECT list. */
function parsePrimary(cursor: Cursor): Expression {
  let base = parseBase(cursor)
  let levels = 0
  for (; ; levels++) {
    const next = parsePostfix(cursor, base)
    if (next === undefined) break
    cursor.enter()
    base = next
  }
  for (; levels > 0; levels--) cursor.leave()
  return base
}

function parsePostfix(cursor: Cursor, base: Expression): Expression | undefined {
  const {start} = base.span
  if (cursor.looksAtSymbol('[')) {
    cursor.take()
    const index = parseExpression(cursor)
    cursor.expectSymbol(']')
    return {kind: 'Subscript', base, index, span: cursor.spanFrom(start)}
  }
  if (cursor.looksAtSymbol('.')) cursor.fail('a field of a STRUCT is reached with ->')
  if (!cursor.looksAtSymbol('->') || cursor.looksAtSymbol('*', 1)) return undefined
  cursor.take()
  const field = cursor.expectName('a field name')
  return {kind: 'FieldAccess', base, field, span: cursor.spanFrom(start)}
}

function parseBase(cursor: Cursor): Expression {
  cursor.note('an expression')
  const literal = acceptLiteral(cursor)
  if (literal !== undefined) return literal
  if (cursor.looksAtSymbol('(')) return parseParenthesized(cursor)
  if (cursor.looksAt('CASE')) return parseCase(cursor)
  if (cursor.looksAt('CAST')) return parseCast(cursor)
  if (cursor.looksAtSymbol('[', 1) && cursor.looksAt('ARRAY')) return parseArray(cursor)
  if (cursor.looksAtSymbol('(', 1) && cursor.looksAt('MAP')) return parseMap(cursor)
  if (cursor.looksAtSymbol('(', 1) && cursor.looksAt('STRUCT')) return parseStruct(cursor)
  if (!cursor.looksAtName()) return cursor.fail()
  return parseNamed(cursor, cursor.expectName('an expression'))
}

/** The span is the inner expression's: parentheses leave no trace. */
function parseParenthesized(cursor: Cursor): Expression {
  cursor.take()
  refuseSubQuery(cursor)
  const inner = parseExpression(cursor)
  cursor.expectSymbol(')')
  return inner
}

/** What begins with a name: a call, a typed literal, a column. */
function parseNamed(cursor: Cursor, name: Identifier): Expression {
  if (cursor.looksAtSymbol('(')) return parseCall(cursor, name)
  if (cursor.peek().kind === 'string') {
    const value = cursor.take().text
    return {kind: 'TypedLiteral', type: name, value, span: cursor.spanFrom(name.span.start)}
  }
  if (!cursor.looksAtSymbol('.')) return {kind: 'ColumnRef', qualifier: undefined, name, span: name.span}
  cursor.take()
  const column = cursor.expectName('a column name')
  return {kind: 'ColumnRef', qualifier: name, name: column, span: cursor.spanFrom(name.span.start)}
}

function parseCall(cursor: Cursor, name: Identifier): FunctionCall {
  const {start} = name.span
  cursor.expectSymbol('(')
  if (cursor.acceptSymbol('*')) {
    cursor.expectSymbol(')')
    return {kind: 'FunctionCall', name, args: [], isStar: true, span: cursor.spanFrom(start)}
  }
  refuseSubQuery(cursor)
  if (cursor.looksAt('DISTINCT')) cursor.fail('COUNT_DISTINCT(x) counts distinct values, COLLECT_SET(x) gathers them')
  const args: Expression[] = []
  if (!cursor.atSymbol(')')) {
    do args.push(parseArgument(cursor))
    while (cursor.acceptSymbol(','))
  }
  cursor.expectSymbol(')')
  return {kind: 'FunctionCall', name, args, isStar: false, span: cursor.spanFrom(start)}
}

function parseArgument(cursor: Cursor): Expression {
  return isLambda(cursor) ? parseLambda(cursor) : parseExpression(cursor)
}

/** `x =>` or `(x, y) =>`. */
function isLambda(cursor: Cursor): boolean {
  if (cursor.looksAtName()) return cursor.looksAtSymbol('=>', 1)
  if (!cursor.looksAtSymbol('(')) return false
  let distance = 1
  while (cursor.looksAtName(distance) && cursor.looksAtSymbol(',', distance + 1)) distance += 2
  return cursor.looksAtName(distance) && cursor.looksAtSymbol(')', distance + 1) && cursor.looksAtSymbol('=>', distance + 2)
}

function parseLambda(cursor: Cursor): Expression {
  const {start} = cursor.peek().span
  const params: Identifier[] = []
  if (cursor.acceptSymbol('(')) {
    do params.push(cursor.expectName('a parameter name'))
    while (cursor.acceptSymbol(','))
    cursor.expectSymbol(')')
  } else {
    params.push(cursor.expectName('a parameter name'))
  }
  cursor.expectSymbol('=>')
  const body = parseExpression(cursor)
  return {kind: 'Lambda', params, body, span: cursor.spanFrom(start)}
}

function parseCase(cursor: Cursor): Expression {
  const {start} = cursor.take().span
  const operand = cursor.at('WHEN') ? undefined : parseExpression(cursor)
  const branches: CaseBranch[] = []
  do branches.push(parseBranch(cursor))
  while (cursor.at('WHEN'))
  const otherwise = cursor.accept('ELSE') ? parseExpression(cursor) : undefined
  cursor.expect('END')
  return {kind: 'Case', operand, branches, otherwise, span: cursor.spanFrom(start)}
}

function parseBranch(cursor: Cursor): CaseBranch {
  const {start} = cursor.peek().span
  cursor.expect('WHEN')
  const when = parseExpression(cursor)
  cursor.expect('THEN')
  const then = parseExpression(cursor)
  return {when, then, span: cursor.spanFrom(start)}
}

function parseCast(cursor: Cursor): Expression {
  const {start} = cursor.take().span
  cursor.expectSymbol('(')
  const operand = parseExpression(cursor)
  cursor.expect('AS')
  const type = parseType(cursor)
  cursor.expectSymbol(')')
  return {kind: 'Cast', operand, type, span: cursor.spanFrom(start)}
}

function parseArray(cursor: Cursor): Expression {
  const {start} = cursor.take().span
  cursor.expectSymbol('[')
  const elements = parseEntries(cursor, ']', parseExpression)
  return {kind: 'ArrayConstructor', elements, span: cursor.spanFrom(start)}
}

function parseMap(cursor: Cursor): Expression {
  const {start} = cursor.take().span
  cursor.expectSymbol('(')
  const entries = parseEntries(cursor, ')', parseMapEntry)
  return {kind: 'MapConstructor', entries, span: cursor.spanFrom(start)}
}

function parseStruct(cursor: Cursor): Expression {
  const {start} = cursor.take().span
  cursor.expectSymbol('(')
  const fields = parseEntries(cursor, ')', parseStructEntry)
  return {kind: 'StructConstructor', fields, span: cursor.spanFrom(start)}
}

/** What stands up to the closing symbol, separated by commas, possibly nothing. */
function parseEntries<Entry>(cursor: Cursor, close: string, parseEntry: (cursor: Cursor) => Entry): Entry[] {
  const entries: Entry[] = []
  if (!cursor.atSymbol(close)) {
    do entries.push(parseEntry(cursor))
    while (cursor.acceptSymbol(','))
  }
  cursor.expectSymbol(close)
  return entries
}

function parseMapEntry(cursor: Cursor): MapEntry {
  const {start} = cursor.peek().span
  const key = parseExpression(cursor)
  cursor.expectSymbol(':=')
  const value = parseExpression(cursor)
  return {key, value, span: cursor.spanFrom(start)}
}

function parseStructEntry(cursor: Cursor): StructEntry {
  const name = cursor.expectName('a field name')
  cursor.expectSymbol(':=')
  const value = parseExpression(cursor)
  return {name, value, span: cursor.spanFrom(name.span.start)}
}
