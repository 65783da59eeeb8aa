import type {ByteWriter} from '../batch/byte-writer.ts'
import {ByteReader} from '../batch/byte-reader.ts'

/**
 * How changes lie in an entry of a changelog: for each store its name, the number of its changes, and for each of them the key and
 * the value. Each of the two is a length and bytes; the length of a value is one more than it is, and 0 where the key was removed.
 * Lengths are a byte, or 255 and four bytes. A later change of a key stands for all before it.
 */
export const startSection = (writer: ByteWriter, store: string): number => {
  writer.text(store)
  writer.u32(0)
  return writer.at
}

/** Sets the number of changes of the section that began at `from`. */
export const endSection = (writer: ByteWriter, from: number, count: number): void => writer.view.setUint32(from - 4, count, true)

export const startPart = (writer: ByteWriter): number => {
  writer.u8(0)
  return writer.at
}

/** Sets the length of the part that began at `from`. */
export function endPart(writer: ByteWriter, from: number, extra: 0 | 1): void {
  const size = writer.at - from
  if (size + extra < LONG) {
    writer.bytes[from - 1] = size + extra
    return
  }
  writer.reserve(4)
  writer.bytes.copyWithin(from + 4, from, writer.at)
  writer.bytes[from - 1] = LONG
  writer.view.setUint32(from, size + extra, true)
  writer.at += 4
}

const LONG = 255

/** `value`: null where the key was removed. */
export type LoggedChange = {readonly store: string; readonly key: Uint8Array; readonly value: Uint8Array | null}

export function* changesOf(bytes: Uint8Array): Generator<LoggedChange> {
  for (const section of sectionsOf(bytes))
    for (const at of section.starts) {
      const {key, value} = changeAt(bytes, at)
      yield {store: section.store, key, value}
    }
}

/** The changes of one store in an entry: where each begins, and a hash of its key. */
export type Section = {readonly store: string; readonly starts: Uint32Array; readonly hashes: Int32Array}

export function sectionsOf(bytes: Uint8Array): Section[] {
  const sections: Section[] = []
  const reader = new ByteReader(bytes)
  while (reader.at < bytes.length) {
    const store = reader.text()
    const count = reader.u32()
    const starts = new Uint32Array(count)
    const hashes = new Int32Array(count)
    for (let i = 0; i < count; i++) {
      starts[i] = reader.at
      const size = lengthAt(bytes, reader.at)
      const from = reader.at + headOf(size)
      hashes[i] = hashOf(bytes, from, from + size)
      const valueSize = lengthAt(bytes, from + size)
      reader.at = from + size + headOf(valueSize) + Math.max(0, valueSize - 1)
    }
    sections.push({store, starts, hashes})
  }
  return sections
}

/** The change that begins at `at`. */
export function changeAt(bytes: Uint8Array, at: number): {readonly key: Uint8Array; readonly value: Uint8Array | null} {
  const size = lengthAt(bytes, at)
  const from = at + headOf(size)
  const valueSize = lengthAt(bytes, from + size)
  const valueFrom = from + size + headOf(valueSize)
  return {
    key: bytes.subarray(from, from + size),
    value: valueSize === 0 ? null : bytes.subarray(valueFrom, valueFrom + valueSize - 1),
  }
}

const headOf = (length: number): number => (length < LONG ? 1 : 5)

function lengthAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!
  if (first < LONG) return first
  return (bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 24)) >>> 0
}

/** FNV-1a, 32 bits. */
export function hashOf(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let hash = 0x811c9dc5 | 0
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash
}
