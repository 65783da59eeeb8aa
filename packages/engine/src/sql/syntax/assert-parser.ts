import type {IntegerLiteral} from './ast.ts'
import type {Cursor} from './cursor.ts'
import type {Statement} from './statement-ast.ts'
import {
  acceptColumnDefinitions,
  acceptColumnNames,
  acceptProperties,
  acceptTimeout,
  closeStatement,
  parseResourceName,
  parseValueRow,
} from './statement-parts.ts'

/** What stands after ASSERT, which is taken. */
export function parseAssert(cursor: Cursor, start: number): Statement {
  const ofSource = acceptSourceAssert(cursor, start)
  if (ofSource !== undefined) return ofSource
  const isNegated = cursor.accept('NOT', 'EXISTS')
  if (cursor.accept('TOPIC')) {
    const topic = parseResourceName(cursor, 'a topic')
    const properties = acceptProperties(cursor)
    const timeout = acceptTimeout(cursor)
    return {kind: 'AssertTopic', isNegated, topic, properties, timeout, ...closeStatement(cursor, start)}
  }
  cursor.expect('SCHEMA')
  const subject = cursor.accept('SUBJECT') ? parseResourceName(cursor, 'a subject') : undefined
  const id = cursor.accept('ID') ? parseSchemaId(cursor) : undefined
  const timeout = acceptTimeout(cursor)
  return {kind: 'AssertSchema', isNegated, subject, id, timeout, ...closeStatement(cursor, start)}
}

function parseSchemaId(cursor: Cursor): IntegerLiteral {
  cursor.note('a whole number')
  const {kind, text, span} = cursor.peek()
  if (kind !== 'integer') return cursor.fail()
  cursor.take()
  return {kind: 'IntegerLiteral', text, span}
}

/** About rows, and about streams and tables. */
function acceptSourceAssert(cursor: Cursor, start: number): Statement | undefined {
  if (cursor.accept('VALUES')) {
    const source = cursor.expectName('a stream or table')
    const columns = acceptColumnNames(cursor)
    cursor.expect('VALUES')
    const row = parseValueRow(cursor)
    const timeout = acceptTimeout(cursor)
    return {kind: 'AssertValues', source, columns, row, timeout, ...closeStatement(cursor, start)}
  }
  if (cursor.accept('NULL', 'VALUES')) {
    const source = cursor.expectName('a stream or table')
    const columns = acceptColumnNames(cursor)
    cursor.expect('KEY')
    const key = parseValueRow(cursor)
    const timeout = acceptTimeout(cursor)
    return {kind: 'AssertTombstone', source, columns, key, timeout, ...closeStatement(cursor, start)}
  }
  const sourceKind = cursor.acceptOneOf('STREAM', 'TABLE')
  if (sourceKind === undefined) return undefined
  const name = cursor.expectName(`a ${sourceKind.toLowerCase()}`)
  const columns = acceptColumnDefinitions(cursor)
  const properties = acceptProperties(cursor)
  return {kind: 'AssertSource', sourceKind, name, columns, properties, ...closeStatement(cursor, start)}
}
