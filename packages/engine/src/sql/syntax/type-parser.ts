import type {DecimalType, Identifier, PrimitiveName, StructTypeField, TypeNode} from './ast.ts'
import type {Cursor} from './cursor.ts'

const primitives: ReadonlyMap<string, PrimitiveName> = new Map([
  ['BOOLEAN', 'BOOLEAN'],
  ['INT', 'INT'],
  ['INTEGER', 'INT'],
  ['BIGINT', 'BIGINT'],
  ['DOUBLE', 'DOUBLE'],
  ['VARCHAR', 'VARCHAR'],
  ['STRING', 'VARCHAR'],
  ['BYTES', 'BYTES'],
  ['DATE', 'DATE'],
  ['TIME', 'TIME'],
  ['TIMESTAMP', 'TIMESTAMP'],
])

/** A type, also as `VARCHAR ARRAY`. */
export function parseType(cursor: Cursor): TypeNode {
  cursor.enter()
  let type = parsePlainType(cursor)
  let levels = 1
  for (; cursor.looksAt('ARRAY'); levels++) {
    cursor.enter()
    cursor.take()
    type = {kind: 'ArrayType', element: type, span: cursor.spanFrom(type.span.start)}
  }
  for (; levels > 0; levels--) cursor.leave()
  return type
}

function parsePlainType(cursor: Cursor): TypeNode {
  const opensList = cursor.looksAtSymbol('<', 1)
  if (cursor.looksAt('ARRAY') && opensList) return parseArrayType(cursor)
  if (cursor.looksAt('MAP') && opensList) return parseMapType(cursor)
  if (cursor.looksAt('STRUCT') && (opensList || cursor.looksAtSymbol('<>', 1))) return parseStructType(cursor)
  if (!cursor.looksAtName()) refuseType(cursor)
  const name = cursor.expectName('a type')
  if (!name.isQuoted && name.text === 'DECIMAL') return parseDecimalType(cursor, name)
  const primitive = name.isQuoted ? undefined : primitives.get(name.text)
  if (primitive === undefined) return {kind: 'CustomType', name, span: name.span}
  if (primitive === 'VARCHAR' && cursor.looksAtSymbol('(')) skipTextLength(cursor)
  return {kind: 'PrimitiveType', name: primitive, span: cursor.spanFrom(name.span.start)}
}

function refuseType(cursor: Cursor): never {
  cursor.note('a type')
  return cursor.fail(`the types are ${[...primitives.keys()].join(', ')}, DECIMAL(p, s), ARRAY<t>, MAP<STRING, t>, STRUCT<f t>`)
}

/** `VARCHAR(20)` and `VARCHAR(STRING)` are read for the sake of statements from elsewhere; text has no length here. */
function skipTextLength(cursor: Cursor): void {
  cursor.expectSymbol('(')
  cursor.note('a length')
  if (cursor.peek().kind === 'integer') cursor.take()
  else cursor.expect('STRING')
  cursor.expectSymbol(')')
}

function parseArrayType(cursor: Cursor): TypeNode {
  const {start} = cursor.take().span
  cursor.expectSymbol('<')
  const element = parseType(cursor)
  cursor.expectSymbol('>')
  return {kind: 'ArrayType', element, span: cursor.spanFrom(start)}
}

function parseMapType(cursor: Cursor): TypeNode {
  const {start} = cursor.take().span
  cursor.expectSymbol('<')
  const key = parseType(cursor)
  cursor.expectSymbol(',')
  const value = parseType(cursor)
  cursor.expectSymbol('>')
  return {kind: 'MapType', key, value, span: cursor.spanFrom(start)}
}

function parseStructType(cursor: Cursor): TypeNode {
  const {start} = cursor.take().span
  const fields: StructTypeField[] = []
  if (!cursor.acceptSymbol('<>')) {
    cursor.expectSymbol('<')
    if (!cursor.atSymbol('>')) {
      do fields.push(parseField(cursor))
      while (cursor.acceptSymbol(','))
    }
    cursor.expectSymbol('>')
  }
  return {kind: 'StructType', fields, span: cursor.spanFrom(start)}
}

function parseField(cursor: Cursor): StructTypeField {
  const name = cursor.expectName('a field name')
  const type = parseType(cursor)
  return {name, type, span: cursor.spanFrom(name.span.start)}
}

function parseDecimalType(cursor: Cursor, name: Identifier): DecimalType {
  if (!cursor.atSymbol('(')) cursor.fail('DECIMAL needs its precision and scale: DECIMAL(10, 2)')
  cursor.take()
  const precision = parseSmallInteger(cursor, 'a precision')
  if (!cursor.atSymbol(',')) cursor.fail('DECIMAL needs its scale, too: DECIMAL(10, 2)')
  cursor.take()
  const scale = parseSmallInteger(cursor, 'a scale')
  cursor.expectSymbol(')')
  return {kind: 'DecimalType', precision, scale, span: cursor.spanFrom(name.span.start)}
}

/** A negative one is left to the analyzer, which has the words for it. */
function parseSmallInteger(cursor: Cursor, what: string): number {
  const isNegative = cursor.looksAtSymbol('-')
  if (isNegative) cursor.take()
  cursor.note(what)
  const token = cursor.peek()
  if (token.kind !== 'integer' || token.text.length > 9) return cursor.fail()
  cursor.take()
  return isNegative ? -Number(token.text) : Number(token.text)
}
