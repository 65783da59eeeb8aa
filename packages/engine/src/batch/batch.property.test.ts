import fc from 'fast-check'
import {expect, test} from 'vitest'
import {EngineError} from '../base/errors.ts'
import {vectorOf, type Rows} from '../chunk/chunk.ts'
import type {Schema} from '../schema/schema.ts'
import {BIGINT, DOUBLE, INT, VARCHAR, type SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {anyType, anyValue} from '../testing/arbitrary-value.ts'
import {describeSchema} from './descriptor.ts'
import {encodeBytes, encodeColumns} from './encode-batch.ts'
import {openBatch} from './open-batch.ts'
import {selectRows} from './select.ts'

const anyTimestamp = fc.oneof(fc.constant(1_700_000_000_000), fc.nat(200), fc.nat(1e6), fc.integer({min: 0, max: 4e12}))
const anyHeaders = fc.array(fc.record({key: fc.string(), value: fc.option(fc.uint8Array({maxLength: 4}))}), {maxLength: 2})

/** Values as the short forms of a column want them: by steps, of few decimals, of one length. */
function regularColumn(type: SqlType, count: number): fc.Arbitrary<Value[]> {
  const each = (value: fc.Arbitrary<Value>) => fc.array(value, {minLength: count, maxLength: count})
  const [first, step] = [fc.integer({min: -1e6, max: 1e6}), fc.integer({min: -1000, max: 1000})]
  switch (type.kind) {
    case 'INT':
    case 'BIGINT':
      return fc.tuple(first, step).map(([from, by]) => Array.from({length: count}, (_, i) => from + i * by))
    case 'DOUBLE':
      return fc.nat(4).chain(digits => each(fc.integer({min: -1e6, max: 1e6}).map(number => number / 10 ** digits)))
    case 'VARCHAR':
      return fc.nat(5).chain(length => each(fc.string({minLength: length, maxLength: length, unit: 'grapheme-ascii'})))
    default:
      return each(anyValue(type))
  }
}

/** Rows that repeat a few values or are regular, so that every form of a column comes up. */
const anyColumn = (type: SqlType, count: number): fc.Arbitrary<Value[]> =>
  fc.oneof(
    fc.array(anyValue(type), {minLength: count, maxLength: count}),
    regularColumn(type, count),
    fc
      .array(
        anyValue(type).filter(value => value !== null),
        {minLength: 1, maxLength: 3},
      )
      .chain(pool => fc.array(fc.constantFrom(...pool), {minLength: count, maxLength: count})),
  )

const anyRows = fc
  .tuple(fc.array(anyType, {maxLength: 2}), fc.array(anyType, {minLength: 1, maxLength: 4}), fc.integer({min: 1, max: 40}))
  .chain(([keyTypes, valueTypes, count]) => {
    const schema: Schema = {
      key: keyTypes.map((type, i) => ({name: `K${i}`, type})),
      value: valueTypes.map((type, i) => ({name: `v ${i}`, type})),
    }
    const each = <T>(value: fc.Arbitrary<T>) => fc.array(value, {minLength: count, maxLength: count})
    return fc.record({
      schema: fc.constant(schema),
      columns: fc.tuple(...[...keyTypes, ...valueTypes].map(type => anyColumn(type, count))),
      timestamps: each(anyTimestamp),
      windows: fc.option(fc.record({starts: each(anyTimestamp), ends: each(anyTimestamp)}), {nil: undefined}),
      nullValues: fc.option(each(fc.constantFrom(0, 1)), {nil: undefined}),
      headers: fc.option(each(anyHeaders), {nil: undefined}),
      compression: fc.constantFrom('none' as const, 'zstd' as const),
      shift: fc.nat(7),
    })
  })

type Drawn = typeof anyRows extends fc.Arbitrary<infer T> ? T : never

const rowsOf = (drawn: Drawn): Rows => ({
  count: drawn.timestamps.length,
  columns: drawn.columns.map(vectorOf),
  timestamps: drawn.timestamps,
  ...(drawn.windows && {windows: drawn.windows}),
  ...(drawn.nullValues && {nullValues: Uint8Array.from(drawn.nullValues)}),
  ...(drawn.headers && {headers: drawn.headers}),
})

const plain = (rows: Rows) => ({
  columns: rows.columns.map(column => Array.from(column.values)),
  timestamps: Array.from(rows.timestamps),
  windows: rows.windows && {starts: Array.from(rows.windows.starts), ends: Array.from(rows.windows.ends)},
  nullValues: rows.nullValues && Array.from(rows.nullValues),
  headers: rows.headers,
})

/** The same bytes at an address that may not be aligned for numbers. */
function moved(bytes: Uint8Array, shift: number): Uint8Array {
  const memory = new Uint8Array(bytes.length + shift)
  memory.set(bytes, shift)
  return memory.subarray(shift)
}

test('any rows come back from a batch of columns as they went in', () => {
  fc.assert(
    fc.property(anyRows, drawn => {
      const rows = rowsOf(drawn)
      const bytes = encodeColumns(rows, describeSchema(drawn.schema), {compression: drawn.compression})
      const opened = openBatch(moved(bytes, drawn.shift)).columns()
      expect(opened.descriptor.schema).toEqual(drawn.schema)
      expect(plain(opened.rows)).toEqual(plain(rows))
    }),
  )
})

test('regular columns take few bytes: steps none, few decimals four a row, texts of one length no ends', () => {
  const count = 500
  const column = (valueOf: (i: number) => Value) => Array.from({length: count}, (_, i) => valueOf(i))
  const bytesOf = (type: SqlType, values: readonly Value[], timestamps = new Float64Array(count)) =>
    encodeColumns(
      {count, columns: [vectorOf(type.kind === 'VARCHAR' ? values : Float64Array.from(values, Number))], timestamps},
      describeSchema({key: [], value: [{name: 'A', type}]}),
      {compression: 'none'},
    ).length
  const head = 150
  expect(
    bytesOf(
      BIGINT,
      column(i => 7_000_000_000 - 3 * i),
    ),
  ).toBeLessThan(head)
  expect(
    bytesOf(
      BIGINT,
      column(() => 0),
      Float64Array.from(
        column(i => 1_700_000_000_000 + i),
        Number,
      ),
    ),
  ).toBeLessThan(head)
  expect(
    bytesOf(
      DOUBLE,
      column(i => ((i * 7919) % 100_000) / 100),
    ),
  ).toBeLessThan(head + 4 * count)
  expect(
    bytesOf(
      VARCHAR,
      column(i => `user-${String(i).padStart(6, '0')}`),
    ),
  ).toBeLessThan(head + 11 * count)
})

test('selected rows of a batch are the same whether they are read or written to another batch first', () => {
  fc.assert(
    fc.property(anyRows, fc.array(fc.nat(), {minLength: 1, maxLength: 30}), (drawn, picks) => {
      const rows = rowsOf(drawn)
      const selection = Int32Array.from(picks, pick => pick % rows.count)
      const descriptor = describeSchema(drawn.schema)
      const {rows: stored} = openBatch(encodeColumns(rows, descriptor)).columns(descriptor)
      const expected = plain(selectRows(rows, selection))
      expect(plain(selectRows(stored, selection))).toEqual(expected)
      const copied = openBatch(encodeColumns(selectRows(stored, selection), descriptor)).columns(descriptor)
      expect(plain(copied.rows)).toEqual(expected)
      expect(encodeColumns(stored, descriptor)).toEqual(encodeColumns(rows, descriptor))
    }),
  )
})

test('a column may go into another batch under a wider type', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), {freq: 9}), {minLength: 1, maxLength: 30}), numbers => {
      const schemaOf = (type: SqlType): Schema => ({key: [], value: [{name: 'A', type}]})
      const values = numbers.map(number => number && number + 0)
      const rows: Rows = {count: values.length, columns: [vectorOf(values)], timestamps: values.map(() => 0)}
      const ints = openBatch(encodeColumns(rows, describeSchema(schemaOf(INT)))).columns().rows
      for (const type of [BIGINT, DOUBLE]) {
        const wider = openBatch(encodeColumns(ints, describeSchema(schemaOf(type)))).columns().rows
        expect(plain(wider).columns).toEqual([values])
      }
    }),
  )
})

