import {beforeAll, expect, test, vi} from 'vitest'
import {KeyedRows} from './keyed-rows.ts'
import {RowLog} from './row-log.ts'

beforeAll(() => vi.stubGlobal('requestAnimationFrame', (run: () => void) => queueMicrotask(run)))

test('a log keeps the newest rows, and what came is what is shown and what was dropped', () => {
  const log = new RowLog<number>(10)
  for (let i = 0; i < 57; i++) log.append([i])
  log.append([], 3)
  expect([log.length, log.at(0), log.at(9)]).toEqual([10, 56, 47])
  expect([log.received, log.dropped]).toEqual([57, 50])
})

test('a burst of changes is told once a frame', async () => {
  const log = new RowLog<number>(10)
  let told = 0
  log.changed.subscribe(() => told++)
  log.append([1])
  log.append([2])
  await Promise.resolve()
  expect(told).toBe(1)
})

test('rows that are read late do not undo changes that came before them', () => {
  const rows = new KeyedRows<number>(10)
  rows.change('a', 2, false)
  rows.change('b', 0, true)
  rows.fillIn([
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ])
  expect(rows.list.map(({key, row}) => [key, row])).toEqual([
    ['a', 2],
    ['c', 1],
  ])
})

test('a change moves no other row, and counts itself', () => {
  const rows = new KeyedRows<number>(10)
  rows.fillIn([
    ['a', 1],
    ['b', 1],
  ])
  rows.change('a', 2, false)
  rows.change('a', 3, false)
  expect(rows.list).toEqual([
    {key: 'a', row: 3, changes: 2},
    {key: 'b', row: 1, changes: 0},
  ])
})

test('keys past the bound are counted, not kept', () => {
  const rows = new KeyedRows<number>(2)
  for (const key of ['a', 'b', 'c']) rows.change(key, 1, false)
  expect([rows.list.length, rows.dropped]).toEqual([2, 1])
})
