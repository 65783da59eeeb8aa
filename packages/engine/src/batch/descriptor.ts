import {crc32} from 'node:zlib'
import {EngineError} from '../base/errors.ts'
import type {Column, Schema} from '../schema/schema.ts'
import type {SqlType} from '../schema/sql-type.ts'

/**
 * The columns of a batch as compact JSON, stored in it: a batch can be read without its topic's catalog entry, and by
 * sources that declare other columns. `[[name, type], …]` for keys, then for values; a type is its kind, or a list that
 * begins with it.
 */
export type Descriptor = {readonly schema: Schema; readonly bytes: Uint8Array; readonly fingerprint: number}

export function describeSchema(schema: Schema): Descriptor {
  const bytes = Buffer.from(JSON.stringify([schema.key.map(columnData), schema.value.map(columnData)]))
  return {schema, bytes, fingerprint: crc32(bytes)}
}

export function parseDescriptor(bytes: Uint8Array): Descriptor {
  try {
    const [key, value] = list(JSON.parse(Buffer.from(bytes).toString()))
    const schema = {key: list(key).map(parseColumn), value: list(value).map(parseColumn)}
    return {schema, bytes: Uint8Array.from(bytes), fingerprint: crc32(bytes)}
  } catch (cause) {
    throw new EngineError('BATCH_CORRUPT', 'damaged batch: its columns are not described', {}, cause)
  }
}

const columnData = (column: Column): unknown => [column.name, typeData(column.type)]

function typeData(type: SqlType): unknown {
  switch (type.kind) {
    case 'DECIMAL':
      return [type.kind, type.precision, type.scale]
    case 'ARRAY':
      return [type.kind, typeData(type.element)]
    case 'MAP':
      return [type.kind, typeData(type.key), typeData(type.value)]
    case 'STRUCT':
      return [type.kind, ...type.fields.map(columnData)]
    default:
      return type.kind
  }
}

function parseColumn(data: unknown): Column {
  const [name, type] = list(data)
  if (typeof name !== 'string') throw new TypeError('a column has no name')
  return {name, type: parseType(type)}
}

const plainKinds = ['BOOLEAN', 'INT', 'BIGINT', 'DOUBLE', 'VARCHAR', 'BYTES', 'DATE', 'TIME', 'TIMESTAMP'] as const

function parseType(data: unknown): SqlType {
  if (typeof data === 'string') {
    const kind = plainKinds.find(each => each === data)
    if (kind === undefined) throw new TypeError(`unknown type ${data}`)
    return {kind}
  }
  const [kind, ...rest] = list(data)
  if (kind === 'DECIMAL') return {kind, precision: Number(rest[0]), scale: Number(rest[1])}
  if (kind === 'ARRAY') return {kind, element: parseType(rest[0])}
  if (kind === 'MAP') return {kind, key: parseType(rest[0]), value: parseType(rest[1])}
  if (kind === 'STRUCT') return {kind, fields: rest.map(parseColumn)}
  throw new TypeError(`unknown type ${String(kind)}`)
}

function list(data: unknown): readonly unknown[] {
  if (!Array.isArray(data)) throw new TypeError('a list was expected')
  return data
}
