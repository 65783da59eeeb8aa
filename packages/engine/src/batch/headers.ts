import type {Header} from '../record/record.ts'
import type {ByteReader} from './byte-reader.ts'
import type {ByteWriter} from './byte-writer.ts'

/** The size of all (4 bytes, so that a reader may skip them); per record a count; per header key, then value size + 1 or 0 for null. */
export function writeHeaders(writer: ByteWriter, headers: readonly (readonly Header[])[]): void {
  const start = writer.at
  writer.u32(0)
  for (const ofRecord of headers) {
    writer.varint(ofRecord.length)
    for (const {key, value} of ofRecord) {
      writer.text(key)
      writer.varint(value === null ? 0 : value.length + 1)
      if (value !== null) writer.raw(value)
    }
  }
  writer.view.setUint32(start, writer.at - start - 4, true)
}

export function readHeaders(reader: ByteReader, count: number): (readonly Header[])[] {
  return Array.from({length: count}, () => Array.from({length: boundedCount(reader)}, () => readHeader(reader)))
}

function readHeader(reader: ByteReader): Header {
  const key = reader.text()
  const size = reader.varint()
  return {key, value: size === 0 ? null : new Uint8Array(reader.raw(size - 1))}
}

/** A header takes two bytes at least. */
function boundedCount(reader: ByteReader): number {
  const count = reader.varint()
  if (count * 2 > reader.bytes.length - reader.at) throw reader.corrupt(`${count} headers do not fit`)
  return count
}
