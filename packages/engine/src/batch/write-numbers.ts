import type {Value} from '../schema/value.ts'
import type {ByteWriter} from './byte-writer.ts'
import {columnFlags, columnKinds, validityOf, writeColumnHeader, writeNumbers, type ColumnKind, type Validity} from './payload.ts'

/** Integers that may be longs, in the narrowest form: differences to the smallest, then 32 bits, doubles, 64 bits. */
export function writeIntegers(writer: ByteWriter, values: ArrayLike<Value>): void {
  if (values.length > 0 && (values instanceof Int32Array || values instanceof Float64Array))
    return writeSafe(writer, values, undefined)
  const {length} = values
  const numbers = new Float64Array(length)
  const isNull = new Uint8Array(length)
  let first: number | undefined
  for (let i = 0; i < length; i++) {
    const value = values[i] ?? null
    if (typeof value === 'number') {
      numbers[i] = value
      first ??= value
    } else if (value === null) isNull[i] = 1
    else return writeWide(writer, values)
  }
  const validity = validityOf(isNull, length)
  if (first === undefined) return writeColumnHeader(writer, columnKinds.nulls, 0)
  // Any number of the column will do in the place of a NULL; it must not widen the range.
  if (validity !== undefined) for (let i = 0; i < length; i++) if (isNull[i] === 1) numbers[i] = first
  writeSafe(writer, numbers, validity)
}

export function writeDoubles(writer: ByteWriter, values: ArrayLike<Value>): void {
  if (values instanceof Float64Array) {
    writeHead(writer, columnKinds.f64, undefined)
    return writeNumbers(writer, values)
  }
  const {length} = values
  const isNull = new Uint8Array(length)
  const numbers = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    const value = values[i] ?? null
    if (value === null) isNull[i] = 1
    else numbers[i] = Number(value)
  }
  writeHead(writer, columnKinds.f64, validityOf(isNull, length))
  writeNumbers(writer, numbers)
}

function writeSafe(writer: ByteWriter, numbers: Int32Array | Float64Array, validity: Validity | undefined): void {
  let min = numbers[0] ?? 0
  let max = min
  for (let i = 1; i < numbers.length; i++) {
    const number = numbers[i] ?? 0
    if (number < min) min = number
    else if (number > max) max = number
  }
  const range = max - min
  if (range < 0x100) return writeDifferences(writer, columnKinds.base8, validity, min, new Uint8Array(numbers.length), numbers)
  if (range < 0x10000)
    return writeDifferences(writer, columnKinds.base16, validity, min, new Uint16Array(numbers.length), numbers)
  if (numbers instanceof Int32Array) {
    writeHead(writer, columnKinds.i32, validity)
    return writeNumbers(writer, numbers)
  }
  if (range <= 0xffffffff)
    return writeDifferences(writer, columnKinds.base32, validity, min, new Uint32Array(numbers.length), numbers)
  writeHead(writer, columnKinds.f64, validity)
  writeNumbers(writer, numbers)
}

function writeDifferences(
  writer: ByteWriter,
  kind: ColumnKind,
  validity: Validity | undefined,
  base: number,
  differences: Uint8Array | Uint16Array | Uint32Array,
  numbers: Int32Array | Float64Array,
): void {
  writeHead(writer, kind, validity)
  writer.f64(base)
  for (let i = 0; i < numbers.length; i++) differences[i] = (numbers[i] ?? 0) - base
  writeNumbers(writer, differences)
}

function writeWide(writer: ByteWriter, values: ArrayLike<Value>): void {
  const {length} = values
  const isNull = new Uint8Array(length)
  const longs = new BigInt64Array(length)
  for (let i = 0; i < length; i++) {
    const value = values[i] ?? null
    if (value === null) isNull[i] = 1
    // A column of integers holds numbers and bigints.
    else longs[i] = BigInt(value as number | bigint)
  }
  writeHead(writer, columnKinds.i64, validityOf(isNull, length))
  writeNumbers(writer, longs)
}

function writeHead(writer: ByteWriter, kind: ColumnKind, validity: Validity | undefined): void {
  writeColumnHeader(writer, kind, validity === undefined ? 0 : columnFlags.nulls)
  if (validity === undefined) return
  writeNumbers(writer, validity)
  writer.align()
}
