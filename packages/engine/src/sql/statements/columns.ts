import {array, BYTES, printType, quoteName, struct, typesEqual, VARCHAR, type SqlType} from '../../schema/sql-type.ts'
import type {Column, Schema} from '../../schema/schema.ts'
import type {Source} from '../../plan/source.ts'
import {isSystemName} from '../analyzer/select-items.ts'
import {refuse} from '../analyzer/refusal.ts'
import {resolveType, type TypeLookup} from '../analyzer/resolve-type.ts'
import type {ColumnDefinition, SourceKind} from '../syntax/statement-ast.ts'

export type DeclaredColumns = {readonly schema: Schema; readonly headers: Source['headerColumns']}

const headersType: SqlType = array(
  struct([
    {name: 'KEY', type: VARCHAR},
    {name: 'VALUE', type: BYTES},
  ]),
)

/** The columns of CREATE STREAM and CREATE TABLE. */
export function declaredColumns(definitions: readonly ColumnDefinition[], of: SourceKind, types: TypeLookup): DeclaredColumns {
  const key: Column[] = []
  const value: Column[] = []
  const headers: (Column & {header?: string})[] = []
  const seen = new Set<string>()
  for (const definition of definitions) {
    const {name, constraint} = definition
    if (isSystemName(name.text))
      refuse(`'${name.text}' is a reserved column name. You cannot use it as a name for a column.`, name)
    if (seen.has(name.text)) refuse(`Duplicate column names: ${name.text}`, name)
    seen.add(name.text)
    const column = {name: name.text, type: resolveType(definition.type, types)}
    if (constraint === undefined) value.push(column)
    else if (constraint.kind === 'KEY' || constraint.kind === 'PRIMARY KEY') key.push(keyColumn(column, definition, of))
    else headers.push(headerColumn(column, definition, headers))
  }
  return {schema: {key, value}, headers}
}

function keyColumn(column: Column, {constraint, name}: ColumnDefinition, of: SourceKind): Column {
  const expected = of === 'TABLE' ? 'PRIMARY KEY' : 'KEY'
  if (constraint?.kind === expected) return column
  const found = constraint?.kind ?? ''
  return refuse(
    `Column ${quoteName(column.name)} is a '${found}' column: please use '${expected}' for ${of.toLowerCase()}s.`,
    constraint ?? name,
    `${of === 'TABLE' ? 'Tables' : 'Streams'} have ${expected}s: ${column.name} ${printType(column.type)} ${expected}.`,
  )
}

function headerColumn(column: Column, {constraint, type}: ColumnDefinition, before: readonly (Column & {header?: string})[]) {
  const header = constraint?.kind === 'HEADER' ? constraint.key : undefined
  const what = header === undefined ? 'HEADERS' : `HEADER('${header}')`
  const expected = header === undefined ? headersType : BYTES
  if (!typesEqual(column.type, expected))
    refuse(`Invalid type for ${what} column: expected ${printType(expected)}, got ${printType(column.type)}`, type)
  if (before.some(other => other.header === header)) refuse(`Schema already contains a ${what} column.`, constraint ?? type)
  return header === undefined ? column : {...column, header}
}
