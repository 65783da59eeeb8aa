import {parseAssert} from './assert-parser.ts'
import {parseAlter, parseDelete, parseDrop, parseInsert} from './change-parser.ts'
import {parseCreate} from './create-parser.ts'
import type {Cursor} from './cursor.ts'
import {looksAtQuery, parseQuery} from './query-parser.ts'
import {parseDescribe, parsePrint, parseShow} from './show-parser.ts'
import type {ControlQuery, Explain, Statement} from './statement-ast.ts'
import {closeStatement} from './statement-parts.ts'
import {refuseOtherLanguages} from './other-languages.ts'

/** One statement up to the cursor's end. */
export function parseStatement(cursor: Cursor): Statement {
  const {start} = cursor.peek().span
  if (looksAtQuery(cursor)) {
    const query = parseQuery(cursor)
    return {kind: 'Select', query, ...closeStatement(cursor, start)}
  }
  if (cursor.accept('CREATE')) return parseCreate(cursor, start)
  if (cursor.accept('INSERT')) return parseInsert(cursor, start)
  if (cursor.accept('DELETE')) return parseDelete(cursor, start)
  if (cursor.accept('DROP')) return parseDrop(cursor, start)
  if (cursor.accept('ALTER')) return parseAlter(cursor, start)
  if (cursor.acceptOneOf('SHOW', 'LIST') !== undefined) return parseShow(cursor, start)
  if (cursor.accept('DESCRIBE')) return parseDescribe(cursor, start)
  if (cursor.accept('EXPLAIN')) return parseExplain(cursor, start)
  if (cursor.accept('PRINT')) return parsePrint(cursor, start)
  if (cursor.accept('ASSERT')) return parseAssert(cursor, start)
  if (cursor.looksAt('RUN', 'SCRIPT')) return parseRunScript(cursor, start)
  refuseOtherLanguages(cursor)
  const action = cursor.acceptOneOf('TERMINATE', 'PAUSE', 'RESUME')
  return action === undefined ? parseSetting(cursor, start) : parseControl(cursor, start, action)
}

function parseSetting(cursor: Cursor, start: number): Statement {
  if (cursor.accept('SET')) {
    const name = cursor.expectString('a property in quotes')
    cursor.expectSymbol('=')
    const value = cursor.expectString('a value in quotes')
    return {kind: 'SetProperty', name, value, ...closeStatement(cursor, start)}
  }
  if (cursor.accept('UNSET')) {
    const name = cursor.expectString('a property in quotes')
    return {kind: 'UnsetProperty', name, ...closeStatement(cursor, start)}
  }
  if (cursor.accept('DEFINE')) {
    const name = cursor.expectName('a variable name')
    cursor.expectSymbol('=')
    const value = cursor.expectString('a value in quotes')
    return {kind: 'DefineVariable', name, value, ...closeStatement(cursor, start)}
  }
  cursor.expect('UNDEFINE')
  const name = cursor.expectName('a variable name')
  return {kind: 'UndefineVariable', name, ...closeStatement(cursor, start)}
}

function parseControl(cursor: Cursor, start: number, action: ControlQuery['action']): ControlQuery {
  const queryId = cursor.accept('ALL') ? undefined : cursor.expectName('the id of a query')
  return {kind: 'ControlQuery', action, queryId, ...closeStatement(cursor, start)}
}

/** A single name is the id of a query: `EXPLAIN CTAS_ORDERS_3`. */
function parseExplain(cursor: Cursor, start: number): Explain {
  const isAlone = cursor.looksAtName() && cursor.peek(1).kind === 'end'
  if (isAlone) {
    const queryId = cursor.expectName('the id of a query')
    return {kind: 'Explain', subject: {kind: 'QUERY', queryId}, ...closeStatement(cursor, start)}
  }
  cursor.enter()
  cursor.note('the id of a query')
  const statement = parseStatement(cursor)
  cursor.leave()
  return {kind: 'Explain', subject: {kind: 'STATEMENT', statement}, ...closeStatement(cursor, start)}
}

function parseRunScript(cursor: Cursor, start: number): Statement {
  cursor.expect('RUN')
  cursor.expect('SCRIPT')
  const path = cursor.expectString('a path in quotes')
  return {kind: 'RunScript', path, ...closeStatement(cursor, start)}
}
