import {assertNever} from '../base/assert.ts'
import type {ErrorCode} from '../base/errors.ts'
import type {SqlType} from '../schema/sql-type.ts'
import {toLong, type SqlMap, type Value} from '../schema/value.ts'
import {ByteReader} from './byte-reader.ts'
import {ByteWriter} from './byte-writer.ts'

/**
 * Typed rows as bytes, for state and nested values: a bitmap of NULLs, then each value that is not NULL. Integers are
 * zigzag varints, so small ones take a byte or two. Nothing here names types: who reads must know what was written.
 */
export type RowCodec = {
  encode(row: readonly Value[]): Uint8Array
  /** The row at one position of several columns. */
  encodeAt(columns: readonly ArrayLike<Value>[], row: number): Uint8Array
  /** As `encodeAt`, behind what the writer holds. */
  writeAt(writer: ByteWriter, columns: readonly ArrayLike<Value>[], row: number): void
  /** EngineError (`BATCH_CORRUPT` unless another code was asked for) on anything that `encode` did not give. */
  decode(bytes: Uint8Array): Value[]
}

export function rowCodec(types: readonly SqlType[], code: ErrorCode = 'BATCH_CORRUPT'): RowCodec {
  const codecs = types.map(valueCodec)
  const writer = new ByteWriter(256)
  function writeAt(to: ByteWriter, columns: readonly ArrayLike<Value>[], row: number): void {
    const bitmap = to.zeroes((codecs.length + 7) >> 3)
    for (let i = 0; i < codecs.length; i++) {
      const value = columns[i]?.[row] ?? null
      if (value === null) setBit(to, bitmap, i)
      else codecs[i]?.write(to, value)
    }
  }
  return {
    encode(row) {
      writer.at = 0
      writeRow(writer, codecs, i => row[i] ?? null)
      return writer.take()
    },
    encodeAt(columns, at) {
      writer.at = 0
      writeAt(writer, columns, at)
      return writer.take()
    },
    writeAt,
    decode(bytes) {
      const reader = new ByteReader(bytes, code)
      const row = readRow(reader, codecs)
      reader.expectEnd()
      return row
    },
  }
}

/** How values of one type, never NULL, are written. */
export type ValueCodec = {write(writer: ByteWriter, value: Value): void; read(reader: ByteReader): Value}

// The casts below hold because a value always has the form that schema/value.ts gives for its type.
export function valueCodec(type: SqlType): ValueCodec {
  switch (type.kind) {
    case 'BOOLEAN':
      return {write: (writer, value) => writer.u8(value === true ? 1 : 0), read: readBoolean}
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'BIGINT':
    case 'TIMESTAMP':
      return {write: (writer, value) => writeLong(writer, value as number | bigint), read: readLong}
    case 'DOUBLE':
      return {write: (writer, value) => writer.f64(value as number), read: reader => reader.f64()}
    case 'DECIMAL':
      return {write: (writer, value) => writeBigint(writer, value as bigint), read: readBigint}
    case 'VARCHAR':
      return {write: (writer, value) => writer.text(value as string), read: reader => reader.text()}
    case 'BYTES':
      return {
        write: (writer, value) => writeBytes(writer, value as Uint8Array),
        read: reader => new Uint8Array(reader.raw(reader.varint())),
      }
    case 'ARRAY':
      return arrayCodec(valueCodec(type.element))
    case 'MAP':
      return mapCodec(valueCodec(type.key), valueCodec(type.value))
    case 'STRUCT': {
      const fields = type.fields.map(field => valueCodec(field.type))
      return {
        write: (writer, value) => writeRow(writer, fields, i => (value as readonly Value[])[i] ?? null),
        read: reader => readRow(reader, fields),
      }
    }
    default:
      return assertNever(type, 'type')
  }
}

function writeRow(writer: ByteWriter, codecs: readonly ValueCodec[], valueOf: (i: number) => Value): void {
  const bitmap = writer.zeroes((codecs.length + 7) >> 3)
  for (let i = 0; i < codecs.length; i++) {
    const value = valueOf(i)
    if (value === null) setBit(writer, bitmap, i)
    else codecs[i]?.write(writer, value)
  }
}

function readRow(reader: ByteReader, codecs: readonly ValueCodec[]): Value[] {
  const bitmap = reader.skip((codecs.length + 7) >> 3)
  return codecs.map((codec, i) => (hasBit(reader, bitmap, i) ? null : codec.read(reader)))
}

