import type {Value} from '../schema/value.ts'
import type {ByteWriter} from './byte-writer.ts'
import {
  DECIMALS_MAX,
  columnFlags,
  columnKinds,
  validityOf,
  writeColumnHeader,
  writeNumbers,
  type ColumnKind,
  type Validity,
} from './payload.ts'

/** From this many rows on; fewer are small anyway. */
const DECIMALS_ROWS_MIN = 16
const SAMPLE_ROWS = 16

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
    if (writeFewDecimals(writer, values)) return
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

/** Half the size, where the doubles are what reading a few decimals gives: prices, mostly. */
function writeFewDecimals(writer: ByteWriter, doubles: Float64Array): boolean {
  const digits = decimalsOf(doubles)
  if (digits === undefined) return false
  const scale = 10 ** digits
  const whole = new Float64Array(doubles.length)
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < doubles.length; i++) {
    const double = doubles[i] ?? 0
    const scaled = Math.round(double * scale)
    // The reader divides as well; a zero loses its sign.
    if (scaled / scale !== double || (scaled === 0 && Object.is(double, -0))) return false
    whole[i] = scaled
    if (scaled < min) min = scaled
    if (scaled > max) max = scaled
  }
  if (!(max - min <= 0xffffffff && Number.isSafeInteger(min) && Number.isSafeInteger(max))) return false
  writeColumnHeader(writer, columnKinds.decimals32, 0, digits)
  writer.f64(min)
  const differences = new Uint32Array(whole.length)
  for (let i = 0; i < whole.length; i++) differences[i] = (whole[i] ?? 0) - min
  writeNumbers(writer, differences)
  return true
}

/** The fewest decimals that a sample of the numbers can do with. */
function decimalsOf(doubles: Float64Array): number | undefined {
  if (doubles.length < DECIMALS_ROWS_MIN) return undefined
  let digits = 0
  for (let i = 0; i < SAMPLE_ROWS; i++) {
    const double = doubles[Math.floor((i * doubles.length) / SAMPLE_ROWS)] ?? 0
    while (Math.round(double * 10 ** digits) / 10 ** digits !== double) if (++digits > DECIMALS_MAX) return undefined
  }
  return digits
}

function writeSafe(writer: ByteWriter, numbers: Int32Array | Float64Array, validity: Validity | undefined): void {
  let min = numbers[0] ?? 0
  let max = min
  const base = min
  const step = (numbers[1] ?? base) - base
  let isSteady = numbers.length > 1 && validity === undefined
  for (let i = 1; i < numbers.length; i++) {
    const number = numbers[i] ?? 0
    if (number < min) min = number
    else if (number > max) max = number
    if (number !== base + i * step) isSteady = false
  }
  const range = max - min
  if (isSteady) {
    writeHead(writer, columnKinds.steps, undefined)
    writer.f64(base)
    return writer.f64(step)
  }
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
