import type {Cursor} from './cursor.ts'
import {otherThings} from './other-languages.ts'
import {looksAtQuery, parseQuery} from './query-parser.ts'
import type {ConnectorKind, SourceKind, Statement} from './statement-ast.ts'
import {
  acceptColumnDefinitions,
  acceptIfNotExists,
  acceptProperties,
  closeStatement,
  parseColumnNames,
  parseProperties,
  parseResourceName,
} from './statement-parts.ts'
import {parseType} from './type-parser.ts'

/** What stands after CREATE, which is taken. */
export function parseCreate(cursor: Cursor, start: number): Statement {
  if (cursor.accept('TYPE')) return parseCreateType(cursor, start)
  if (cursor.accept('INDEX')) return parseCreateIndex(cursor, start)
  if (cursor.accept('TOPIC')) return parseCreateTopic(cursor, start)
  const isSource = cursor.looksAt('SOURCE', 'CONNECTOR')
  if (isSource || cursor.at('SINK')) return parseCreateConnector(cursor, start)
  const isOrReplace = cursor.accept('OR', 'REPLACE')
  const isReadOnly = cursor.accept('SOURCE')
  const sourceKind = cursor.acceptOneOf('STREAM', 'TABLE') ?? cursor.fail(otherThings.get(cursor.peek().text))
  return parseCreateSource(cursor, start, {sourceKind, isOrReplace, isReadOnly})
}

interface CreateHead {
  readonly sourceKind: SourceKind
  readonly isOrReplace: boolean
  readonly isReadOnly: boolean
}

function parseCreateSource(cursor: Cursor, start: number, head: CreateHead): Statement {
  const {sourceKind, isOrReplace, isReadOnly} = head
  const isIfNotExists = acceptIfNotExists(cursor)
  const name = cursor.expectName(`a ${sourceKind.toLowerCase()} name`)
  const columns = acceptColumnDefinitions(cursor)
  const properties = acceptProperties(cursor)
  if (cursor.looksAtSymbol('('))
    cursor.fail(
      columns === undefined
        ? 'columns come before WITH: CREATE … name (columns) WITH (…)'
        : "properties stand behind WITH: WITH (KAFKA_TOPIC='…')",
    )
  const common = {sourceKind, name, isOrReplace, isIfNotExists, properties}
  if (!cursor.at('AS')) return {kind: 'CreateSource', isReadOnly, columns, ...common, ...closeStatement(cursor, start)}
  if (columns !== undefined) cursor.fail('the query says the columns: leave out the list before AS')
  if (isReadOnly) cursor.fail('a SOURCE stream or table is read from a topic: it has no query')
  cursor.take()
  if (!looksAtQuery(cursor)) cursor.fail()
  const query = parseQuery(cursor)
  return {kind: 'CreateSourceAs', query, ...common, ...closeStatement(cursor, start)}
}

function parseCreateType(cursor: Cursor, start: number): Statement {
  const isIfNotExists = acceptIfNotExists(cursor)
  const name = cursor.expectName('a type name')
  cursor.expect('AS')
  const type = parseType(cursor)
  return {kind: 'CreateType', isIfNotExists, name, type, ...closeStatement(cursor, start)}
}

function parseCreateIndex(cursor: Cursor, start: number): Statement {
  const isIfNotExists = acceptIfNotExists(cursor)
  const name = cursor.at('ON') ? undefined : cursor.expectName('an index name')
  cursor.expect('ON')
  const table = cursor.expectName('a table')
  const columns = parseColumnNames(cursor)
  return {kind: 'CreateIndex', isIfNotExists, name, table, columns, ...closeStatement(cursor, start)}
}

function parseCreateTopic(cursor: Cursor, start: number): Statement {
  const isIfNotExists = acceptIfNotExists(cursor)
  const topic = parseResourceName(cursor, 'a topic name')
  const properties = acceptProperties(cursor)
  return {kind: 'CreateTopic', isIfNotExists, topic, properties, ...closeStatement(cursor, start)}
}

function parseCreateConnector(cursor: Cursor, start: number): Statement {
  const connectorKind: ConnectorKind = cursor.expectOneOf('SOURCE', 'SINK')
  cursor.expect('CONNECTOR')
  const isIfNotExists = acceptIfNotExists(cursor)
  const name = cursor.expectName('a connector name')
  cursor.expect('WITH')
  const properties = parseProperties(cursor)
  return {kind: 'CreateConnector', connectorKind, isIfNotExists, name, properties, ...closeStatement(cursor, start)}
}