test('opaque records come back from a batch of bytes as they went in', () => {
  const blob = fc.option(fc.uint8Array({maxLength: 20}))
  const record = fc.record({key: blob, value: blob, timestampMs: anyTimestamp, headers: anyHeaders})
  fc.assert(
    fc.property(fc.array(record, {minLength: 1, maxLength: 30}), records => {
      const opened = openBatch(
        encodeBytes({
          count: records.length,
          timestamps: records.map(each => each.timestampMs),
          headers: records.map(each => each.headers),
          keys: {kind: 'bytes', values: records.map(each => each.key)},
          values: {kind: 'bytes', values: records.map(each => each.value)},
        }),
      )
      const {keys, values} = opened.blobs()
      const back = records.map((_, i) => ({
        key: copyOf(keys.bytesAt(i)),
        value: copyOf(values.bytesAt(i)),
        timestampMs: opened.timestamps[i],
        headers: opened.headers?.[i],
      }))
      expect(back).toEqual(records)
    }),
  )
})

test('opaque texts come back as they went in, also where they repeat', () => {
  const texts = fc
    .array(fc.option(fc.string({unit: 'grapheme', maxLength: 5})), {minLength: 1, maxLength: 5})
    .chain(pool => fc.array(fc.constantFrom(...pool), {minLength: 1, maxLength: 60}))
  fc.assert(
    fc.property(texts, values => {
      const column = {kind: 'text', values} as const
      const blobs = openBatch(
        encodeBytes({count: values.length, timestamps: values.map(() => 0), keys: column, values: column}),
      ).blobs()
      for (const column of [blobs.keys, blobs.values]) {
        expect(values.map((_, i) => column.textAt(i))).toEqual(values)
        expect(values.map((_, i) => column.bytesAt(i)?.toString() ?? null)).toEqual(values)
      }
    }),
  )
})

const copyOf = (bytes: Uint8Array | null) => bytes && Uint8Array.from(bytes)

test('a batch with a flipped byte, a byte too few or a byte too many is refused, wherever that is', () => {
  fc.assert(
    fc.property(anyRows, fc.integer({min: 1, max: 255}), (drawn, flip) => {
      const bytes = encodeColumns(rowsOf(drawn), describeSchema(drawn.schema), {compression: drawn.compression})
      expectCorrupt(moved(bytes, 1).subarray(0, -1))
      expectCorrupt(Uint8Array.from([...bytes, flip]))
      const step = 1 + Math.floor(bytes.length / 200)
      for (let at = 0; at < bytes.length; at += step) {
        expectCorrupt(bytes.subarray(0, at))
        const damaged = Uint8Array.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ flip
        expectCorrupt(damaged)
      }
    }),
    {numRuns: 40},
  )
})

function expectCorrupt(bytes: Uint8Array): void {
  try {
    openBatch(bytes)
  } catch (error) {
    if (error instanceof EngineError && error.code === 'BATCH_CORRUPT') return
    throw error
  }
  expect.fail('a damaged batch was opened')
}
