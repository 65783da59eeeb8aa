import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {ProduceRecord} from '../../engine-api.ts'
import {COLUMNS, KAFKA} from '../../plan/formats.ts'
import type {Source} from '../../plan/source.ts'
import {BIGINT, BOOLEAN, DOUBLE, INT, VARCHAR} from '../../schema/sql-type.ts'
import {plainRows} from './plain-rows.ts'
import {rowReader, rowsOf, type SourceRow} from './row-builder.ts'

const source = {
  kind: 'stream',
  name: 'S',
  topic: 's',
  schema: {
    key: [{name: 'K', type: VARCHAR}],
    value: [
      {name: 'I', type: INT},
      {name: 'L', type: BIGINT},
      {name: 'D', type: DOUBLE},
      {name: 'T', type: VARCHAR},
      {name: 'B', type: BOOLEAN},
    ],
  },
  formats: {key: KAFKA, value: COLUMNS},
} as unknown as Source

const loose = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, 2 ** 60, 5n, {}),
)
const plain = fc.record({
  I: fc.integer(),
  L: fc.maxSafeInteger(),
  D: fc.double({noNaN: true}),
  T: fc.option(fc.string()),
  B: fc.boolean(),
})
const spoiled = fc
  .tuple(plain, fc.constantFrom('I', 'L', 'D', 'T', 'B', 'extra'), loose)
  .map(([value, name, other]) => ({...value, [name]: other}))

test('records in their plainest form become the rows that reading them one by one gives', () => {
  const read = rowReader(source)
  const record = fc.record({key: fc.string(), value: fc.oneof({weight: 6, arbitrary: plain}, spoiled)})
  fc.assert(
    fc.property(fc.array(record, {minLength: 1, maxLength: 5}), records => {
      const rows = plainRows(source)(records, 7)
      if (rows === undefined) return
      const expected = rowsOf(
        source,
        records,
        records.map((each): SourceRow => read(each)),
        7,
      )
      expect(rows.columns.map(({values}) => Array.from(values))).toEqual(expected.columns.map(({values}) => Array.from(values)))
      expect(Array.from(rows.timestamps)).toEqual(Array.from(expected.timestamps))
    }),
  )
})

test('records that need a second look are left to who looks at them one by one', () => {
  const value = {I: 1, L: 2, D: 3.5, T: 'x', B: true}
  const from = (record: ProduceRecord) => plainRows(source)([{key: 'k', value}, record], 0)
  expect(from({key: 'k', value})).toMatchObject({count: 2})
  for (const record of [
    {key: null, value},
    {key: 'k', value: null},
    {key: 'k', value: {...value, I: 1.5}},
    {key: 'k', value: {i: 1, L: 2, D: 3.5, T: 'x', B: true}},
    {key: 'k', value, partition: 0},
    {key: 'k', value, timestampMs: 1e300},
    {key: 'k', value, headers: [{key: 'h', value: null}]},
  ])
    expect(from(record), JSON.stringify(record)).toBeUndefined()
})
