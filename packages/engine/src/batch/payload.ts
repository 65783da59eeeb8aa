import type {ByteReader} from './byte-reader.ts'
import type {ByteWriter} from './byte-writer.ts'

/**
 * One column inside a batch: kind (1 byte), flags (1), two zero bytes, a number that some kinds need (4); where the
 * column has NULLs, a bitmap with 1 for values, padded to eight bytes; then the values. A payload starts at a multiple of
 * eight and holds no absolute position, so it can be copied to another batch as it is.
 */
export const columnKinds = {
  /** Only NULLs. */
  nulls: 0,
  /** Booleans, a bit each. */
  bits: 1,
  i32: 2,
  f64: 3,
  /** A double `base`, then unsigned differences to it. */
  base8: 4,
  base16: 5,
  base32: 6,
  /** 64-bit integers, for longs that are no safe integers. */
  i64: 7,
  /** Total bytes (4), an end per row, then the text or bytes of all rows. */
  text: 8,
  /** As `text` but for the distinct values, whose number stands in the header; a code per row before the text. */
  dictionary: 9,
  /** As `text`; each piece is one value in the row codec. */
  rows: 10,
  /** Integers that grow or fall by the same step, or stay: a double `base`, a double `step`. Never with NULLs. */
  steps: 11,
  /** Doubles with at most so many decimals as the header's number says: the integers that they are times 10 to that power, as `base32`. */
  decimals32: 12,
} as const
/** Of a `decimals32`. */
export const DECIMALS_MAX = 6
export type ColumnKind = (typeof columnKinds)[keyof typeof columnKinds]

/** `sameLength`: the pieces of a text column have no ends, and all have the length that the header's number says. */
export const columnFlags = {nulls: 1, ascii: 2, wideEnds: 4, wideCodes: 8, sameLength: 16} as const

export function writeColumnHeader(writer: ByteWriter, kind: ColumnKind, flags: number, number = 0): void {
  writer.u32(kind | (flags << 8))
  writer.u32(number)
}

/** Which rows have a value: bit i is set. */
export type Validity = Uint8Array

export const isValid = (validity: Validity, i: number): boolean => ((validity[i >> 3] ?? 0) & (1 << (i & 7))) !== 0

/** The bitmap of `count` rows where `isNull` is 0, or undefined when no row is NULL. */
export function validityOf(isNull: Uint8Array, count: number): Validity | undefined {
  if (!isNull.subarray(0, count).includes(1)) return undefined
  const validity = new Uint8Array((count + 7) >> 3)
  for (let i = 0; i < count; i++) if (isNull[i] === 0) validity[i >> 3] = (validity[i >> 3] ?? 0) | (1 << (i & 7))
  return validity
}

export function selectValidity(validity: Validity | undefined, selection: Int32Array): Validity | undefined {
  if (validity === undefined) return undefined
  const isNull = new Uint8Array(selection.length)
  for (let i = 0; i < selection.length; i++) isNull[i] = isValid(validity, selection[i] ?? 0) ? 0 : 1
  return validityOf(isNull, selection.length)
}

type TypedArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Uint32Array | Int32Array | Float64Array | BigInt64Array
type TypedArrayOf<T> = {
  new (buffer: ArrayBufferLike, offset: number, length: number): T
  new (length: number): T
  readonly BYTES_PER_ELEMENT: number
}

/** `count` numbers from the reader: a view where the memory is aligned for it, else a copy. */
export function readNumbers<T extends TypedArray>(reader: ByteReader, kind: TypedArrayOf<T>, count: number): T {
  const size = count * kind.BYTES_PER_ELEMENT
  const from = reader.bytes.byteOffset + reader.skip(size)
  if (from % kind.BYTES_PER_ELEMENT === 0) return new kind(reader.bytes.buffer, from, count)
  const copy = new kind(count)
  new Uint8Array(copy.buffer).set(new Uint8Array(reader.bytes.buffer, from, size))
  return copy
}

export function writeNumbers(writer: ByteWriter, numbers: TypedArray): void {
  writer.raw(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))
}
