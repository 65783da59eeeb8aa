import type {Vector} from '../chunk/chunk.ts'
import {typesEqual, type SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import type {ByteWriter} from './byte-writer.ts'
import {DictionaryVector} from './dictionary-vector.ts'
import {LazyVector} from './lazy-vector.ts'
import {columnFlags, columnKinds, validityOf, writeColumnHeader, writeNumbers, type Validity} from './payload.ts'
import {valueCodec} from './row-codec.ts'
import {TextSelection, TextVector} from './text-vector.ts'
import {writeDoubles, writeIntegers} from './write-numbers.ts'
import {writeCodes, writePieces, writeTexts} from './write-text.ts'

/**
 * Appends the payload of one column at a multiple of eight. What still stands as it was stored is copied; text that was
 * only selected is copied piece by piece; everything else is encoded from its values, in the narrowest form that holds them.
 */
export function writeColumn(writer: ByteWriter, type: SqlType, vector: Vector): void {
  writer.align()
  if (type.kind === 'VARCHAR') return writeTextColumn(writer, vector)
  if (vector instanceof LazyVector && vector.stored && typesEqual(vector.stored.type, type))
    return writer.raw(vector.stored.payload)
  const {values} = vector
  switch (type.kind) {
    case 'DOUBLE':
      return writeDoubles(writer, values)
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'BIGINT':
    case 'TIMESTAMP':
      return writeIntegers(writer, values)
    case 'BOOLEAN':
      return writeBits(writer, values)
    case 'DECIMAL':
      return writeDecimals(writer, type, values)
    case 'BYTES':
      return writeBlobs(writer, columnKinds.text, values as ArrayLike<Uint8Array | null>)
    default:
      return writeRows(writer, type, values)
  }
}

function writeTextColumn(writer: ByteWriter, vector: Vector): void {
  if ((vector instanceof TextVector || vector instanceof DictionaryVector) && vector.payload !== undefined)
    return writer.raw(vector.payload)
  if (vector instanceof TextSelection) return writePieces(writer, columnKinds.text, vector.gather())
  if (vector instanceof DictionaryVector && vector.entries.length <= vector.length)
    return writeCodes(writer, vector.codes, vector.entries, vector.validity)
  // A VARCHAR column holds strings and NULLs.
  writeTexts(writer, vector.values as ArrayLike<string | null>)
}

/** Opaque pieces: bytes values, keys and values of the `bytes` encoding, values in the row codec. */
function writeBlobs(writer: ByteWriter, kind: 8 | 10, values: ArrayLike<Uint8Array | null>): void {
  const {length} = values
  const isNull = new Uint8Array(length)
  const ends = new Uint32Array(length)
  let total = 0
  for (let i = 0; i < length; i++) {
    const bytes = values[i] ?? null
    if (bytes === null) isNull[i] = 1
    else total += bytes.length
    ends[i] = total
  }
  const bytes = Buffer.allocUnsafe(total)
  for (let i = 0; i < length; i++) {
    const piece = values[i]
    if (piece) bytes.set(piece, i === 0 ? 0 : ends[i - 1])
  }
  writePieces(writer, kind, {bytes, ends, validity: validityOf(isNull, length)})
}

function writeBits(writer: ByteWriter, values: ArrayLike<Value>): void {
  const {length} = values
  const isNull = new Uint8Array(length)
  const bits = new Uint8Array((length + 7) >> 3)
  for (let i = 0; i < length; i++) {
    const value = values[i] ?? null
    if (value === null) isNull[i] = 1
    else if (value === true) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7))
  }
  writeWithValidity(writer, columnKinds.bits, validityOf(isNull, length))
  writer.raw(bits)
}

function writeDecimals(writer: ByteWriter, type: SqlType, values: ArrayLike<Value>): void {
  const unscaled = new Array<number | null>(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null
    const number = value === null ? null : Number(value)
    if (number !== null && !Number.isSafeInteger(number)) return writeRows(writer, type, values)
    unscaled[i] = number
  }
  writeIntegers(writer, unscaled)
}

function writeRows(writer: ByteWriter, type: SqlType, values: ArrayLike<Value>): void {
  const codec = valueCodec(type)
  const start = writer.at
  const {length} = values
  const isNull = new Uint8Array(length)
  const ends = new Uint32Array(length)
  // Written into the same buffer first, since nobody knows their length before, and then moved behind their ends.
  for (let i = 0; i < length; i++) {
    const value = values[i] ?? null
    if (value === null) isNull[i] = 1
    else codec.write(writer, value)
    ends[i] = writer.at - start
  }
  const bytes = Buffer.from(writer.bytes.subarray(start, writer.at))
  writer.at = start
  writePieces(writer, columnKinds.rows, {bytes, ends, validity: validityOf(isNull, length)})
}

function writeWithValidity(writer: ByteWriter, kind: 1, validity: Validity | undefined): void {
  writeColumnHeader(writer, kind, validity === undefined ? 0 : columnFlags.nulls)
  if (validity === undefined) return
  writeNumbers(writer, validity)
  writer.align()
}
