import type {OpenBatch} from '../batch/open-batch.ts'
import {rowCodec} from '../batch/row-codec.ts'

/** Keys of a batch as text that is equal where keys are: null where a record has none. */
export type RecordKeys = {
  readonly keyAt: (row: number) => string | null
  readonly isTombstone: (row: number) => boolean
}

/** A windowed key is another one in each window. */
export function recordKeys(batch: OpenBatch): RecordKeys {
  if (batch.encoding === 'bytes') {
    const {keys, values} = batch.blobs()
    return {keyAt: row => keys.bytesAt(row)?.toString('latin1') ?? null, isTombstone: row => values.bytesAt(row) === null}
  }
  const {descriptor, rows} = batch.columns()
  const {key} = descriptor.schema
  const {windows, nullValues} = rows
  const codec = rowCodec(key.map(({type}) => type))
  const columns = rows.columns.slice(0, key.length).map(({values}) => values)
  const isTombstone = (row: number): boolean => nullValues?.[row] === 1
  if (key.length === 0) return {keyAt: () => null, isTombstone}
  const text = (row: number): string => Buffer.from(codec.encodeAt(columns, row)).toString('latin1')
  const hasKey = (row: number): boolean => columns.some(values => (values[row] ?? null) !== null)
  const window = (row: number): string => (windows ? `${windows.starts[row]} ${windows.ends[row]} ` : '')
  return {keyAt: row => (hasKey(row) ? window(row) + text(row) : null), isTombstone}
}
