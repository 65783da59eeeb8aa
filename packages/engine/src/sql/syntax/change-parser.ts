import type {Cursor} from './cursor.ts'
import {parseExpression} from './expression-parser.ts'
import {looksAtQuery, parseQuery} from './query-parser.ts'
import type {ColumnDefinition, Statement, ValueRow} from './statement-ast.ts'
import {
  acceptColumnNames,
  acceptIfExists,
  acceptProperties,
  closeStatement,
  parseProperties,
  parseResourceName,
  parseValueRow,
} from './statement-parts.ts'
import {parseType} from './type-parser.ts'

/** What stands after INSERT, which is taken. */
export function parseInsert(cursor: Cursor, start: number): Statement {
  cursor.expect('INTO')
  const target = cursor.expectName('a stream or table')
  if (cursor.looksAt('WITH') && cursor.looksAtSymbol('(', 1)) {
    const properties = acceptProperties(cursor)
    const query = parseQuery(cursor)
    return {kind: 'InsertSelect', target, properties, query, ...closeStatement(cursor, start)}
  }
  if (looksAtQuery(cursor)) {
    const query = parseQuery(cursor)
    return {kind: 'InsertSelect', target, properties: [], query, ...closeStatement(cursor, start)}
  }
  const columns = acceptColumnNames(cursor)
  if (columns !== undefined && cursor.looksAt('SELECT')) cursor.fail('the SELECT list says the columns: leave out this one')
  cursor.expect('VALUES')
  const rows: ValueRow[] = []
  do rows.push(parseValueRow(cursor))
  while (cursor.acceptSymbol(','))
  return {kind: 'InsertValues', target, columns, rows, ...closeStatement(cursor, start)}
}

/** What stands after DELETE, which is taken. */
export function parseDelete(cursor: Cursor, start: number): Statement {
  cursor.expect('FROM')
  const table = cursor.expectName('a table')
  if (!cursor.at('WHERE')) cursor.fail('WHERE must name the key of the rows to delete')
  cursor.take()
  const where = parseExpression(cursor)
  return {kind: 'DeleteRows', table, where, ...closeStatement(cursor, start)}
}

/** What stands after DROP, which is taken. */
export function parseDrop(cursor: Cursor, start: number): Statement {
  const what = cursor.expectOneOf('STREAM', 'TABLE', 'TYPE', 'INDEX', 'TOPIC', 'CONNECTOR')
  const isIfExists = acceptIfExists(cursor)
  if (what === 'TOPIC') {
    const topic = parseResourceName(cursor, 'a topic')
    return {kind: 'DropTopic', isIfExists, topic, ...closeStatement(cursor, start)}
  }
  const name = cursor.expectName(`the name of the ${what.toLowerCase()}`)
  if (what === 'STREAM' || what === 'TABLE') {
    const isCascadeFirst = cursor.accept('CASCADE')
    const isDeleteTopic = cursor.accept('DELETE', 'TOPIC')
    const isCascade = isCascadeFirst || cursor.accept('CASCADE')
    return {kind: 'DropSource', sourceKind: what, name, isIfExists, isDeleteTopic, isCascade, ...closeStatement(cursor, start)}
  }
  const common = {isIfExists, name, ...closeStatement(cursor, start)}
  if (what === 'TYPE') return {kind: 'DropType', ...common}
  return what === 'INDEX' ? {kind: 'DropIndex', ...common} : {kind: 'DropConnector', ...common}
}

/** What stands after ALTER, which is taken. */
export function parseAlter(cursor: Cursor, start: number): Statement {
  if (cursor.accept('SYSTEM')) {
    const name = cursor.expectString('a property in quotes')
    cursor.expectSymbol('=')
    const value = cursor.expectString('a value in quotes')
    return {kind: 'AlterSystem', name, value, ...closeStatement(cursor, start)}
  }
  if (cursor.accept('TOPIC')) {
    const topic = parseResourceName(cursor, 'a topic')
    cursor.expect('WITH')
    const properties = parseProperties(cursor)
    return {kind: 'AlterTopic', topic, properties, ...closeStatement(cursor, start)}
  }
  const sourceKind = cursor.expectOneOf('STREAM', 'TABLE')
  const name = cursor.expectName(`a ${sourceKind.toLowerCase()}`)
  const columns: ColumnDefinition[] = []
  do columns.push(parseAddColumn(cursor))
  while (cursor.acceptSymbol(','))
  return {kind: 'AlterSource', sourceKind, name, columns, ...closeStatement(cursor, start)}
}

function parseAddColumn(cursor: Cursor): ColumnDefinition {
  if (!cursor.at('ADD')) cursor.fail('columns can be added only')
  cursor.take()
  const isColumnKeyword = cursor.looksAt('COLUMN') && cursor.looksAtName(2)
  if (isColumnKeyword) cursor.take()
  const name = cursor.expectName('a column name')
  const type = parseType(cursor)
  return {name, type, constraint: undefined, span: cursor.spanFrom(name.span.start)}
}
