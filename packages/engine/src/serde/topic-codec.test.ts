import fc from 'fast-check'
import {expect, test} from 'vitest'
import {encodeBytes} from '../batch/encode-batch.ts'
import {vectorOf, type Rows} from '../chunk/chunk.ts'
import type {FormatName, Formats} from '../plan/formats.ts'
import type {Schema} from '../schema/schema.ts'
import {BIGINT, DOUBLE, INT, VARCHAR} from '../schema/sql-type.ts'
import {chunkDecoder, chunkEncoder, type EncodedBatch} from './topic-codec.ts'

const formats = (value: FormatName, key: FormatName = 'KAFKA'): Formats => ({
  key: {name: key, settings: {}},
  value: {name: value, settings: {}},
})
const schema: Schema = {
  key: [{name: 'K', type: VARCHAR}],
  value: [
    {name: 'A', type: INT},
    {name: 'B', type: VARCHAR},
  ],
}
const base: Rows = {
  count: 4,
  columns: [vectorOf(['x', null, 'y', 'x']), vectorOf([1, 2, null, null]), vectorOf(['a', null, 'ü', null])],
  timestamps: [10, 20, 5, 30],
  nullValues: Uint8Array.of(0, 0, 0, 1),
  headers: [[{key: 'h', value: Uint8Array.of(1)}], [], [], []],
}
const stored = (batch: EncodedBatch | undefined, baseOffset = 100) => {
  if (batch === undefined) throw new Error('no batch')
  return {...batch, baseOffset}
}
const plain = (rows: Rows) => ({
  columns: rows.columns.map(column => Array.from(column.values)),
  timestamps: Array.from(rows.timestamps),
  nullValues: rows.nullValues && Array.from(rows.nullValues),
  headers: rows.headers,
  windows: rows.windows && {starts: Array.from(rows.windows.starts), ends: Array.from(rows.windows.ends)},
})

for (const format of ['COLUMNS', 'JSON', 'DELIMITED'] as const) {
  test(`rows come back from a ${format} topic with tombstones, null keys, headers, times and offsets`, () => {
    const {batches, bad} = chunkEncoder({schema, formats: formats(format), partitions: 1})(base)
    expect(bad).toEqual([])
    const decode = chunkDecoder({topic: 't', schema, formats: formats(format)})
    const {chunk} = decode(stored(batches[0]), 0, 0)
    expect(plain(chunk)).toEqual(plain(base))
    expect(chunk.origin && {...chunk.origin, offsets: Array.from(chunk.origin.offsets)}).toEqual({
      topic: 't',
      partition: 0,
      offsets: [100, 101, 102, 103],
    })
    const later = decode(stored(batches[0]), 102, 0).chunk
    expect(later.count).toBe(2)
    expect(Array.from(later.columns[0]?.values ?? [])).toEqual(['y', 'x'])
  })

  test(`windowed keys come back from a ${format} topic`, () => {
    const windows = {starts: [0, 5, 10, 15], ends: [5, 10, 15, 20]}
    const rows = {...base, columns: [vectorOf(['a', 'b', 'c', 'd']), ...base.columns.slice(1)], windows}
    for (const window of [{kind: 'tumbling', sizeMs: 5}, {kind: 'session'}] as const) {
      const {batches} = chunkEncoder({schema, formats: formats(format), partitions: 1, window})(rows)
      const {chunk} = chunkDecoder({topic: 't', schema, formats: formats(format), window})(stored(batches[0]), 0, 0)
      expect(plain(chunk)).toEqual(plain(rows))
    }
  })
}

test('equal keys meet where Kafka puts them, whatever the encoding, and keep their order', () => {
  const keys = fc.array(fc.option(fc.string({maxLength: 6})), {minLength: 1, maxLength: 50})
  fc.assert(
    fc.property(keys, fc.integer({min: 1, max: 9}), (values, partitions) => {
      const rows: Rows = {
        count: values.length,
        columns: [vectorOf(values), vectorOf(values.map((_, i) => i)), vectorOf(values)],
        timestamps: values.map((_, i) => i),
      }
      const placed = (['COLUMNS', 'JSON'] as const).map(format =>
        chunkEncoder({schema, formats: formats(format), partitions})(rows).batches.map(batch => {
          const {chunk} = chunkDecoder({topic: 't', schema, formats: formats(format)})(stored(batch), 0, batch.partition)
          return {partition: batch.partition, rows: Array.from(chunk.columns[1]?.values ?? []), max: batch.maxTimestampMs}
        }),
      )
      expect(placed[0]).toEqual(placed[1])
      const all = placed[0] ?? []
      expect(all.flatMap(each => each.rows).toSorted((a, b) => Number(a) - Number(b))).toEqual(values.map((_, i) => i))
      for (const each of all) expect(each.rows).toEqual(each.rows.toSorted((a, b) => Number(a) - Number(b)))
      for (const key of new Set(values))
        expect(all.filter(each => each.rows.some(row => values[Number(row)] === key))).toHaveLength(1)
    }),
  )
})

