import {expect, test, vi} from 'vitest'
import {encodeBytes} from '../batch/encode-batch.ts'
import {limits} from '../limits.ts'
import {newTopic} from '../log/topic.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {LossWatch} from './loss-watch.ts'
import {PartitionQueue, type RecordPart} from './partition-queue.ts'
import {QueueReader} from './queue-reader.ts'

const at = {topic: 't', partition: 0}

/** A log of batches of one record each, so many that it takes several reads, and a member's queue over it. */
async function open(batches: number) {
  const storage = openSimulatedStorage()
  await storage.log.createTopic(newTopic({name: 't', partitions: 1, createdAtMs: 0, encoding: 'bytes'}))
  const text = 'x'.repeat(limits.readerFetchBytesMax / 10)
  const records = {
    count: 1,
    timestamps: [0],
    keys: {kind: 'text', values: [null]},
    values: {kind: 'text', values: [text]},
  } as const
  const bytes = encodeBytes(records, {compression: 'none'})
  for (let i = 0; i < batches; i++) await storage.log.append([{...at, bytes, count: 1, maxTimestampMs: 0}])
  const queue = new PartitionQueue<RecordPart>(at, 1, 0, ({baseOffset}) => ({
    count: 1,
    part: () => ({offsets: [baseOffset], nextOffset: baseOffset + 1}),
  }))
  const reads = vi.spyOn(storage.log, 'read')
  const reader = new QueueReader(storage.log, 'earliest', new LossWatch(storage.log, () => {}))
  return {queue, reader, reads}
}

test('the next read begins when little waits to be handed out, and only one is under way', async () => {
  const {queue, reader, reads} = await open(30)
  await reader.read([queue])
  const first = queue.bytes
  const underWay: number[] = []
  while (queue.take(1, false)) {
    reader.readAhead([queue])
    if (queue.bytes > first / 2) expect(reads).toHaveBeenCalledTimes(1)
    underWay.push(reads.mock.calls.length)
  }
  expect(underWay.indexOf(2)).toBeLessThan(underWay.length - 1)
  expect(reads).toHaveBeenCalledTimes(2)
})

test('what was read ahead follows on what was read before, to the end of the log', async () => {
  const {queue, reader} = await open(30)
  const offsets: number[] = []
  while (await reader.read([queue]))
    for (let part = queue.take(1, false); part; part = queue.take(1, false)) {
      offsets.push(...Array.from(part.offsets))
      reader.readAhead([queue])
    }
  expect(offsets).toEqual(Array.from({length: 30}, (_, i) => i))
})
