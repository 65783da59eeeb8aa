import type {Identifier} from './ast.ts'
import type {Cursor} from './cursor.ts'
import {parseDuration} from './duration-parser.ts'
import {parseExpression} from './expression-parser.ts'
import type {AliasedRelation, Join, JoinWindow, Query, Relation} from './query-ast.ts'

type ParseQuery = (cursor: Cursor) => Query

/** What FROM names: a source or sub-query, and the joins after it, left-deep. */
export function parseRelation(cursor: Cursor, parseQuery: ParseQuery): Relation {
  let left: Relation = parseAliased(cursor, parseQuery)
  for (;;) {
    const joinType = acceptJoin(cursor)
    if (joinType === undefined) return left
    const right = parseAliased(cursor, parseQuery)
    const within = parseWithin(cursor)
    if (!cursor.at('ON')) cursor.fail(cursor.looksAt('USING') ? 'ON left.column = right.column' : undefined)
    cursor.take()
    const on = parseExpression(cursor)
    left = {kind: 'Join', joinType, left, right, within, on, span: cursor.spanFrom(left.span.start)}
  }
}

function acceptJoin(cursor: Cursor): Join['joinType'] | undefined {
  if (cursor.accept('JOIN')) return 'INNER'
  if (cursor.accept('INNER')) {
    cursor.expect('JOIN')
    return 'INNER'
  }
  if (cursor.looksAt('CROSS', 'JOIN') || cursor.looksAt('NATURAL', 'JOIN')) cursor.fail('sources are combined with JOIN … ON')
  const outer = cursor.acceptOneOf('LEFT', 'RIGHT', 'FULL')
  if (outer === undefined) return undefined
  cursor.accept('OUTER')
  cursor.expect('JOIN')
  return outer
}

function parseAliased(cursor: Cursor, parseQuery: ParseQuery): AliasedRelation {
  const {start} = cursor.peek().span
  if (cursor.looksAtSymbol('(')) {
    cursor.enter()
    cursor.take()
    if (!cursor.at('SELECT') && !cursor.at('WITH')) cursor.fail('in FROM, parentheses stand around a sub-query only')
    const query = parseQuery(cursor)
    cursor.expectSymbol(')')
    cursor.leave()
    const alias = parseAlias(cursor)
    return {kind: 'SubQuery', query, alias, span: cursor.spanFrom(start)}
  }
  const name = cursor.expectName('a stream or table')
  const alias = parseAlias(cursor)
  if (cursor.looksAtSymbol('(')) cursor.fail('a table function stands in the SELECT list')
  return {kind: 'SourceRef', name, alias, span: cursor.spanFrom(start)}
}

/** `AS name`, or a bare name where that cannot be the next clause. */
export function parseAlias(cursor: Cursor): Identifier | undefined {
  if (cursor.accept('AS')) return cursor.expectName('an alias')
  return cursor.looksAtName() && !beginsClause(cursor) ? cursor.takeBareAlias() : undefined
}

/** A bare EMIT or PARTITION is the clause, unfinished or not; the others are clauses only with what must follow. */
function beginsClause(cursor: Cursor): boolean {
  if (cursor.looksAt('EMIT') || cursor.looksAt('PARTITION')) return true
  if (cursor.looksAt('CROSS', 'JOIN') || cursor.looksAt('NATURAL', 'JOIN')) return true
  const {kind} = cursor.peek(1)
  if (cursor.looksAt('ORDER')) return kind === 'end' || cursor.looksAt('ORDER', 'BY')
  if (cursor.looksAt('OFFSET')) return kind === 'end' || kind === 'integer' || kind === 'parameter'
  return ['ALL', 'DISTINCT', 'SELECT'].some(word => cursor.looksAt('UNION', word))
}

function parseWithin(cursor: Cursor): JoinWindow | undefined {
  const {start} = cursor.peek().span
  if (!cursor.accept('WITHIN')) return undefined
  const [before, after] = parseReach(cursor)
  const grace = cursor.accept('GRACE', 'PERIOD') ? parseDuration(cursor) : undefined
  return {before, after, grace, span: cursor.spanFrom(start)}
}

function parseReach(cursor: Cursor): readonly [JoinWindow['before'], JoinWindow['after']] {
  if (!cursor.acceptSymbol('(')) {
    const both = parseDuration(cursor)
    return [both, both]
  }
  const before = parseDuration(cursor)
  cursor.expectSymbol(',')
  const after = parseDuration(cursor)
  cursor.expectSymbol(')')
  return [before, after]
}