function arrayCodec(element: ValueCodec): ValueCodec {
  return {
    write(writer, value) {
      const elements = value as readonly Value[]
      writer.varint(elements.length)
      writeElements(writer, element, elements)
    },
    read: reader => readElements(reader, element, reader.varint()),
  }
}

function mapCodec(key: ValueCodec, value: ValueCodec): ValueCodec {
  return {
    write(writer, map) {
      const entries = map as SqlMap
      writer.varint(entries.size)
      writeElements(writer, key, [...entries.keys()])
      writeElements(writer, value, [...entries.values()])
    },
    read(reader) {
      const size = reader.varint()
      const keys = readElements(reader, key, size)
      const values = readElements(reader, value, size)
      return new Map(keys.map((each, i) => [each, values[i] ?? null]))
    },
  }
}

function writeElements(writer: ByteWriter, codec: ValueCodec, values: readonly Value[]): void {
  const bitmap = writer.zeroes((values.length + 7) >> 3)
  values.forEach((value, i) => (value === null ? setBit(writer, bitmap, i) : codec.write(writer, value)))
}

function readElements(reader: ByteReader, codec: ValueCodec, count: number): Value[] {
  const bitmap = reader.skip((count + 7) >> 3)
  const values: Value[] = []
  for (let i = 0; i < count; i++) values.push(hasBit(reader, bitmap, i) ? null : codec.read(reader))
  return values
}

function setBit(writer: ByteWriter, bitmap: number, i: number): void {
  const at = bitmap + (i >> 3)
  writer.bytes[at] = (writer.bytes[at] ?? 0) | (1 << (i & 7))
}

const hasBit = (reader: ByteReader, bitmap: number, i: number): boolean =>
  ((reader.bytes[bitmap + (i >> 3)] ?? 0) & (1 << (i & 7))) !== 0

function readBoolean(reader: ByteReader): boolean {
  const byte = reader.u8()
  if (byte > 1) throw reader.corrupt('a boolean is neither 0 nor 1')
  return byte === 1
}

const ZIGZAG_MAX = 2 ** 52

/** A zigzag varint; one that needs more than 53 bits comes as ten bytes of which all but the last have the high bit. */
function writeLong(writer: ByteWriter, value: number | bigint): void {
  if (typeof value === 'number' && value < ZIGZAG_MAX && value >= -ZIGZAG_MAX) {
    writer.varint(value >= 0 ? value * 2 : -value * 2 - 1)
    return
  }
  const bits = BigInt.asUintN(64, BigInt(value))
  writer.reserve(10)
  for (let i = 0; i < 9; i++) writer.u8(Number((bits >> BigInt(7 * i)) & 127n) | 128)
  writer.u8(Number(bits >> 63n))
}

function readLong(reader: ByteReader): number | bigint {
  const start = reader.at
  let value = 0
  let scale = 1
  for (let i = 0; i < 8; i++) {
    const byte = reader.u8()
    value += (byte & 127) * scale
    if (byte < 128) {
      if (value >= 2 * ZIGZAG_MAX) break
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
    scale *= 128
  }
  reader.at = start
  let bits = 0n
  for (let i = 0; i < 10; i++) {
    const byte = reader.u8()
    if (byte < 128 !== (i === 9) || (i === 9 && byte > 1)) throw reader.corrupt('a long is too long')
    bits |= BigInt(byte & 127) << BigInt(7 * i)
  }
  return toLong(bits)
}

/** Length, then two's complement, low bytes first. */
function writeBigint(writer: ByteWriter, value: bigint): void {
  let bytes = 1
  while (BigInt.asIntN(bytes * 8, value) !== value) bytes++
  writer.varint(bytes)
  writer.reserve(bytes)
  for (let rest = value, i = 0; i < bytes; i++, rest >>= 8n) writer.bytes[writer.at++] = Number(rest & 255n)
}

function readBigint(reader: ByteReader): bigint {
  const bytes = reader.varint()
  const from = reader.skip(bytes)
  let value = 0n
  for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(reader.bytes[from + i] ?? 0)
  return BigInt.asIntN(bytes * 8, value)
}

function writeBytes(writer: ByteWriter, value: Uint8Array): void {
  writer.varint(value.length)
  writer.raw(value)
}
