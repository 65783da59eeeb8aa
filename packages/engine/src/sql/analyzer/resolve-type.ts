import type {SqlType} from '../../schema/sql-type.ts'
import type {TypeNode} from '../syntax/ast.ts'
import {didYouMean, refuse} from './refusal.ts'

/** Named types by name. */
export type TypeLookup = {type(name: string): SqlType | undefined; types(): ReadonlyMap<string, SqlType>}

export function resolveType(node: TypeNode, catalog: TypeLookup): SqlType {
  switch (node.kind) {
    case 'PrimitiveType':
      return {kind: node.name}
    case 'DecimalType':
      if (node.precision < 1) refuse(`DECIMAL precision must be >= 1: DECIMAL(${node.precision},${node.scale})`, node)
      if (node.scale < 0) refuse(`DECIMAL scale must be >= 0: DECIMAL(${node.precision},${node.scale})`, node)
      if (node.scale > node.precision)
        refuse(`DECIMAL precision must be >= scale: DECIMAL(${node.precision},${node.scale})`, node)
      return {kind: 'DECIMAL', precision: node.precision, scale: node.scale}
    case 'ArrayType':
      return {kind: 'ARRAY', element: resolveType(node.element, catalog)}
    case 'MapType':
      return {kind: 'MAP', key: resolveType(node.key, catalog), value: resolveType(node.value, catalog)}
    case 'StructType': {
      const names = new Set<string>()
      for (const {name} of node.fields) {
        if (names.has(name.text)) refuse(`Duplicate field names found in STRUCT: '${name.text}'`, name)
        names.add(name.text)
      }
      return {kind: 'STRUCT', fields: node.fields.map(({name, type}) => ({name: name.text, type: resolveType(type, catalog)}))}
    }
    case 'CustomType': {
      const known = catalog.type(node.name.text)
      if (known !== undefined) return known
      return refuse(
        `Cannot resolve unknown type: ${node.name.text}`,
        node,
        named(node.name.text) ??
          didYouMean(node.name.text, [...catalog.types().keys(), ...builtIn]) ??
          'CREATE TYPE makes a named type; SHOW TYPES lists them.',
      )
    }
  }
}

function named(written: string): string | undefined {
  const type = Object.hasOwn(elsewhere, written) ? elsewhere[written] : undefined
  return type && `It is written ${type} here.`
}

/** What other databases call the types. */
const elsewhere: Readonly<Record<string, string>> = {
  FLOAT: 'DOUBLE',
  REAL: 'DOUBLE',
  NUMERIC: 'DECIMAL(p, s)',
  NUMBER: 'DECIMAL(p, s)',
  TEXT: 'VARCHAR',
  CHAR: 'VARCHAR',
  UUID: 'VARCHAR',
  JSON: 'VARCHAR, or STRUCT and MAP',
  LONG: 'BIGINT',
  SMALLINT: 'INT',
  TINYINT: 'INT',
  BOOL: 'BOOLEAN',
  BLOB: 'BYTES',
  BYTEA: 'BYTES',
  BINARY: 'BYTES',
  DATETIME: 'TIMESTAMP',
  TIMESTAMPTZ: 'TIMESTAMP',
  ARRAY: 'ARRAY<t>',
  MAP: 'MAP<VARCHAR, t>',
}

export const isBuiltIn = (name: string): boolean => name === 'INTEGER' || builtIn.includes(name)

const builtIn = [
  'BOOLEAN',
  'INT',
  'BIGINT',
  'DOUBLE',
  'DECIMAL',
  'VARCHAR',
  'STRING',
  'BYTES',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'ARRAY',
  'MAP',
  'STRUCT',
]
