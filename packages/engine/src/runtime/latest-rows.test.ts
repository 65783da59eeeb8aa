import fc from 'fast-check'
import {expect, test} from 'vitest'
import {vectorOf, type Chunk, type Rows} from '../chunk/chunk.ts'
import {BIGINT, VARCHAR} from '../schema/sql-type.ts'
import {latestRows} from './latest-rows.ts'

type Change = {readonly key: string; readonly start: number; readonly value: number | null}

const chunkOf = (changes: readonly Change[]): Chunk => ({
  count: changes.length,
  columns: [vectorOf(changes.map(({key}) => key)), vectorOf(changes.map(({value}) => value))],
  timestamps: changes.map(({value}) => value ?? 0),
  windows: {starts: changes.map(({start}) => start), ends: changes.map(({start}) => start + 10)},
  nullValues: Uint8Array.from(changes, ({value}) => (value === null ? 1 : 0)),
})

const changesOf = ({count, columns, windows, nullValues}: Rows): Change[] =>
  Array.from({length: count}, (_, row) => ({
    key: String(columns[0]!.values[row]),
    start: windows!.starts[row]!,
    value: nullValues![row] === 1 ? null : Number(columns[1]!.values[row]),
  }))

function tableOf(changes: readonly Change[]): Map<string, number> {
  const table = new Map<string, number>()
  for (const {key, start, value} of changes) {
    if (value === null) table.delete(`${key}@${start}`)
    else table.set(`${key}@${start}`, value)
  }
  return table
}

test('the last change of each key and window makes the same table as all changes', () => {
  const change = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    start: fc.constantFrom(0, 10),
    value: fc.option(fc.nat(9)),
  })
  fc.assert(
    fc.property(fc.array(fc.array(change, {minLength: 1, maxLength: 6}), {minLength: 1, maxLength: 4}), batches => {
      const latest = changesOf(latestRows(batches.map(chunkOf), [VARCHAR]))
      expect(tableOf(latest)).toEqual(tableOf(batches.flat()))
      expect(new Set(latest.map(({key, start}) => `${key}@${start}`)).size).toBe(latest.length)
    }),
  )
})

test('rows stand in the order of their last change, with its time', () => {
  const keys = vectorOf([1, 2, 1])
  const rows = latestRows([{count: 3, columns: [keys, vectorOf([10, 20, 30])], timestamps: [1, 2, 3]}], [BIGINT])
  expect([...Array.from(rows.columns[0]!.values)]).toEqual([2, 1])
  expect([...Array.from(rows.timestamps)]).toEqual([2, 3])
})
