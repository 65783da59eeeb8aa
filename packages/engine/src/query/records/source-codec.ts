import type {Source} from '../../plan/source.ts'
import {chunkEncoder, type ChunkEncoder} from '../../serde/topic-codec.ts'
import {plainRows, type PlainRows} from './plain-rows.ts'
import type {ReadyRecord} from './ready-record.ts'
import {rowReader, type SourceRow} from './row-builder.ts'

/** What writes records as rows of one source. */
export type SourceCodec = {
  readonly plainRows: PlainRows
  readonly rowReader: (record: ReadyRecord) => SourceRow
  /** The same one each time, so that rows without a key take turns with the partitions. */
  encoder(partitions: number, compression: 'none' | 'zstd'): ChunkEncoder
}

// A source never changes: an altered one is another object.
const codecs = new WeakMap<Source, SourceCodec>()

export function sourceCodec(source: Source): SourceCodec {
  const known = codecs.get(source)
  if (known) return known
  const made = makeCodec(source)
  codecs.set(source, made)
  return made
}

function makeCodec(source: Source): SourceCodec {
  const {schema, formats, window} = source
  const encoders = new Map<string, ChunkEncoder>()
  return {
    plainRows: plainRows(source),
    rowReader: rowReader(source),
    encoder(partitions, compression) {
      const name = `${partitions} ${compression}`
      const known = encoders.get(name)
      if (known) return known
      const made = chunkEncoder({schema, formats, partitions, compression, ...(window && {window})})
      encoders.set(name, made)
      return made
    },
  }
}
