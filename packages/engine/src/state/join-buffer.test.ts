import {expect, test} from 'vitest'
import {BIGINT, VARCHAR} from '../schema/sql-type.ts'
import {JoinBuffer} from './join-buffer.ts'
import {KeyIds} from './key-ids.ts'

const retentionMs = 160

function bufferOf(ids = new KeyIds()): JoinBuffer {
  return new JoinBuffer('b', {key: [VARCHAR], isWindowed: false, value: [BIGINT]}, ids, retentionMs)
}

function put(buffer: JoinBuffer, ids: KeyIds, key: string, timeMs: number, value: number, isWaiting = false): void {
  const slot = buffer.add([[key]], 0, timeMs)
  buffer.table.values[0]![slot] = value
  buffer.keep(slot, key, ids.find(key), isWaiting)
}

/** Values of a key's rows from a time on. */
function valuesOf(buffer: JoinBuffer, ids: KeyIds, key: string, fromMs = -Infinity): unknown[] {
  const values: unknown[] = []
  for (let slot = buffer.firstFrom(ids.find(key), fromMs); slot >= 0; slot = buffer.after(slot))
    values.push(buffer.table.values[0]![slot])
  return values
}

function drain({table}: JoinBuffer) {
  table.logChanges(1, undefined)
  return table.flush(Infinity, Infinity, () => {})
}

test('rows of a key stand in order of time, equal times as they came', () => {
  const ids = new KeyIds()
  const buffer = bufferOf(ids)
  for (const [i, time] of [20, 10, 30, 20, 5].entries()) put(buffer, ids, 'a', time, i)
  put(buffer, ids, 'b', 1, 9)
  expect(valuesOf(buffer, ids, 'a')).toEqual([4, 1, 0, 3, 2])
  expect(valuesOf(buffer, ids, 'a', 20)).toEqual([0, 3, 2])
  expect(valuesOf(buffer, ids, 'c')).toEqual([])
})

test('the order is the same after a restart, however storage lists the entries', () => {
  const ids = new KeyIds()
  const buffer = bufferOf(ids)
  for (const [i, time] of [20, 10, 20, 20].entries()) put(buffer, ids, 'a', time, i, i === 3)
  const entries = drain(buffer).map(({key, value}) => ({key: Buffer.from(key), value: Buffer.from(value!)}))
  for (const order of [entries, entries.toReversed()]) {
    const newIds = new KeyIds()
    const again = bufferOf(newIds)
    again.load(order)
    again.ready()
    put(again, newIds, 'a', 20, 4)
    expect(valuesOf(again, newIds, 'a')).toEqual([1, 0, 2, 3, 4])
    expect(again.firstWaiting()).toBe(20)
  }
})

test('old rows and their keys go, rows that wait stay', () => {
  const ids = new KeyIds()
  const buffer = bufferOf(ids)
  put(buffer, ids, 'a', 5, 0)
  put(buffer, ids, 'b', 6, 1, true)
  put(buffer, ids, 'c', 500, 2)
  buffer.expire(100)
  expect([ids.find('a'), buffer.entries]).toEqual([-1, 2])
  expect(valuesOf(buffer, ids, 'b')).toEqual([1])
  expect(buffer.takeWaiting(buffer.firstWaiting()).map(slot => buffer.table.times[slot])).toEqual([6])
  buffer.expire(100)
  expect([ids.find('b'), buffer.entries, buffer.firstWaiting()]).toEqual([-1, 1, Infinity])
})

test('a slot that went to another row does not wait in the name of its last one', () => {
  const ids = new KeyIds()
  const buffer = bufferOf(ids)
  put(buffer, ids, 'a', 5, 0, true)
  buffer.stopWaiting(buffer.firstFrom(ids.find('a'), 0))
  buffer.expire(100)
  drain(buffer)
  put(buffer, ids, 'b', 5, 1, true)
  expect(buffer.takeWaiting(buffer.firstWaiting())).toHaveLength(1)
  expect(buffer.firstWaiting()).toBe(Infinity)
})
