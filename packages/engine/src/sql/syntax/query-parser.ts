import type {Expression} from './ast.ts'
import type {Cursor} from './cursor.ts'
import {parseCount} from './duration-parser.ts'
import {parseExpression, parseValueExpression} from './expression-parser.ts'
import type {Cte, EmitClause, KeyClause, OrderItem, Query, SelectItem, UnionPart} from './query-ast.ts'
import {parseAlias, parseRelation} from './relation-parser.ts'
import {parseWindow} from './window-parser.ts'

export function looksAtQuery(cursor: Cursor): boolean {
  return cursor.at('SELECT') || (cursor.at('WITH') && !cursor.looksAtSymbol('(', 1))
}

/** The clauses in their one order; a clause in the wrong place is refused with its right one. */
export function parseQuery(cursor: Cursor): Query {
  const {start} = cursor.peek().span
  const ctes = parseCtes(cursor)
  const first = parseSelect(cursor)
  const unions = parseUnions(cursor)
  const orderBy = cursor.accept('ORDER') ? parseOrderBy(cursor) : []
  const emit = parseEmit(cursor)
  const limit = cursor.accept('LIMIT') ? parseCount(cursor) : undefined
  const offset = cursor.accept('OFFSET') ? parseCount(cursor) : undefined
  if (cursor.looksAt('LIMIT')) cursor.fail('LIMIT comes before OFFSET')
  refuseLateClauses(cursor, ['WINDOW', 'WHERE', 'GROUP', 'PARTITION', 'HAVING', 'UNION', 'ORDER', 'EMIT'], 'LIMIT')
  return {...first, ctes, unions, orderBy, emit, limit, offset, span: cursor.spanFrom(start)}
}

/** A query up to HAVING: what UNION combines. */
function parseSelect(cursor: Cursor): Query {
  const {start} = cursor.peek().span
  cursor.expect('SELECT')
  const isDistinct = cursor.accept('DISTINCT')
  const select = parseSelectList(cursor)
  if (!cursor.at('FROM')) cursor.fail(cursor.isAtEnd() ? 'a query reads FROM a stream or table' : undefined)
  cursor.take()
  const from = parseRelation(cursor, parseQuery)
  if (cursor.looksAtSymbol(',')) cursor.fail('sources are combined with JOIN … ON')
  const window = cursor.accept('WINDOW') ? parseWindow(cursor) : undefined
  const where = cursor.accept('WHERE') ? parseExpression(cursor) : undefined
  if (cursor.looksAt('WINDOW')) cursor.fail('WINDOW comes before WHERE')
  const groupBy = cursor.accept('GROUP') ? parseKeyClause(cursor) : undefined
  refuseLateClauses(cursor, ['WINDOW', 'WHERE'], 'GROUP BY')
  const partitionBy = cursor.accept('PARTITION') ? parseKeyClause(cursor) : undefined
  const having = cursor.accept('HAVING') ? parseExpression(cursor) : undefined
  refuseLateClauses(cursor, ['WINDOW', 'WHERE', 'GROUP', 'PARTITION'], 'HAVING')
  const clauses = {window, where, groupBy, partitionBy, having}
  return {kind: 'Query', isDistinct, select, from, ...clauses, ...withoutEnd, span: cursor.spanFrom(start)}
}

const withoutEnd = {ctes: [], unions: [], orderBy: [], emit: undefined, limit: undefined, offset: undefined}

function parseUnions(cursor: Cursor): UnionPart[] {
  const unions: UnionPart[] = []
  while (cursor.accept('UNION')) {
    const {start} = cursor.previous().span
    const isAll = cursor.accept('ALL')
    if (!isAll) cursor.accept('DISTINCT')
    if (cursor.looksAtSymbol('('))
      cursor.fail('a query of a UNION stands without parentheses; ORDER BY and LIMIT are for all of it')
    const query = parseSelect(cursor)
    unions.push({isAll, query, span: cursor.spanFrom(start)})
  }
  return unions
}

function refuseLateClauses(cursor: Cursor, clauses: readonly string[], before: string): void {
  const late = clauses.find(clause => cursor.looksAt(clause))
  if (late === undefined) return
  const name = late === 'GROUP' || late === 'PARTITION' || late === 'ORDER' ? `${late} BY` : late
  const order = 'FROM, WINDOW, WHERE, GROUP BY, PARTITION BY, HAVING, UNION, ORDER BY, EMIT, LIMIT, OFFSET'
  cursor.fail(`${name} comes before ${before}; the order is ${order}`)
}

