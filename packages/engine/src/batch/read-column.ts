import type {Vector} from '../chunk/chunk.ts'
import type {SqlType} from '../schema/sql-type.ts'
import {toLong, type Value} from '../schema/value.ts'
import {asBuffer, ByteReader} from './byte-reader.ts'
import {DictionaryVector, type Codes} from './dictionary-vector.ts'
import {LazyVector} from './lazy-vector.ts'
import {DECIMALS_MAX, columnFlags, columnKinds, isValid, readNumbers, type ColumnKind, type Validity} from './payload.ts'
import {valueCodec} from './row-codec.ts'
import {TextVector, type Pieces} from './text-vector.ts'

type Payload = {
  readonly kind: ColumnKind
  readonly flags: number
  readonly number: number
  readonly count: number
  readonly validity: Validity | undefined
  readonly reader: ByteReader
}

/** The column whose payload this is. Nothing is read before it is looked at. */
export function readColumn(payload: Uint8Array, type: SqlType, count: number): Vector {
  const lazy = (decode: (opened: Payload) => ArrayLike<Value>) =>
    new LazyVector(count, () => decode(openPayload(payload, count)), {payload, type})
  switch (type.kind) {
    case 'VARCHAR':
      return readText(payload, count)
    case 'BYTES':
      return lazy(opened => nullsOr(opened, () => readBytes(opened)).map(bytes => bytes && new Uint8Array(bytes)))
    case 'BOOLEAN':
      return lazy(opened => nullsOr(opened, () => readBits(opened)))
    case 'DOUBLE':
      return lazy(opened => withNulls(opened, readDoubles(opened)))
    case 'INT':
    case 'DATE':
    case 'TIME':
      return lazy(opened => withNulls(opened, readInts(opened)))
    case 'BIGINT':
    case 'TIMESTAMP':
      return lazy(opened => withNulls(opened, readLongs(opened)))
    case 'DECIMAL':
      return lazy(opened => readDecimals(opened, type))
    default:
      return lazy(opened => readRows(opened, type))
  }
}

/** A key or value column of the `bytes` encoding. */
export function readBlobs(payload: Uint8Array, count: number): TextVector {
  return new TextVector(
    count,
    () => {
      const opened = openPayload(payload, count)
      if (opened.kind === columnKinds.nulls) return nullPieces(count)
      return opened.kind === columnKinds.dictionary ? piecesOf(readCodes(opened)) : readPieces(opened)
    },
    payload,
  )
}

const knownKinds: readonly ColumnKind[] = Object.values(columnKinds)

function openPayload(payload: Uint8Array, count: number): Payload {
  const reader = new ByteReader(payload)
  const head = reader.u32()
  const number = reader.u32()
  const kind = knownKinds[head & 255]
  if (kind === undefined) throw reader.corrupt(`a column of unknown kind ${head & 255}`)
  const flags = head >>> 8
  let validity: Validity | undefined
  if (flags & columnFlags.nulls) {
    validity = reader.raw((count + 7) >> 3)
    reader.align()
  }
  return {kind, flags, number, count, validity, reader}
}

/** Which of three forms it is stands in the first byte. */
function readText(payload: Uint8Array, count: number): Vector {
  if (payload[0] === columnKinds.dictionary)
    return new DictionaryVector(count, () => readCodes(openPayload(payload, count)), payload)
  return readBlobs(payload, count)
}

function readCodes(opened: Payload): Codes {
  const {reader, number: size, flags, count, validity} = opened
  const bytesLength = reader.u32()
  const ends = readEnds(opened, size, bytesLength)
  const codes = flags & columnFlags.wideCodes ? readNumbers(reader, Uint16Array, count) : readNumbers(reader, Uint8Array, count)
  const bytes = asBuffer(reader.raw(bytesLength))
  const isAscii = (flags & columnFlags.ascii) !== 0
  const texts = new TextVector(size, () => ({bytes, ends, validity: undefined, isAscii}))
  // Without validity, so that every entry is a string.
  return {codes, entries: () => texts.values as readonly string[], validity}
}

/** Every row by itself, as if there were no dictionary: opaque records are written with one where keys repeat. */
function piecesOf({codes, entries, validity}: Codes): Pieces {
  const texts = entries().map(text => Buffer.from(text))
  const ends = new Uint32Array(codes.length)
  const rows: Buffer[] = []
  let end = 0
  for (let i = 0; i < codes.length; i++) {
    const text = validity !== undefined && !isValid(validity, i) ? undefined : texts[codes[i] ?? 0]
    if (text) rows.push(text)
    ends[i] = end += text?.length ?? 0
  }
  const isAscii = texts.every((text, i) => text.length === entries()[i]?.length)
  return {bytes: Buffer.concat(rows), ends, validity, isAscii}
}

function readPieces(opened: Payload): Pieces {
  if (opened.kind !== columnKinds.text && opened.kind !== columnKinds.rows) throw unexpected(opened)
  const {reader, validity, flags, count} = opened
  const bytesLength = reader.u32()
  const ends = flags & columnFlags.sameLength ? sameEnds(opened, bytesLength) : readEnds(opened, count, bytesLength)
  return {bytes: asBuffer(reader.raw(bytesLength)), ends, validity, isAscii: (flags & columnFlags.ascii) !== 0}
}

const nullPieces = (count: number): Pieces => ({
  bytes: Buffer.alloc(0),
  ends: new Uint16Array(count),
  validity: new Uint8Array((count + 7) >> 3),
  isAscii: true,
})

function readEnds(opened: Payload, count: number, bytesLength: number): Uint16Array | Uint32Array {
  const {reader, flags} = opened
  const ends = flags & columnFlags.wideEnds ? readNumbers(reader, Uint32Array, count) : readNumbers(reader, Uint16Array, count)
  if ((count === 0 ? 0 : ends[count - 1]) !== bytesLength) throw reader.corrupt('texts do not end where they should')
  return ends
}

