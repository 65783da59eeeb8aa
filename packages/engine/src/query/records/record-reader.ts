import {openBatch} from '../../batch/open-batch.ts'
import type {Source} from '../../plan/source.ts'
import type {Offset} from '../../record/record.ts'
import type {StoredBatch} from '../../storage/port/log-store.ts'
import {blobReader} from './blob-contents.ts'
import {RecordBatch} from './record-batch.ts'
import {typedReader} from './typed-contents.ts'

/** Records of a stored batch from an offset on, as JSON data. Throws BATCH_CORRUPT for a damaged batch. */
export type RecordReader = (batch: StoredBatch, from: Offset, partition: number) => RecordBatch

/** Typed topics say themselves what they hold. In others a record is what the source reads, or else what it looks like. */
export function recordReader(source: Source | undefined): RecordReader {
  const readTyped = typedReader()
  const readBlobs = blobReader(source)
  return ({bytes, baseOffset}, from, partition) => {
    const opened = openBatch(bytes)
    const start = {baseOffset, from, partition}
    if (opened.encoding === 'bytes') return new RecordBatch(opened, start, readBlobs(opened))
    const {contents, ...rows} = readTyped(opened)
    return new RecordBatch(opened, start, contents, rows)
  }
}
