import {createHash} from 'node:crypto'
import {must} from '../base/assert.ts'
import {encodeBytes, encodeColumns, maxTimestamp, type EncodeOptions} from '../batch/encode-batch.ts'
import {openBatch, type OpenBatch} from '../batch/open-batch.ts'
import {selectRows} from '../batch/select.ts'
import type {Offset} from '../record/record.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import {recordKeys} from './record-keys.ts'

/** Longer keys are remembered by their digest, so that what a key takes is bounded. */
const keyCharactersMax = 40

/** Longer than any key that is remembered as it is. */
const digestOf = (key: string): string =>
  createHash('sha256')
    .update(key, 'latin1')
    .digest()
    .toString('latin1')
    .padEnd(keyCharactersMax + 1)

const remembered = (key: string): string => (key.length > keyCharactersMax ? digestOf(key) : key)

/** Offset of the latest record of each key in a part of a log. */
export class LatestOffsets {
  readonly #offsets = new Map<string, Offset>()

  get keys(): number {
    return this.#offsets.size
  }

  add(batch: StoredBatch): void {
    const opened = openBatch(batch.bytes)
    const {keyAt} = recordKeys(opened)
    for (let row = 0; row < opened.count; row++) {
      const key = keyAt(row)
      if (key !== null) this.#offsets.set(remembered(key), offsetOf(batch, opened, row))
    }
  }

  /** Whether a later record of that key is known. */
  isSuperseded(key: string, offset: Offset): boolean {
    return (this.#offsets.get(remembered(key)) ?? -1) > offset
  }
}

export type Compacted = {
  /** Undefined: nothing is left. The batch itself: nothing went. */
  readonly batch: StoredBatch | undefined
  /** The first tombstone in what is left. */
  readonly firstTombstone: Offset | null
}

export type CompactionRules = {
  /** Tombstones below it go, */
  readonly tombstonesBefore: Offset
  /** but not this record, which is the last of its log. */
  readonly last: Offset
  readonly compression: 'none' | 'zstd'
}

/**
 * A batch without the records that are superseded, and without tombstones whose time has come. What stays keeps its offset, time and
 * headers. Records without a key are never superseded.
 */
export function compactBatch(stored: StoredBatch, latest: LatestOffsets, rules: CompactionRules): Compacted {
  const opened = openBatch(stored.bytes)
  const {keyAt, isTombstone} = recordKeys(opened)
  const kept: number[] = []
  let firstTombstone: Offset | null = null
  for (let row = 0; row < opened.count; row++) {
    const offset = offsetOf(stored, opened, row)
    const key = keyAt(row)
    if (key !== null && latest.isSuperseded(key, offset)) continue
    if (key !== null && isTombstone(row)) {
      if (offset < rules.tombstonesBefore && offset !== rules.last) continue
      firstTombstone ??= offset
    }
    kept.push(row)
  }
  if (kept.length === opened.count) return {batch: stored, firstTombstone}
  if (kept.length === 0) return {batch: undefined, firstTombstone}
  return {batch: rewrite(stored, opened, kept, rules.compression), firstTombstone}
}

function rewrite(stored: StoredBatch, opened: OpenBatch, kept: readonly number[], compression: 'none' | 'zstd'): StoredBatch {
  const offsets = kept.map(row => offsetOf(stored, opened, row))
  const baseOffset = must(offsets[0], 'first record')
  const options: EncodeOptions = {compression, offsetDeltas: offsets.map(offset => offset - baseOffset)}
  const timestamps = kept.map(row => opened.timestamps[row] ?? 0)
  const bytes =
    opened.encoding === 'columns' ? selectColumns(opened, kept, options) : selectBlobs(opened, kept, timestamps, options)
  const count = must(offsets.at(-1), 'last record') - baseOffset + 1
  return {baseOffset, count, maxTimestampMs: maxTimestamp(timestamps, timestamps.length), bytes}
}

function selectColumns(opened: OpenBatch, kept: readonly number[], options: EncodeOptions): Uint8Array {
  const {descriptor, rows} = opened.columns()
  return encodeColumns(selectRows(rows, Int32Array.from(kept)), descriptor, options)
}

function selectBlobs(
  opened: OpenBatch,
  kept: readonly number[],
  timestamps: readonly number[],
  options: EncodeOptions,
): Uint8Array {
  const {keys, values} = opened.blobs()
  const {headers} = opened
  return encodeBytes(
    {
      count: kept.length,
      timestamps,
      ...(headers && {headers: kept.map(row => headers[row] ?? [])}),
      keys: {kind: 'bytes', values: kept.map(row => keys.bytesAt(row))},
      values: {kind: 'bytes', values: kept.map(row => values.bytesAt(row))},
    },
    options,
  )
}

const offsetOf = (stored: StoredBatch, {offsetDeltas}: OpenBatch, row: number): Offset =>
  stored.baseOffset + (offsetDeltas?.[row] ?? row)
