import fc from 'fast-check'
import {expect, test} from 'vitest'
import {describeSchema} from '../../batch/descriptor.ts'
import {encodeBytes, encodeColumns} from '../../batch/encode-batch.ts'
import {vectorOf, type Rows} from '../../chunk/chunk.ts'
import {KAFKA} from '../../plan/formats.ts'
import type {Source} from '../../plan/source.ts'
import type {Schema} from '../../schema/schema.ts'
import {BIGINT, DOUBLE, INT, VARCHAR, type SqlType} from '../../schema/sql-type.ts'
import type {Value} from '../../schema/value.ts'
import {toJsonKey, toJsonObject} from '../../serde/json-values.ts'
import type {StoredBatch} from '../../storage/port/log-store.ts'
import {anyType, anyValue} from '../../testing/arbitrary-value.ts'
import {recordReader} from './record-reader.ts'

const baseOffset = 100

const stored = (rows: Rows, schema: Schema): StoredBatch => ({
  baseOffset,
  count: rows.count,
  maxTimestampMs: 0,
  bytes: encodeColumns(rows, describeSchema(schema)),
})

const names = ['A', 'b c', '__proto__', "quo'te`s\\", 'constructor', '7']

const anyBatch = fc
  .record({
    keys: fc.array(anyType, {maxLength: 2}),
    values: fc.array(anyType, {minLength: 1, maxLength: 4}),
    count: fc.integer({min: 1, max: 12}),
  })
  .chain(({keys, values, count}) => {
    const each = <T>(value: fc.Arbitrary<T>) => fc.array(value, {minLength: count, maxLength: count})
    const named = (types: readonly SqlType[], from: number) => types.map((type, i) => ({name: names[from + i] ?? '', type}))
    return fc.record({
      schema: fc.constant<Schema>({key: named(keys, 0), value: named(values, keys.length)}),
      columns: fc.tuple(...[...keys, ...values].map(type => each(anyValue(type)))),
      nullValues: each(fc.constantFrom(0, 0, 1)),
      from: fc.nat(count - 1),
      times: each(fc.nat(1e9)),
    })
  })

test('records of a typed batch are what each row says, from the offset on', () => {
  fc.assert(
    fc.property(anyBatch, ({schema, columns, nullValues, from, times}) => {
      const rows: Rows = {
        count: times.length,
        columns: columns.map(vectorOf),
        timestamps: times,
        nullValues: Uint8Array.from(nullValues),
      }
      const batch = recordReader(undefined)(stored(rows, schema), baseOffset + from, 3)
      const valuesOf = (row: number): Value[] => columns.map(column => column[row] ?? null)
      const expected = times.map((timestampMs, row) => ({
        partition: 3,
        offset: baseOffset + row,
        timestampMs,
        headers: [],
        key: toJsonKey(schema.key, valuesOf(row).slice(0, schema.key.length)),
        value: nullValues[row] === 1 ? null : toJsonObject(schema.value, valuesOf(row).slice(schema.key.length)),
      }))
      expect(batch.records).toEqual(expected.slice(from))
    }),
  )
})

test('a part of a batch gives the same records one by one, by column and by value alone', () => {
  const schema: Schema = {
    key: [{name: 'K', type: VARCHAR}],
    value: ['I', 'L', 'D'].map((name, i) => ({name, type: [INT, BIGINT, DOUBLE][i] ?? INT})),
  }
  const count = 40
  const column = (valueOf: (i: number) => Value) => vectorOf(Array.from({length: count}, (_, i) => valueOf(i)))
  const rows: Rows = {
    count,
    columns: [column(i => `k${i % 3}`), column(i => i * i), column(i => (i % 5 === 0 ? null : 2 ** 40 + i)), column(i => i / 4)],
    timestamps: Array.from({length: count}, (_, i) => 1_000 + i * i),
  }
  const part = recordReader(undefined)(stored(rows, schema), baseOffset + 2, 0).part(3, 30)
  const columns = part.columns
  if (columns === undefined) throw new Error('a typed batch has columns')
  const [key] = columns.key
  const byColumn = Array.from(columns.offsets, (offset, i) => ({
    offset,
    timestampMs: columns.timestamps[i],
    key: key?.values[i],
    value: Object.fromEntries(columns.value.map(({name, values}) => [name, values[i]])),
  }))
  expect(byColumn).toHaveLength(27)
  expect(byColumn[0]).toMatchObject({offset: baseOffset + 5, value: {I: 25, L: null, D: 1.25}})
  expect(part.records.map(({offset, timestampMs, key: of, value}) => ({offset, timestampMs, key: of, value}))).toEqual(byColumn)
  expect(part.values).toEqual(byColumn.map(({value}) => value))
  expect([part.count, part.nextOffset]).toEqual([27, baseOffset + 32])
})

test('an opaque record is what its source reads, else what it looks like', () => {
  const source = {
    kind: 'stream',
    name: 'S',
    topic: 's',
    schema: {
      key: [{name: 'K', type: VARCHAR}],
      value: [
        {name: 'N', type: INT},
        {name: 'T', type: VARCHAR},
      ],
    },
    formats: {key: KAFKA, value: {name: 'JSON', settings: {}}},
  } as unknown as Source
  const values = ['{"n":1,"t":"x","more":true}', '{"n":"much"}', null, 'no JSON']
  const bytes = encodeBytes({
    count: values.length,
    timestamps: values.map(() => 5),
    keys: {kind: 'text', values: ['a', null, 'c', 'd']},
    values: {kind: 'text', values},
  })
  const batch: StoredBatch = {baseOffset: 0, count: values.length, maxTimestampMs: 5, bytes}
  const contentsOf = (of: Source | undefined) => recordReader(of)(batch, 0, 0).records.map(({key, value}) => [key, value])
  expect(contentsOf(source)).toEqual([
    ['a', {N: 1, T: 'x'}],
    [null, {n: 'much'}],
    ['c', null],
    ['d', 'no JSON'],
  ])
  expect(contentsOf(undefined)).toEqual([
    ['a', {n: 1, t: 'x', more: true}],
    [null, {n: 'much'}],
    ['c', null],
    ['d', 'no JSON'],
  ])
  expect(recordReader(source)(batch, 0, 0).part(0, 2).columns).toBeUndefined()
})