function parseCtes(cursor: Cursor): Cte[] {
  if (!cursor.accept('WITH')) return []
  if (cursor.looksAt('RECURSIVE')) cursor.fail('a query cannot read from itself')
  const ctes: Cte[] = []
  do {
    const name = cursor.expectName('a name')
    cursor.expect('AS')
    cursor.expectSymbol('(')
    cursor.enter()
    const query = parseQuery(cursor)
    cursor.leave()
    cursor.expectSymbol(')')
    ctes.push({name, query, span: cursor.spanFrom(name.span.start)})
  } while (cursor.acceptSymbol(','))
  return ctes
}

function parseSelectList(cursor: Cursor): SelectItem[] {
  const items: SelectItem[] = []
  do items.push(parseSelectItem(cursor))
  while (cursor.acceptSymbol(','))
  return items
}

function parseSelectItem(cursor: Cursor): SelectItem {
  const {start} = cursor.peek().span
  if (cursor.acceptSymbol('*')) return {kind: 'SelectStar', qualifier: undefined, span: cursor.spanFrom(start)}
  if (cursor.looksAtName() && cursor.looksAtSymbol('.', 1) && cursor.looksAtSymbol('*', 2)) {
    const qualifier = cursor.expectName('a source')
    cursor.expectSymbol('.')
    cursor.expectSymbol('*')
    return {kind: 'SelectStar', qualifier, span: cursor.spanFrom(start)}
  }
  const expression = parseExpression(cursor)
  if (cursor.looksAtSymbol('->') && isPrimary(expression)) {
    cursor.expectSymbol('->')
    cursor.expectSymbol('*')
    return {kind: 'SelectStructStar', base: expression, span: cursor.spanFrom(start)}
  }
  const alias = parseAlias(cursor)
  return {kind: 'SelectExpression', expression, alias, span: cursor.spanFrom(start)}
}

/** Something that can be a struct, and stands before `->` without parentheses. */
function isPrimary({kind}: Expression): boolean {
  return (
    kind === 'ColumnRef' ||
    kind === 'FieldAccess' ||
    kind === 'Subscript' ||
    kind === 'FunctionCall' ||
    kind === 'StructConstructor' ||
    kind === 'Case' ||
    kind === 'Cast'
  )
}

/** `BY a, b` or `BY (a, b)`. */
function parseKeyClause(cursor: Cursor): KeyClause {
  const {start} = cursor.previous().span
  cursor.expect('BY')
  const isEnclosed = isEnclosedList(cursor)
  if (isEnclosed) cursor.expectSymbol('(')
  const expressions: Expression[] = []
  if (!isEnclosed || !cursor.atSymbol(')')) {
    do expressions.push(parseValueExpression(cursor))
    while (cursor.acceptSymbol(','))
  }
  if (isEnclosed) cursor.expectSymbol(')')
  if (cursor.looksAt('AND') || cursor.looksAt('OR')) cursor.fail('separate columns by commas; put a condition in parentheses')
  return {expressions, span: cursor.spanFrom(start)}
}

/** Do the parentheses that open here hold a list, or nothing? Those of `(a + b) * c` and `(a)` belong to an expression. */
function isEnclosedList(cursor: Cursor): boolean {
  if (!cursor.looksAtSymbol('(')) return false
  if (cursor.looksAtSymbol(')', 1)) return true
  let depth = 0
  for (let distance = 0; cursor.peek(distance).kind !== 'end'; distance++) {
    if (cursor.looksAtSymbol('(', distance) || cursor.looksAtSymbol('[', distance)) depth++
    else if (cursor.looksAtSymbol(')', distance) || cursor.looksAtSymbol(']', distance)) depth--
    else if (depth === 1 && cursor.looksAtSymbol(',', distance)) return true
    if (depth === 0) return false
  }
  return false
}

function parseOrderBy(cursor: Cursor): OrderItem[] {
  cursor.expect('BY')
  const items: OrderItem[] = []
  do {
    const expression = parseExpression(cursor)
    const isDescending = cursor.acceptOneOf('ASC', 'DESC') === 'DESC'
    const nulls = cursor.accept('NULLS') ? cursor.expectOneOf('FIRST', 'LAST') : undefined
    items.push({expression, isDescending, nulls, span: cursor.spanFrom(expression.span.start)})
  } while (cursor.acceptSymbol(','))
  return items
}

function parseEmit(cursor: Cursor): EmitClause | undefined {
  if (!cursor.accept('EMIT')) return undefined
  const {start} = cursor.previous().span
  const mode = cursor.expectOneOf('CHANGES', 'FINAL')
  return {mode, span: cursor.spanFrom(start)}
}
