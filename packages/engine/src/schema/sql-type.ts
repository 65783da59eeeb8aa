/** The SQL types, as plain data: they travel inside plans and batches. */
export type SqlType =
  | {readonly kind: 'BOOLEAN'}
  | {readonly kind: 'INT'}
  | {readonly kind: 'BIGINT'}
  | {readonly kind: 'DOUBLE'}
  | {readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number}
  | {readonly kind: 'VARCHAR'}
  | {readonly kind: 'BYTES'}
  | {readonly kind: 'DATE'}
  | {readonly kind: 'TIME'}
  | {readonly kind: 'TIMESTAMP'}
  | {readonly kind: 'ARRAY'; readonly element: SqlType}
  | {readonly kind: 'MAP'; readonly key: SqlType; readonly value: SqlType}
  | {readonly kind: 'STRUCT'; readonly fields: readonly StructField[]}

export type StructField = {readonly name: string; readonly type: SqlType}
export type SqlTypeKind = SqlType['kind']

export const BOOLEAN: SqlType = {kind: 'BOOLEAN'}
export const INT: SqlType = {kind: 'INT'}
export const BIGINT: SqlType = {kind: 'BIGINT'}
export const DOUBLE: SqlType = {kind: 'DOUBLE'}
export const VARCHAR: SqlType = {kind: 'VARCHAR'}
export const BYTES: SqlType = {kind: 'BYTES'}
export const DATE: SqlType = {kind: 'DATE'}
export const TIME: SqlType = {kind: 'TIME'}
export const TIMESTAMP: SqlType = {kind: 'TIMESTAMP'}
export const decimal = (precision: number, scale: number): SqlType => ({kind: 'DECIMAL', precision, scale})
export const array = (element: SqlType): SqlType => ({kind: 'ARRAY', element})
export const map = (key: SqlType, value: SqlType): SqlType => ({kind: 'MAP', key, value})
export const struct = (fields: readonly StructField[]): SqlType => ({kind: 'STRUCT', fields})

/** Structural equality; struct fields are compared in order, by exact name. */
export function typesEqual(left: SqlType, right: SqlType): boolean {
  if (left.kind === 'DECIMAL' && right.kind === 'DECIMAL') return left.precision === right.precision && left.scale === right.scale
  if (left.kind === 'ARRAY' && right.kind === 'ARRAY') return typesEqual(left.element, right.element)
  if (left.kind === 'MAP' && right.kind === 'MAP') return typesEqual(left.key, right.key) && typesEqual(left.value, right.value)
  if (left.kind === 'STRUCT' && right.kind === 'STRUCT')
    return (
      left.fields.length === right.fields.length &&
      left.fields.every((field, i) => {
        const other = right.fields[i]
        return other !== undefined && other.name === field.name && typesEqual(field.type, other.type)
      })
    )
  return left.kind === right.kind
}

/** As ksqlDB prints types in schemas and messages: `INTEGER`, `STRING`, ``STRUCT<`A` STRING>``. */
export function printType(type: SqlType): string {
  switch (type.kind) {
    case 'INT':
      return 'INTEGER'
    case 'VARCHAR':
      return 'STRING'
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'ARRAY':
      return `ARRAY<${printType(type.element)}>`
    case 'MAP':
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`
    case 'STRUCT':
      return `STRUCT<${type.fields.map(field => `${quoteName(field.name)} ${printType(field.type)}`).join(', ')}>`
    default:
      return type.kind
  }
}

/** A name in backticks, with backticks inside doubled. */
export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``
