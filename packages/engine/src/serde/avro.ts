import avsc from 'avsc'
import {assertNever, must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import type {Column} from '../schema/schema.ts'
import {printType, quoteName, type SqlType} from '../schema/sql-type.ts'
import {toLong, type SqlMap, type Value} from '../schema/value.ts'
import {fromBigEndian, toBigEndian} from './big-endian.ts'
import type {Serde} from './serde.ts'

/** Avro under the schema that follows from the columns: every field may be null. `isBare`: the only column without a record. */
export function avroSerde(columns: readonly Column[], isBare: boolean): Serde {
  const [only] = columns
  const shape = isBare && only ? shapeOf(only.type, 'Value') : recordShape(columns, 'KsqlDataSourceSchema')
  // The library's type for schemas knows neither scale nor precision.
  const type = avsc.Type.forSchema(shape.schema as avsc.Schema, {registry: {long: longType()}, wrapUnions: 'never'})
  return {
    gives: 'bytes',
    decode(blobs, i) {
      const value = shape.read(parse(type, must(blobs.bytesAt(i), 'blob')))
      return isBare ? [value] : (value as readonly Value[])
    },
    encode(vectors, row) {
      const value = isBare ? (vectors[0]?.[row] ?? null) : columns.map((_, i) => vectors[i]?.[row] ?? null)
      return value === null ? null : type.toBuffer(shape.write(value))
    },
  }
}

function parse(type: avsc.Type, bytes: Buffer): unknown {
  try {
    return type.fromBuffer(bytes)
  } catch (cause) {
    const message = `found ${bytes.length} bytes, expected Avro of the columns: ${cause instanceof Error ? cause.message : ''}`
    throw new EngineError('RECORD_INVALID', message, {expected: 'Avro'}, cause)
  }
}

/** A type's Avro schema, and its values on the way to and from the library. None of them is NULL. */
type Shape = {readonly schema: unknown; write(value: Value): unknown; read(value: unknown): Value}

const same = (schema: unknown): Shape => ({schema, write: value => value, read: value => value as Value})

// The casts below hold because a value has the form of its type (schema/value.ts) and the library checks what it reads.
function shapeOf(type: SqlType, name: string): Shape {
  switch (type.kind) {
    case 'BOOLEAN':
      return same('boolean')
    case 'INT':
      return same('int')
    case 'BIGINT':
    case 'TIMESTAMP':
      // Without a logical type: the library would take its own long for that, which is wrong beyond 2^52.
      return same('long')
    case 'DOUBLE':
      return same('double')
    case 'VARCHAR':
      return same('string')
    case 'DATE':
      return same({type: 'int', logicalType: 'date'})
    case 'TIME':
      return same({type: 'int', logicalType: 'time-millis'})
    case 'BYTES':
      return {schema: 'bytes', write: value => Buffer.from(value as Uint8Array), read: value => new Uint8Array(value as Buffer)}
    case 'DECIMAL': {
      const {precision, scale} = type
      const schema = {type: 'bytes', logicalType: 'decimal', precision, scale}
      return {schema, write: value => toBigEndian(value as bigint), read: value => fromBigEndian(value as Buffer)}
    }
    case 'ARRAY': {
      const items = nullable(shapeOf(type.element, `${name}_item`))
      return {
        schema: {type: 'array', items: items.schema},
        write: value => (value as readonly Value[]).map(items.write),
        read: value => (value as unknown[]).map(items.read),
      }
    }
    case 'MAP': {
      if (type.key.kind !== 'VARCHAR')
        throw new EngineError('INVALID_CONFIG', `the AVRO format takes maps with STRING keys, found ${printType(type)}`)
      const values = nullable(shapeOf(type.value, `${name}_value`))
      return {
        schema: {type: 'map', values: values.schema},
        write: map => Object.fromEntries(Array.from(map as SqlMap, ([key, value]) => [key, values.write(value)])),
        read: map => new Map(Object.entries(map as object).map(([key, value]) => [key, values.read(value)])),
      }
    }
    case 'STRUCT':
      return recordShape(type.fields, name)
    default:
      return assertNever(type, 'type')
  }
}

function recordShape(fields: readonly Column[], name: string): Shape {
  const wrong = fields.find(field => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(field.name))
  if (wrong) {
    const expected = 'letters, digits and _, not a digit first'
    throw new EngineError(
      'INVALID_CONFIG',
      `Schema is not compatible with Avro: found name ${quoteName(wrong.name)}, expected ${expected}`,
    )
  }
  const shapes = fields.map(field => ({name: field.name, ...nullable(shapeOf(field.type, `${name}_${field.name}`))}))
  return {
    schema: {type: 'record', name, fields: shapes.map(({name: field, schema}) => ({name: field, type: schema, default: null}))},
    write(row) {
      const record: Record<string, unknown> = {}
      shapes.forEach((shape, i) => (record[shape.name] = shape.write((row as readonly Value[])[i] ?? null)))
      return record
    },
    read: record => shapes.map(shape => shape.read((record as Record<string, unknown>)[shape.name])),
  }
}

const nullable = (shape: Shape): Shape => ({
  schema: ['null', shape.schema],
  write: value => (value === null ? null : shape.write(value)),
  read: value => (value === null ? null : shape.read(value)),
})

/** 64 bits in our form of a long; the library's own refuses what is no safe integer. */
function longType(): avsc.Type {
  const isLong = (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value)
  // oxlint-disable-next-line no-underscore-dangle -- the library's documented way to bring one's own long
  return avsc.types.LongType.__with({
    fromBuffer: (bytes: Buffer) => toLong(bytes.readBigInt64LE()),
    toBuffer: (value: number | bigint) => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigInt64LE(BigInt(value))
      return bytes
    },
    fromJSON: (value: unknown) => value,
    toJSON: String,
    isValid: isLong,
    compare: (left: number | bigint, right: number | bigint) => (left < right ? -1 : left > right ? 1 : 0),
  })
}