test('a record that does not fit is left out and reported with its offset, and the rest goes on', () => {
  const texts = ['{"A":1}', 'nonsense', '{"A":"x"}', '{"A":4}']
  const bytes = encodeBytes({
    count: 4,
    timestamps: [1, 2, 3, 4],
    keys: {kind: 'text', values: ['k', null, 'k', 'k']},
    values: {kind: 'text', values: texts},
  })
  const decode = chunkDecoder({topic: 't', schema, formats: formats('JSON')})
  const {chunk, bad} = decode({bytes, baseOffset: 7, count: 4, maxTimestampMs: 4}, 0, 0)
  expect(Array.from(chunk.columns[1]?.values ?? [])).toEqual([1, 4])
  expect(Array.from(chunk.origin?.offsets ?? [])).toEqual([7, 10])
  expect(bad.map(({kind, offset}) => [kind, offset])).toEqual([
    ['deserialization', 8],
    ['deserialization', 9],
  ])
  expect(bad[1]?.reason).toBe('field `A`: found "x", expected INTEGER')
})

for (const format of ['COLUMNS', 'JSON'] as const) {
  test(`record time comes from a column of a ${format} topic; rows without a valid one are bad`, () => {
    const rows: Rows = {
      count: 4,
      columns: [
        vectorOf(['a', 'b', 'c', 'd']),
        vectorOf([1, 2, 3, 4]),
        vectorOf(['2024-03-01 10:00', 'soon', null, '1969-01-01 00:00']),
      ],
      timestamps: [1, 2, 3, 4],
    }
    const {batches} = chunkEncoder({schema, formats: formats(format), partitions: 1})(rows)
    const timestamp = {column: 2, format: 'yyyy-MM-dd HH:mm'}
    const {chunk, bad} = chunkDecoder({topic: 't', schema, formats: formats(format), timestamp})(stored(batches[0]), 0, 0)
    expect(Array.from(chunk.timestamps)).toEqual([Date.UTC(2024, 2, 1, 10)])
    expect(bad.map(({kind, offset}) => [kind, offset])).toEqual([
      ['timestamp', 101],
      ['timestamp', 102],
      ['timestamp', 103],
    ])
  })
}

test('the time of a result comes from its column, and a row without one is bad', () => {
  const encode = chunkEncoder({schema, formats: formats('COLUMNS'), partitions: 2, timestamp: {column: 1}})
  const {batches, bad} = encode({
    count: 2,
    columns: [vectorOf(['a', 'a']), vectorOf([-1, 77]), vectorOf(['', ''])],
    timestamps: [1, 2],
  })
  expect(batches.map(batch => batch.maxTimestampMs)).toEqual([77])
  expect(bad.map(({kind, row}) => [kind, row])).toEqual([['timestamp', 0]])
})

test('columns are found by name under another schema: added ones are NULL, other types are converted or refused', () => {
  const {batches} = chunkEncoder({schema, formats: formats('COLUMNS'), partitions: 1})({
    count: 2,
    columns: [vectorOf(['k', 'l']), vectorOf([1, 2]), vectorOf(['1.5', 'x'])],
    timestamps: [1, 2],
  })
  const other: Schema = {
    key: schema.key,
    value: [
      {name: 'B', type: DOUBLE},
      {name: 'NEW', type: INT},
      {name: 'A', type: BIGINT},
    ],
  }
  const {chunk, bad} = chunkDecoder({topic: 't', schema: other, formats: formats('COLUMNS')})(stored(batches[0]), 0, 0)
  expect(plain(chunk).columns).toEqual([['k'], [1.5], [null], [1]])
  expect(bad.map(each => each.offset)).toEqual([101])
})

test('a row that its format cannot hold in a batch is reported, and a large chunk becomes several batches', () => {
  const large = 'x'.repeat(300_000)
  const texts = [...Array.from({length: 8}, (_, i) => large + i), 'y'.repeat(2_000_000), 'small']
  const rows: Rows = {
    count: 10,
    columns: [vectorOf(texts.map((_, i) => `k${i}`)), vectorOf(texts.map((_, i) => i)), vectorOf(texts)],
    timestamps: texts.map((_, i) => i),
  }
  for (const format of ['COLUMNS', 'JSON'] as const) {
    const encoded = chunkEncoder({schema, formats: formats(format), partitions: 1, compression: 'none'})(rows)
    expect(encoded.bad.map(each => each.row)).toEqual([8])
    expect(encoded.batches.reduce((sum, batch) => sum + batch.count, 0)).toBe(9)
    expect(Math.max(...encoded.batches.map(batch => batch.bytes.length))).toBeLessThanOrEqual(1 << 20)
  }
})
