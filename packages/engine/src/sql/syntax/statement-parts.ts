import type {Identifier} from './ast.ts'
import type {Cursor} from './cursor.ts'
import {parseDuration} from './duration-parser.ts'
import {parseExpression} from './expression-parser.ts'
import {expectLiteral} from './literal-parser.ts'
import type {Duration} from './query-ast.ts'
import type {Span} from './span.ts'
import type {ColumnConstraint, ColumnDefinition, Property, ValueRow} from './statement-ast.ts'
import {parseType} from './type-parser.ts'

/** What every statement carries: where it stands, and its text as written. */
export function closeStatement(cursor: Cursor, start: number): {readonly span: Span; readonly text: string} {
  const span = cursor.spanFrom(start)
  return {span, text: cursor.source.slice(span.start, span.end)}
}

export function acceptIfNotExists(cursor: Cursor): boolean {
  return cursor.accept('IF', 'NOT', 'EXISTS')
}

export function acceptIfExists(cursor: Cursor): boolean {
  return cursor.accept('IF', 'EXISTS')
}

/** `(id BIGINT KEY, name VARCHAR)`, or `undefined` if no list is next. */
export function acceptColumnDefinitions(cursor: Cursor): ColumnDefinition[] | undefined {
  if (!cursor.acceptSymbol('(')) return undefined
  const columns = parseColumnDefinitions(cursor)
  cursor.expectSymbol(')')
  return columns
}

export function parseColumnDefinitions(cursor: Cursor): ColumnDefinition[] {
  const columns: ColumnDefinition[] = []
  do {
    if (cursor.looksAt('PRIMARY', 'KEY') && cursor.looksAtSymbol('(', 2))
      cursor.fail('PRIMARY KEY stands behind the type of each key column: id INT PRIMARY KEY')
    const name = cursor.expectName('a column name')
    const type = parseType(cursor)
    const constraint = acceptConstraint(cursor)
    refuseOtherConstraint(cursor)
    columns.push({name, type, constraint, span: cursor.spanFrom(name.span.start)})
  } while (cursor.acceptSymbol(','))
  return columns
}

function refuseOtherConstraint(cursor: Cursor): void {
  if (cursor.looksAt('NOT') || cursor.looksAt('NULL') || cursor.looksAt('DEFAULT'))
    cursor.fail('every column that is no key may be NULL; there are no defaults')
}

function acceptConstraint(cursor: Cursor): ColumnConstraint | undefined {
  const {start} = cursor.peek().span
  if (cursor.accept('KEY')) return {kind: 'KEY', span: cursor.spanFrom(start)}
  if (cursor.accept('PRIMARY', 'KEY')) return {kind: 'PRIMARY KEY', span: cursor.spanFrom(start)}
  if (cursor.accept('HEADERS')) return {kind: 'HEADERS', span: cursor.spanFrom(start)}
  if (!cursor.accept('HEADER')) return undefined
  cursor.expectSymbol('(')
  const key = cursor.expectString('the name of a header in quotes')
  cursor.expectSymbol(')')
  return {kind: 'HEADER', key, span: cursor.spanFrom(start)}
}

/** `WITH (name = value, …)`, or nothing. */
export function acceptProperties(cursor: Cursor): Property[] {
  return cursor.accept('WITH') ? parseProperties(cursor) : []
}

export function parseProperties(cursor: Cursor): Property[] {
  cursor.expectSymbol('(')
  const properties: Property[] = []
  do {
    const name = parsePropertyName(cursor)
    cursor.expectSymbol('=')
    const value = expectLiteral(cursor)
    properties.push({name, value, span: cursor.spanFrom(name.span.start)})
  } while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  return properties
}

function parsePropertyName(cursor: Cursor): Identifier {
  const {kind, text, span} = cursor.peek()
  if (kind !== 'string') return cursor.expectName('a property')
  cursor.take()
  return {text, isQuoted: true, span}
}

/** `(a, b)`, or `undefined` if no list is next. */
export function acceptColumnNames(cursor: Cursor): Identifier[] | undefined {
  return cursor.atSymbol('(') ? parseColumnNames(cursor) : undefined
}

export function parseColumnNames(cursor: Cursor): Identifier[] {
  cursor.expectSymbol('(')
  const names: Identifier[] = []
  do names.push(cursor.expectName('a column name'))
  while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  return names
}

/** `(1, 'a')`, possibly empty. */
export function parseValueRow(cursor: Cursor): ValueRow {
  const {start} = cursor.expectSymbol('(').span
  const row = []
  if (!cursor.atSymbol(')')) {
    do row.push(parseExpression(cursor))
    while (cursor.acceptSymbol(','))
  }
  cursor.expectSymbol(')')
  return {values: row, span: cursor.spanFrom(start)}
}

/** A topic's or subject's name: case counts, with quotes or without. */
export function parseResourceName(cursor: Cursor, what: string): string {
  const {kind, text} = cursor.peek()
  if (kind === 'string') {
    cursor.take()
    return text
  }
  const name = cursor.expectName(what)
  if (name.isQuoted) return name.text
  const written = cursor.source.slice(name.span.start, name.span.end)
  // A variable's value is not in the text, and its name's case is what the lexer left of it.
  return written.toUpperCase() === name.text ? written : name.text
}

export function acceptTimeout(cursor: Cursor): Duration | undefined {
  return cursor.accept('TIMEOUT') ? parseDuration(cursor) : undefined
}