function sameEnds({reader, number: length, count}: Payload, bytesLength: number): Uint16Array | Uint32Array {
  if (length * count !== bytesLength) throw reader.corrupt('texts do not end where they should')
  const ends = bytesLength > 65535 ? new Uint32Array(count) : new Uint16Array(count)
  for (let i = 0; i < count; i++) ends[i] = (i + 1) * length
  return ends
}

function readBytes(opened: Payload): (Buffer | null)[] {
  const pieces = readPieces(opened)
  const vector = new TextVector(opened.count, () => pieces)
  return Array.from({length: opened.count}, (_, i) => vector.bytesAt(i))
}

function readBits({reader, count, validity, kind}: Payload): (boolean | null)[] {
  if (kind !== columnKinds.bits) throw reader.corrupt('booleans expected')
  const bits = reader.raw((count + 7) >> 3)
  const values = new Array<boolean | null>(count)
  for (let i = 0; i < count; i++) values[i] = validity !== undefined && !isValid(validity, i) ? null : isValid(bits, i)
  return values
}

function readDoubles(opened: Payload): Float64Array {
  if (opened.kind === columnKinds.nulls) return new Float64Array(0)
  if (opened.kind === columnKinds.decimals32) return readDecimals32(opened)
  if (opened.kind !== columnKinds.f64) throw unexpected(opened)
  return readNumbers(opened.reader, Float64Array, opened.count)
}

function readDecimals32({reader, count, number: digits}: Payload): Float64Array {
  if (digits > DECIMALS_MAX) throw reader.corrupt(`numbers of ${digits} decimals`)
  const scale = 10 ** digits
  const base = reader.f64()
  const differences = readNumbers(reader, Uint32Array, count)
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) values[i] = (base + (differences[i] ?? 0)) / scale
  return values
}

function readInts(opened: Payload): Int32Array {
  if (opened.kind === columnKinds.nulls) return new Int32Array(0)
  if (opened.kind === columnKinds.i32) return readNumbers(opened.reader, Int32Array, opened.count)
  if (opened.kind === columnKinds.steps) return addSteps(opened, new Int32Array(opened.count))
  return addBase(opened, new Int32Array(opened.count))
}

function readLongs(opened: Payload): ArrayLike<number | bigint> {
  const {reader, kind, count} = opened
  if (kind === columnKinds.nulls) return []
  if (kind === columnKinds.f64) return readNumbers(reader, Float64Array, count)
  if (kind === columnKinds.i32) return readNumbers(reader, Int32Array, count)
  if (kind === columnKinds.i64) return Array.from(readNumbers(reader, BigInt64Array, count), toLong)
  if (kind === columnKinds.steps) return addSteps(opened, new Float64Array(count))
  return addBase(opened, new Float64Array(count))
}

function addSteps<T extends Int32Array | Float64Array>({reader, count}: Payload, values: T): T {
  const base = reader.f64()
  const step = reader.f64()
  for (let i = 0; i < count; i++) values[i] = base + i * step
  return values
}

function addBase<T extends Int32Array | Float64Array>(opened: Payload, values: T): T {
  const {reader, kind, count} = opened
  const base = reader.f64()
  const differences = readDifferences(opened)
  for (let i = 0; i < count; i++) values[i] = base + (differences[i] ?? 0)
  if (kind === columnKinds.nulls) throw unexpected(opened)
  return values
}

function readDifferences(opened: Payload): Uint8Array | Uint16Array | Uint32Array {
  const {reader, kind, count} = opened
  if (kind === columnKinds.base8) return readNumbers(reader, Uint8Array, count)
  if (kind === columnKinds.base16) return readNumbers(reader, Uint16Array, count)
  if (kind === columnKinds.base32) return readNumbers(reader, Uint32Array, count)
  throw unexpected(opened)
}

function readDecimals(opened: Payload, type: SqlType): ArrayLike<Value> {
  if (opened.kind === columnKinds.rows) return readRows(opened, type)
  const unscaled = readLongs(opened)
  const {validity, count, kind} = opened
  const values = new Array<bigint | null>(count)
  for (let i = 0; i < count; i++) {
    const isNull = kind === columnKinds.nulls || (validity !== undefined && !isValid(validity, i))
    values[i] = isNull ? null : BigInt(unscaled[i] ?? 0)
  }
  return values
}

function readRows(opened: Payload, type: SqlType): Value[] {
  if (opened.kind !== columnKinds.nulls && opened.kind !== columnKinds.rows) throw unexpected(opened)
  const codec = valueCodec(type)
  return nullsOr(opened, () => readBytes(opened)).map(bytes => {
    if (bytes === null) return null
    const reader = new ByteReader(bytes)
    const value = codec.read(reader)
    reader.expectEnd()
    return value
  })
}

const nullsOr = <T>(opened: Payload, read: () => (T | null)[]): (T | null)[] =>
  opened.kind === columnKinds.nulls ? new Array<null>(opened.count).fill(null) : read()

/** The numbers themselves where there is no NULL, else a list with NULLs in it. */
function withNulls(opened: Payload, numbers: ArrayLike<number | bigint>): ArrayLike<number | bigint | null> {
  const {validity, count, kind} = opened
  if (kind === columnKinds.nulls) return new Array<null>(count).fill(null)
  if (validity === undefined) return numbers
  const values = new Array<number | bigint | null>(count)
  for (let i = 0; i < count; i++) values[i] = isValid(validity, i) ? (numbers[i] ?? null) : null
  return values
}

const unexpected = (opened: Payload) => opened.reader.corrupt(`a column of kind ${opened.kind} does not fit its type`)
