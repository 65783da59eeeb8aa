import type {Cursor} from './cursor.ts'
import {parseCount} from './duration-parser.ts'
import type {Describe, PrintTopic, Show, ShowSubject} from './statement-ast.ts'
import {closeStatement, parseResourceName} from './statement-parts.ts'

const extendable: ReadonlySet<ShowSubject> = new Set<ShowSubject>(['TOPICS', 'STREAMS', 'TABLES', 'QUERIES'])

/** What stands after SHOW or LIST, which is taken. */
export function parseShow(cursor: Cursor, start: number): Show {
  const isAll = cursor.accept('ALL')
  if (isAll) cursor.expect('TOPICS')
  const connectorKind = isAll ? undefined : cursor.acceptOneOf('SOURCE', 'SINK')
  if (connectorKind !== undefined) cursor.expect('CONNECTORS')
  const subject = isAll ? 'TOPICS' : connectorKind === undefined ? parseShowSubject(cursor) : 'CONNECTORS'
  const isExtended = extendable.has(subject) && cursor.accept('EXTENDED')
  return {kind: 'Show', subject, isAll, isExtended, connectorKind, ...closeStatement(cursor, start)}
}

function parseShowSubject(cursor: Cursor): ShowSubject {
  if (cursor.accept('CONNECTOR', 'PLUGINS')) return 'CONNECTOR PLUGINS'
  return cursor.expectOneOf(
    'STREAMS',
    'TABLES',
    'TOPICS',
    'QUERIES',
    'FUNCTIONS',
    'TYPES',
    'INDEXES',
    'PROPERTIES',
    'VARIABLES',
    'CONNECTORS',
  )
}

/** What stands after DESCRIBE, which is taken. `FUNCTION`, `CONNECTOR` and `TOPIC` alone are names. */
export function parseDescribe(cursor: Cursor, start: number): Describe {
  const subject = parseDescribeSubject(cursor)
  const isExtendable = subject.kind === 'SOURCE' || subject.kind === 'STREAMS' || subject.kind === 'TABLES'
  const isExtended = isExtendable && cursor.accept('EXTENDED')
  return {kind: 'Describe', subject, isExtended, ...closeStatement(cursor, start)}
}

function parseDescribeSubject(cursor: Cursor): Describe['subject'] {
  const prefix = cursor.looksAtName(1) ? cursor.acceptOneOf('FUNCTION', 'CONNECTOR') : undefined
  if (prefix !== undefined) return {kind: prefix, name: cursor.expectName(`a ${prefix.toLowerCase()}`)}
  const isTopic = cursor.looksAt('TOPIC') && (cursor.looksAtName(1) || cursor.peek(1).kind === 'string')
  if (isTopic && cursor.accept('TOPIC')) return {kind: 'TOPIC', topic: parseResourceName(cursor, 'a topic')}
  const all = cursor.acceptOneOf('STREAMS', 'TABLES')
  if (all !== undefined) return {kind: all}
  return {kind: 'SOURCE', name: cursor.expectName('a stream or table')}
}

/** What stands after PRINT, which is taken. */
export function parsePrint(cursor: Cursor, start: number): PrintTopic {
  const topic = parseResourceName(cursor, 'a topic')
  const isFromBeginning = cursor.accept('FROM', 'BEGINNING')
  const isSampled = cursor.acceptOneOf('INTERVAL', 'SAMPLE') !== undefined
  const interval = isSampled ? parseCount(cursor) : undefined
  const limit = cursor.accept('LIMIT') ? parseCount(cursor) : undefined
  return {kind: 'PrintTopic', topic, isFromBeginning, interval, limit, ...closeStatement(cursor, start)}
}
