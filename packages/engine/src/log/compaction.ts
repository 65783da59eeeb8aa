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

/** Records that are looked at in one go; the larger part of a millisecond. */
const recordsPerSlice = 500

const isLarge = ({count}: OpenBatch): boolean => count > recordsPerSlice

/** Work that says from time to time that others may have their turn. */
export type InSlices<T> = Generator<undefined, T>

const remembered = (key: string): string => (key.length > keyCharactersMax ? digestOf(key) : key)

/** A map that grows puts all of itself in order at once, at a million keys for a tenth of a second: many small ones do it little by little. */
const shards = 256

/** Offset of the latest record of each key in a part of a log. */
export class LatestOffsets {
  readonly #offsets = Array.from({length: shards}, () => new Map<string, Offset>())
  #keys = 0

  get keys(): number {
    return this.#keys
  }

  *add(batch: StoredBatch): InSlices<void> {
    const opened = openBatch(batch.bytes)
    const {keyAt} = recordKeys(opened)
    for (let row = 0; row < opened.count; row++) {
      if (isLarge(opened) && row % recordsPerSlice === 0) yield
      const key = keyAt(row)
      if (key !== null) this.#set(remembered(key), offsetOf(batch, opened, row))
    }
  }

  /** Whether a later record of that key is known. */
  isSuperseded(key: string, offset: Offset): boolean {
    const known = remembered(key)
    return (this.#shardOf(known).get(known) ?? -1) > offset
  }

  #set(key: string, offset: Offset): void {
    const shard = this.#shardOf(key)
    const before = shard.size
    shard.set(key, offset)
    this.#keys += shard.size - before
  }

  #shardOf(key: string): Map<string, Offset> {
    let hash = 0
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash, 31) + key.charCodeAt(i)
    return must(this.#offsets[hash & (shards - 1)], 'shard')
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
export function* compactBatch(stored: StoredBatch, latest: LatestOffsets, rules: CompactionRules): InSlices<Compacted> {
  const opened = openBatch(stored.bytes)
  const {keyAt, isTombstone} = recordKeys(opened)
  const kept: number[] = []
  let firstTombstone: Offset | null = null
  for (let row = 0; row < opened.count; row++) {
    if (isLarge(opened) && row % recordsPerSlice === 0) yield
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
  if (isLarge(opened)) yield
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
