import type {ByteWriter} from './byte-writer.ts'
import {columnFlags, columnKinds, validityOf, writeColumnHeader, writeNumbers, type Validity} from './payload.ts'

/** From this many rows on a dictionary is tried; a sample says whether it is likely to help. */
const DICTIONARY_ROWS_MIN = 16
const SAMPLE_ROWS = 48

export function writeTexts(writer: ByteWriter, values: ArrayLike<string | null>): void {
  if (looksRepetitive(values)) {
    const coded = encodeDictionary(values)
    if (coded !== undefined) return writeCodes(writer, coded.codes, coded.entries, coded.validity)
  }
  const joined = joinTexts(values)
  writeJoined(writer, joined)
}

/** Opaque pieces whose bytes stand together already. */
export function writePieces(
  writer: ByteWriter,
  kind: 8 | 10,
  pieces: {bytes: Uint8Array; ends: Uint16Array | Uint32Array; validity: Validity | undefined; isAscii?: boolean},
): void {
  const {bytes, ends, validity, isAscii} = pieces
  writeTextHead(writer, kind, {ends, bytesLength: bytes.length, validity, isAscii: isAscii === true})
  writer.raw(bytes)
}

export function writeCodes(
  writer: ByteWriter,
  codes: Uint8Array | Uint16Array,
  entries: readonly string[],
  validity: Validity | undefined,
): void {
  const {text, ends, bytesLength} = joinTexts(entries)
  const wide = bytesLength > 65535 ? columnFlags.wideEnds : 0
  const ascii = bytesLength === text.length ? columnFlags.ascii : 0
  const wideCodes = codes instanceof Uint16Array ? columnFlags.wideCodes : 0
  writeHead(writer, columnKinds.dictionary, validity, wide | ascii | wideCodes, entries.length)
  writer.u32(bytesLength)
  writeEnds(writer, ends, bytesLength)
  writeNumbers(writer, codes)
  writeText(writer, text, bytesLength)
}

type Joined = {
  readonly text: string
  readonly ends: Uint32Array
  readonly bytesLength: number
  readonly validity: Validity | undefined
}

function joinTexts(values: ArrayLike<string | null>): Joined {
  const {length} = values
  const ends = new Uint32Array(length)
  let isNull: Uint8Array | undefined
  let text = ''
  for (let i = 0; i < length; i++) {
    const value = values[i] ?? null
    if (value === null) (isNull ??= new Uint8Array(length))[i] = 1
    else text += value
    ends[i] = text.length
  }
  const bytesLength = Buffer.byteLength(text)
  if (bytesLength !== text.length) measureBytes(values, ends)
  const validity = isNull && validityOf(isNull, length)
  // Halves of a surrogate pair at the seam of two values are two replacement characters apart and one character joined.
  const isWhole = bytesLength === (ends[length - 1] ?? 0)
  return isWhole ? {text, ends, bytesLength, validity} : joinTexts(wellFormed(values))
}

function measureBytes(values: ArrayLike<string | null>, ends: Uint32Array): void {
  let total = 0
  for (let i = 0; i < values.length; i++) {
    total += Buffer.byteLength(values[i] ?? '')
    ends[i] = total
  }
}

const wellFormed = (values: ArrayLike<string | null>): (string | null)[] =>
  Array.from(values, value => (value === null ? null : Buffer.from(value).toString()))

function writeJoined(writer: ByteWriter, {text, ends, bytesLength, validity}: Joined): void {
  writeTextHead(writer, columnKinds.text, {ends, bytesLength, validity, isAscii: bytesLength === text.length})
  writeText(writer, text, bytesLength)
}

type TextLayout = {
  readonly ends: Uint16Array | Uint32Array
  readonly bytesLength: number
  readonly validity: Validity | undefined
  readonly isAscii: boolean
}

/** All that stands before the bytes of the pieces. */
function writeTextHead(writer: ByteWriter, kind: 8 | 10, {ends, bytesLength, validity, isAscii}: TextLayout): void {
  const ascii = isAscii ? columnFlags.ascii : 0
  const same = sameLength(ends, bytesLength)
  const wide = bytesLength > 65535 ? columnFlags.wideEnds : 0
  if (same === undefined) writeHead(writer, kind, validity, ascii | wide)
  else writeHead(writer, kind, validity, ascii | columnFlags.sameLength, same)
  writer.u32(bytesLength)
  if (same === undefined) writeEnds(writer, ends, bytesLength)
}

/** The length of every piece, where it is the same. */
function sameLength(ends: Uint16Array | Uint32Array, bytesLength: number): number | undefined {
  const length = bytesLength / ends.length
  if (!Number.isInteger(length)) return undefined
  for (let i = 0; i < ends.length; i++) if (ends[i] !== (i + 1) * length) return undefined
  return length
}

function writeText(writer: ByteWriter, text: string, bytesLength: number): void {
  writer.reserve(bytesLength)
  writer.bytes.write(text, writer.at, bytesLength, bytesLength === text.length ? 'latin1' : 'utf8')
  writer.at += bytesLength
}

function writeEnds(writer: ByteWriter, ends: Uint16Array | Uint32Array, bytesLength: number): void {
  const isWide = ends instanceof Uint32Array
  if (bytesLength > 65535) writeNumbers(writer, isWide ? ends : new Uint32Array(ends))
  else writeNumbers(writer, isWide ? new Uint16Array(ends) : ends)
}

function looksRepetitive(values: ArrayLike<string | null>): boolean {
  const {length} = values
  if (length < DICTIONARY_ROWS_MIN) return false
  const sample = new Set<string | null>()
  const rows = Math.min(length, SAMPLE_ROWS)
  const step = Math.floor(length / rows)
  for (let i = 0; i < rows; i++) sample.add(values[i * step] ?? null)
  return sample.size <= rows / 2
}

function encodeDictionary(values: ArrayLike<string | null>) {
  const {length} = values
  const entriesMax = Math.min(65535, length >> 1)
  const known = new Map<string, number>()
  const codes = new Uint16Array(length)
  let isNull: Uint8Array | undefined
  for (let i = 0; i < length; i++) {
    const value = values[i] ?? null
    if (value === null) {
      ;(isNull ??= new Uint8Array(length))[i] = 1
      continue
    }
    let code = known.get(value)
    if (code === undefined) {
      code = known.size
      if (code === entriesMax) return undefined
      known.set(value, code)
    }
    codes[i] = code
  }
  const entries = [...known.keys()]
  return {codes: entries.length <= 256 ? new Uint8Array(codes) : codes, entries, validity: isNull && validityOf(isNull, length)}
}

function writeHead(writer: ByteWriter, kind: 8 | 9 | 10, validity: Validity | undefined, flags: number, number = 0): void {
  writeColumnHeader(writer, kind, flags | (validity === undefined ? 0 : columnFlags.nulls), number)
  if (validity === undefined) return
  writeNumbers(writer, validity)
  writer.align()
}
