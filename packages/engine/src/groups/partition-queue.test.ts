import {expect, test} from 'vitest'
import {limits} from '../limits.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import {PartitionQueue, type RecordPart} from './partition-queue.ts'

const batch = (baseOffset: number, count: number): StoredBatch => ({
  baseOffset,
  count,
  maxTimestampMs: 0,
  bytes: new Uint8Array(0),
})

/** Offsets alone: a stored batch is decoded to those from `from` on. */
const queueFrom = (from: number): PartitionQueue<RecordPart & {readonly offsets: readonly number[]}> =>
  new PartitionQueue({topic: 'orders', partition: 0}, 1, from, ({baseOffset, count}, first) => {
    const offsets = Array.from({length: count}, (_, i) => baseOffset + i).filter(offset => offset >= first)
    return {
      count: offsets.length,
      part: (begin, end) => ({offsets: offsets.slice(begin, end), nextOffset: (offsets[end - 1] ?? 0) + 1}),
    }
  })

function drain(queue: ReturnType<typeof queueFrom>): number[] {
  const all: number[] = []
  for (let part = queue.take(100, false); part; part = queue.take(100, false)) all.push(...part.offsets)
  return all
}

test('what was just appended is handed out without a read where it follows on', () => {
  const queue = queueFrom(3)
  queue.beginRead()
  queue.endRead([], 3)
  queue.offer([batch(3, 2), batch(5, 1)])
  expect(queue.isLevel).toBe(true)
  expect(drain(queue)).toEqual([3, 4, 5])
})

test('a gap in what was appended makes the queue ask the log', () => {
  const queue = queueFrom(0)
  queue.beginRead()
  queue.endRead([], 0)
  queue.offer([batch(4, 1)])
  expect([queue.isLevel, queue.isEmpty]).toEqual([false, true])
})

test('a batch that was offered while a read was on its way is not handed out again', () => {
  const queue = queueFrom(0)
  queue.beginRead()
  queue.offer([batch(0, 2)])
  queue.endRead([batch(0, 2), batch(2, 2)], 4)
  expect(drain(queue)).toEqual([0, 1, 2, 3])
})

test('a read that began before an append does not make the queue level', () => {
  const queue = queueFrom(0)
  queue.beginRead()
  queue.mayHaveGrown()
  queue.endRead([], 0)
  expect(queue.isLevel).toBe(false)
})

test('a queue that nobody empties takes a bounded number of batches', () => {
  const queue = queueFrom(0)
  queue.offer(Array.from({length: limits.consumerWakeBatchesMax + 5}, (_, i) => batch(i, 1)))
  expect(queue.isLevel).toBe(false)
  expect(drain(queue)).toHaveLength(limits.consumerWakeBatchesMax)
})
