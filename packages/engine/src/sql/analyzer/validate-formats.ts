import type {Format, FormatName, Formats} from '../../plan/formats.ts'
import {printType, quoteName, type SqlType, type SqlTypeKind} from '../../schema/sql-type.ts'
import type {Column, Schema} from '../../schema/schema.ts'
import type {Span} from '../syntax/span.ts'
import {refuse} from './refusal.ts'
import type {Settings} from './settings.ts'
import type {WithProperties} from './with-properties.ts'

/** Refuses keys and values that their formats cannot hold. */
export function validateFormats(schema: Schema, formats: Formats, span: Span): void {
  for (const column of schema.key) refuseMapKey(column, span)
  const key = unsupported(schema.key, formats.key, true)
  if (key !== undefined) refuse(describeProblem('Key', schema.key, formats.key, key), span)
  const value = unsupported(schema.value, formats.value, false)
  if (value !== undefined) refuse(describeProblem('Value', schema.value, formats.value, value), span)
}

function refuseMapKey({name, type}: Column, span: Span): void {
  if (!holdsMap(type)) return
  refuse(
    'Map keys, including types that contain maps, are not supported as they may lead to unexpected behavior due to inconsistent ' +
      `serialization. Key column name: ${quoteName(name)}. Column type: ${printType(type)}. ` +
      'See https://github.com/confluentinc/ksql/issues/6621 for more.',
    span,
  )
}

function holdsMap(type: SqlType): boolean {
  if (type.kind === 'MAP') return true
  if (type.kind === 'ARRAY') return holdsMap(type.element)
  return type.kind === 'STRUCT' && type.fields.some(field => holdsMap(field.type))
}

function describeProblem(part: 'Key' | 'Value', columns: readonly Column[], format: Format, reason: string): string {
  const printed = columns.map(column => printColumn(column, part === 'Key')).join(', ')
  return (
    `${part} format does not support schema.\nformat: ${format.name}\n` +
    `schema: Persistence{columns=[${printed}], features=[]}\nreason: ${reason}`
  )
}

const printColumn = ({name, type}: Column, isKey: boolean): string =>
  `${quoteName(name)} ${printType(type)}${isKey ? ' KEY' : ''}`

const kafkaKinds: readonly SqlTypeKind[] = ['INT', 'BIGINT', 'DOUBLE', 'VARCHAR', 'BYTES']
const delimitedKinds: readonly SqlTypeKind[] = [...kafkaKinds, 'BOOLEAN', 'DECIMAL', 'DATE', 'TIME', 'TIMESTAMP']

function unsupported(columns: readonly Column[], {name}: Format, isKey: boolean): string | undefined {
  const got = `[${columns.map(column => printColumn(column, isKey)).join(', ')}]`
  switch (name) {
    case 'NONE':
      return columns.length === 0 ? undefined : `The 'NONE' format can only be used when no columns are defined. Got: ${got}`
    case 'KAFKA':
      return columns.length > 1
        ? `The 'KAFKA' format only supports a single field. Got: ${got}`
        : otherThan(kafkaKinds, columns, name)
    case 'DELIMITED':
      return otherThan(delimitedKinds, columns, name)
    case 'JSON':
    case 'JSON_SR':
      return hasOtherMap(columns) ? 'JSON only supports MAP types with STRING keys' : undefined
    case 'AVRO':
      return hasOtherMap(columns) ? 'Avro only supports MAPs with STRING keys' : avroNames(columns)
    case 'PROTOBUF':
    case 'PROTOBUF_NOSR':
      return undefined
    case 'COLUMNS':
      return isKey ? "The 'COLUMNS' format holds keys and values together: name it for the value only." : undefined
  }
}

function otherThan(kinds: readonly SqlTypeKind[], columns: readonly Column[], name: FormatName): string | undefined {
  const column = columns.find(({type}) => !kinds.includes(type.kind))
  return column && `The '${name}' format does not support type '${column.type.kind}', column: ${quoteName(column.name)}`
}

const hasOtherMap = (columns: readonly Column[]): boolean => columns.some(({type}) => holdsOtherMap(type))

function holdsOtherMap(type: SqlType): boolean {
  if (type.kind === 'MAP') return type.key.kind !== 'VARCHAR' || holdsOtherMap(type.value)
  if (type.kind === 'ARRAY') return holdsOtherMap(type.element)
  return type.kind === 'STRUCT' && type.fields.some(field => holdsOtherMap(field.type))
}

function avroNames(columns: readonly Column[]): string | undefined {
  for (const {name} of columns) {
    if (!/^[A-Za-z_]/.test(name)) return `Schema is not compatible with Avro: Illegal initial character: ${name}`
    if (!/^[A-Za-z0-9_]*$/.test(name)) return `Schema is not compatible with Avro: Illegal character in: ${name}`
  }
  return undefined
}

const wrappable: readonly FormatName[] = ['JSON', 'JSON_SR', 'AVRO']

/** WRAP_SINGLE_VALUE, or the session's default, as the value format's `wrap` setting. */
export function withWrapping(
  formats: Formats,
  schema: Schema,
  properties: WithProperties,
  settings: Settings,
  span: Span,
): Formats {
  const {
    name,
    settings: {wrap: _, ...kept},
  } = formats.value
  const asked = properties.flag('WRAP_SINGLE_VALUE')
  const where = properties.at('WRAP_SINGLE_VALUE')?.span ?? span
  if (asked !== undefined && !wraps(name, asked))
    refuse(`Format '${name}' does not support 'WRAP_SINGLE_VALUE' set to '${asked}'.`, where)
  if (asked !== undefined && schema.value.length !== 1)
    refuse("'WRAP_SINGLE_VALUE' is only valid for single-field value schemas", where)
  const isSingle = schema.value.length === 1 && wrappable.includes(name)
  const byDefault = settings.text('ksql.persistence.wrap.single.values')?.toLowerCase()
  const wrap =
    asked === undefined ? (isSingle && byDefault !== undefined && byDefault !== '' ? byDefault : undefined) : String(asked)
  return {...formats, value: {name, settings: wrap === undefined ? kept : {...kept, wrap}}}
}

function wraps(name: FormatName, isWrapped: boolean): boolean {
  if (wrappable.includes(name)) return true
  return isWrapped
    ? name === 'PROTOBUF' || name === 'PROTOBUF_NOSR' || name === 'COLUMNS'
    : name === 'KAFKA' || name === 'DELIMITED'
}
