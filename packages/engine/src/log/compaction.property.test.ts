import fc from 'fast-check'
import {expect, test} from 'vitest'
import {describeSchema} from '../batch/descriptor.ts'
import {encodeBytes, encodeColumns} from '../batch/encode-batch.ts'
import {openBatch} from '../batch/open-batch.ts'
import {vectorOf} from '../chunk/chunk.ts'
import {VARCHAR} from '../schema/sql-type.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import {compactBatch, type InSlices, LatestOffsets} from './compaction.ts'

type Event = {readonly key: string | null; readonly value: string | null; readonly timestampMs: number}
type Stored = Event & {readonly offset: number}

const descriptor = describeSchema({key: [{name: 'K', type: VARCHAR}], value: [{name: 'V', type: VARCHAR}]})
const anyEvent: fc.Arbitrary<Event> = fc.record({
  key: fc.option(fc.constantFrom('a', 'b', 'ü', ''), {freq: 9}),
  value: fc.option(fc.string(), {freq: 4}),
  timestampMs: fc.nat(1000),
})
const anyLog = fc.record({
  encoding: fc.constantFrom('bytes' as const, 'columns' as const),
  batches: fc.array(fc.array(anyEvent, {minLength: 1, maxLength: 5}), {minLength: 1, maxLength: 6}),
})

function encode(encoding: 'bytes' | 'columns', events: readonly Event[]): Uint8Array {
  const timestamps = events.map(({timestampMs}) => timestampMs)
  const keys = events.map(({key}) => key)
  const values = events.map(({value}) => value)
  const headers = events.map(({key}) => [{key: 'h', value: Buffer.from(key ?? 'none')}])
  if (encoding === 'bytes')
    return encodeBytes({
      count: events.length,
      timestamps,
      headers,
      keys: {kind: 'text', values: keys},
      values: {kind: 'text', values},
    })
  const nullValues = Uint8Array.from(values, value => (value === null ? 1 : 0))
  return encodeColumns(
    {count: events.length, timestamps, headers, columns: [vectorOf(keys), vectorOf(values)], nullValues},
    descriptor,
  )
}

function store(encoding: 'bytes' | 'columns', batches: readonly (readonly Event[])[]): StoredBatch[] {
  let baseOffset = 0
  return batches.map(events => {
    const stored = {
      baseOffset,
      count: events.length,
      maxTimestampMs: Math.max(...events.map(({timestampMs}) => timestampMs)),
      bytes: encode(encoding, events),
    }
    baseOffset += events.length
    return stored
  })
}

function finish<T>(work: InSlices<T>): T {
  for (;;) {
    const slice = work.next()
    if (slice.done) return slice.value
  }
}

function read({baseOffset, bytes}: StoredBatch): Stored[] {
  const opened = openBatch(bytes)
  const {headers, offsetDeltas, count, timestamps} = opened
  const isColumns = opened.encoding === 'columns'
  const columns = isColumns ? opened.columns().rows.columns.map(({values}) => values) : []
  const blobs = isColumns ? undefined : opened.blobs()
  return Array.from({length: count}, (_, row) => {
    const key = blobs ? blobs.keys.textAt(row) : (columns[0]?.[row] as string | null)
    expect(headers?.[row]).toEqual([{key: 'h', value: new Uint8Array(Buffer.from(key ?? 'none'))}])
    return {
      offset: baseOffset + (offsetDeltas?.[row] ?? row),
      timestampMs: timestamps[row] ?? -1,
      key,
      value: blobs ? blobs.values.textAt(row) : (columns[1]?.[row] as string | null),
    }
  })
}

test('the latest of each key stays where it was, and tombstones until their time has come, however often it is compacted', () => {
  fc.assert(
    fc.property(anyLog, fc.nat(20), ({encoding, batches}, tombstonesBefore) => {
      const stored = store(encoding, batches)
      const all = stored.flatMap(read)
      const isLatest = ({key, offset}: Stored) => key === null || all.every(other => other.key !== key || other.offset <= offset)
      const last = all.length - 1
      const isDue = ({key, value, offset}: Stored) =>
        key !== null && value === null && offset < tombstonesBefore && offset !== last
      const compact = (log: readonly StoredBatch[]): StoredBatch[] => {
        const latest = new LatestOffsets()
        for (const batch of log) finish(latest.add(batch))
        const rules = {tombstonesBefore, last, compression: 'zstd'} as const
        return log.flatMap(batch => finish(compactBatch(batch, latest, rules)).batch ?? [])
      }
      const once = compact(stored)
      expect(once.flatMap(read)).toEqual(all.filter(record => isLatest(record) && !isDue(record)))
      for (const {baseOffset, count, bytes, maxTimestampMs} of once) {
        const records = read({baseOffset, count, bytes, maxTimestampMs})
        expect(records[0]?.offset).toBe(baseOffset)
        expect((records.at(-1)?.offset ?? 0) - baseOffset).toBeLessThan(count)
        expect(Math.max(...records.map(({timestampMs}) => timestampMs))).toBe(maxTimestampMs)
      }
      expect(compact(once)).toEqual(once)
    }),
  )
})
