import {assertNever} from '../base/assert.ts'
import {ByteReader} from '../batch/byte-reader.ts'
import {ByteWriter} from '../batch/byte-writer.ts'
import type {SqlType} from '../schema/sql-type.ts'
import {toLong, type SqlMap, type Value} from '../schema/value.ts'

export type WindowBounds = {readonly startMs: number; readonly endMs: number}

/**
 * Keys as bytes whose order is the order of the keys: column by column, NULL before every value, false before true, numbers
 * by size (NaN last), text by code point, bytes and lists from the front, structs by field; then window start and end.
 * No key is the beginning of another one, so all windows of a key stand in `[encode(key), prefixEnd(encode(key)))`.
 */
export type KeyCodec = {
  encode(key: readonly Value[], window?: WindowBounds): Uint8Array
  /** The key at one position of several columns. */
  encodeAt(columns: readonly ArrayLike<Value>[], row: number, window?: WindowBounds): Uint8Array
  /** As `encodeAt`, behind what the writer holds. */
  writeAt(writer: ByteWriter, columns: readonly ArrayLike<Value>[], row: number, window?: WindowBounds): void
  /** EngineError `STATE_CORRUPT` for bytes that `encode` did not give. */
  decode(bytes: Uint8Array): {readonly key: Value[]; readonly window?: WindowBounds}
}

export function keyCodec(types: readonly SqlType[]): KeyCodec {
  const columns = types.map(orderedCodec)
  const writer = new ByteWriter(128)
  const writeWindow = (to: ByteWriter, window: WindowBounds | undefined): void => {
    if (window === undefined) return
    writeWide(to, window.startMs)
    writeWide(to, window.endMs)
  }
  function writeAt(to: ByteWriter, vectors: readonly ArrayLike<Value>[], row: number, window?: WindowBounds): void {
    for (let i = 0; i < columns.length; i++) writeNullable(to, columns[i], vectors[i]?.[row] ?? null)
    writeWindow(to, window)
  }
  return {
    encode(key, window) {
      writer.at = 0
      for (let i = 0; i < columns.length; i++) writeNullable(writer, columns[i], key[i] ?? null)
      writeWindow(writer, window)
      return writer.take()
    },
    encodeAt(vectors, row, window) {
      writer.at = 0
      writeAt(writer, vectors, row, window)
      return writer.take()
    },
    writeAt,
    decode(bytes) {
      const reader = new ByteReader(bytes, 'STATE_CORRUPT')
      const key = columns.map(column => readNullable(reader, column))
      if (reader.at === bytes.length) return {key}
      const window = {startMs: Number(readWide(reader)), endMs: Number(readWide(reader))}
      reader.expectEnd()
      return {key, window}
    },
  }
}

/** The least bytes after all that begin with `prefix`; undefined when there is none. */
export function prefixEnd(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length--
  if (length === 0) return undefined
  const end = prefix.slice(0, length)
  end[length - 1] = (end[length - 1] ?? 0) + 1
  return end
}

const END = 0
const NULL = 1
const VALUE = 2

type OrderedCodec = {write(writer: ByteWriter, value: Value): void; read(reader: ByteReader): Value}

function writeNullable(writer: ByteWriter, codec: OrderedCodec | undefined, value: Value): void {
  if (value === null || codec === undefined) return writer.u8(NULL)
  writer.u8(VALUE)
  codec.write(writer, value)
}

function readNullable(reader: ByteReader, codec: OrderedCodec): Value {
  const tag = reader.u8()
  if (tag !== NULL && tag !== VALUE) throw reader.corrupt(`a key column begins with ${tag}`)
  return tag === NULL ? null : codec.read(reader)
}

// The casts below hold because a value always has the form that schema/value.ts gives for its type.
function orderedCodec(type: SqlType): OrderedCodec {
  switch (type.kind) {
    case 'BOOLEAN':
      return {write: (writer, value) => writer.u8(value === true ? 1 : 0), read: reader => reader.u8() === 1}
    case 'INT':
    case 'DATE':
    case 'TIME':
      return {write: (writer, value) => writeInt(writer, value as number), read: readInt}
    case 'BIGINT':
    case 'TIMESTAMP':
      return {write: (writer, value) => writeWide(writer, value as number | bigint), read: readWide}
    case 'DOUBLE':
      return {write: (writer, value) => writeDouble(writer, value as number), read: readDouble}
    case 'DECIMAL':
      return {write: (writer, value) => writeUnbounded(writer, value as bigint), read: readUnbounded}
    case 'VARCHAR':
      return {write: (writer, value) => writeText(writer, value as string), read: reader => readEscaped(reader).toString('utf8')}
    case 'BYTES':
      return {
        write: (writer, value) => writeEscaped(writer, value as Uint8Array),
        read: reader => new Uint8Array(readEscaped(reader)),
      }
    case 'ARRAY':
      return listCodec(orderedCodec(type.element))
    case 'MAP':
      return mapCodec(orderedCodec(type.key), orderedCodec(type.value))
    case 'STRUCT': {
      const fields = type.fields.map(field => orderedCodec(field.type))
      return {
        write: (writer, value) =>
          fields.forEach((field, i) => writeNullable(writer, field, (value as readonly Value[])[i] ?? null)),
        read: reader => fields.map(field => readNullable(reader, field)),
      }
    }
    default:
      return assertNever(type, 'type')
  }
}

function listCodec(element: OrderedCodec): OrderedCodec {
  return {
    write(writer, value) {
      for (const each of value as readonly Value[]) writeNullable(writer, element, each)
      writer.u8(END)
    },
    read(reader) {
      const values: Value[] = []
      while (reader.bytes[reader.at] !== END) values.push(readNullable(reader, element))
      reader.skip(1)
      return values
    },
  }
}

