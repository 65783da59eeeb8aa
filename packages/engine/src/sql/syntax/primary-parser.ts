import type {CaseBranch, Expression, FunctionCall, Identifier, MapEntry, StructEntry} from './ast.ts'
import type {Cursor} from './cursor.ts'
import {parseExpression} from './expression-parser.ts'
import {acceptLiteral} from './literal-parser.ts'
import {parseType} from './type-parser.ts'

/** An operand: what stands between operators, with the `[…]` and `->` that follow it. Leaves `->*` to the SELECT list. */
export function parsePrimary(cursor: Cursor): Expression {
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
  if (cursor.looksAt('SELECT')) cursor.fail('a sub-query can stand in FROM only')
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