/** Entries in the order of their keys, so that equal maps have equal bytes. */
function mapCodec(key: OrderedCodec, value: OrderedCodec): OrderedCodec {
  return {
    write(writer, map) {
      const entries = Array.from(map as SqlMap, ([mapKey, mapValue]) => {
        const bytes = new ByteWriter(32)
        writeNullable(bytes, key, mapKey)
        return {bytes: bytes.take(), mapValue}
      })
      for (const {bytes, mapValue} of entries.sort((left, right) => Buffer.compare(left.bytes, right.bytes))) {
        writer.raw(bytes)
        writeNullable(writer, value, mapValue)
      }
      writer.u8(END)
    },
    read(reader) {
      const entries = new Map<Value, Value>()
      while (reader.bytes[reader.at] !== END) entries.set(readNullable(reader, key), readNullable(reader, value))
      reader.skip(1)
      return entries
    },
  }
}

function writeInt(writer: ByteWriter, value: number): void {
  writer.reserve(4)
  writer.view.setUint32(writer.at, value ^ 0x80000000)
  writer.at += 4
}

const readInt = (reader: ByteReader): number => viewOf(reader, 4).getInt32(0) ^ 0x80000000

/** Eight bytes, the sign flipped. A safe integer is written as two halves, without making a bigint. */
function writeWide(writer: ByteWriter, value: number | bigint): void {
  writer.reserve(8)
  if (typeof value === 'number') {
    const high = Math.floor(value / 0x100000000)
    writer.view.setUint32(writer.at, high ^ 0x80000000)
    writer.view.setUint32(writer.at + 4, value - high * 0x100000000)
  } else writer.view.setBigUint64(writer.at, BigInt.asUintN(64, value) ^ SIGN)
  writer.at += 8
}

const SIGN = 1n << 63n

function readWide(reader: ByteReader): number | bigint {
  const view = viewOf(reader, 8)
  const value = (view.getInt32(0) ^ 0x80000000) * 0x100000000 + view.getUint32(4)
  return Number.isSafeInteger(value) ? value : toLong(view.getBigUint64(0) ^ SIGN)
}

/** IEEE bits in order: negative numbers inverted, others with the sign set. */
function writeDouble(writer: ByteWriter, value: number): void {
  writer.reserve(8)
  const {view, at} = writer
  view.setFloat64(at, value)
  const high = view.getUint32(at)
  if (high >= 0x80000000 && value === value) {
    view.setUint32(at, ~high)
    view.setUint32(at + 4, ~view.getUint32(at + 4))
  } else view.setUint32(at, high ^ 0x80000000)
  writer.at += 8
}

function readDouble(reader: ByteReader): number {
  const bits = viewOf(reader, 8).getBigUint64(0)
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits & SIGN ? bits ^ SIGN : BigInt.asUintN(64, ~bits))
  return view.getFloat64(0)
}

/** A sign byte, the length of the magnitude and the magnitude; inverted for negative numbers. */
function writeUnbounded(writer: ByteWriter, value: bigint): void {
  const hex = (value < 0n ? -value : value).toString(16)
  const magnitude = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
  const isNegative = value < 0n
  writer.u8(isNegative ? 0 : 1)
  writer.reserve(4 + magnitude.length)
  writer.view.setUint32(writer.at, isNegative ? ~magnitude.length : magnitude.length)
  writer.at += 4
  for (const byte of magnitude) writer.bytes[writer.at++] = isNegative ? ~byte : byte
}

function readUnbounded(reader: ByteReader): bigint {
  const isNegative = reader.u8() === 0
  const written = viewOf(reader, 4).getUint32(0)
  const magnitude = Buffer.from(reader.raw(isNegative ? ~written >>> 0 : written))
  if (isNegative) for (let i = 0; i < magnitude.length; i++) magnitude[i] = ~(magnitude[i] ?? 0)
  const value = BigInt(`0x${magnitude.toString('hex') || '0'}`)
  return isNegative ? -value : value
}

function writeText(writer: ByteWriter, text: string): void {
  writer.reserve(text.length + 2)
  const {bytes} = writer
  let {at} = writer
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0 || code > 127) return writeEscaped(writer, Buffer.from(text))
    bytes[at++] = code
  }
  bytes[at++] = 0
  bytes[at++] = TEXT_END
  writer.at = at
}

/** A zero byte is written as 0 255, the end as 0 1: so that no value is the beginning of another one. */
function writeEscaped(writer: ByteWriter, value: Uint8Array): void {
  writer.reserve(value.length * 2 + 2)
  for (const byte of value) {
    writer.bytes[writer.at++] = byte
    if (byte === 0) writer.bytes[writer.at++] = TEXT_ZERO
  }
  writer.bytes[writer.at++] = 0
  writer.bytes[writer.at++] = TEXT_END
}

const TEXT_END = 1
const TEXT_ZERO = 0xff

function readEscaped(reader: ByteReader): Buffer {
  const plain: number[] = []
  for (;;) {
    const byte = reader.u8()
    plain.push(byte)
    if (byte !== 0) continue
    const next = reader.u8()
    if (next === TEXT_END) return Buffer.from(plain.slice(0, -1))
    if (next !== TEXT_ZERO) throw reader.corrupt('a text in a key is not ended')
  }
}

function viewOf(reader: ByteReader, count: number): DataView {
  const from = reader.skip(count)
  return new DataView(reader.bytes.buffer, reader.bytes.byteOffset + from, count)
}
