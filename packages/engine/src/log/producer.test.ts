import {expect, test} from 'vitest'
import {openBatch} from '../batch/open-batch.ts'
import {openSimulatedStorage, type SimulatedFaults} from '../storage/simulated/open.ts'
import {instantClock} from '../testing/instant-clock.ts'
import {partitionOfKey} from '../serde/placement.ts'
import {Producer} from './producer.ts'
import type {LogStore} from '../storage/port/log-store.ts'
import {newTopic} from './topic.ts'

async function open(partitions: number, faults: SimulatedFaults = {}) {
  const clock = instantClock()
  const storage = openSimulatedStorage({seed: 7, clock, faults})
  storage.setFaults({})
  await storage.log.createTopic(newTopic({name: 't', partitions, createdAtMs: 0, encoding: 'bytes'}))
  storage.setFaults(faults)
  return {storage, clock, producer: new Producer({log: storage.log, clock, producerId: 'p'})}
}

const record = (key: string | null, value: string, timestampMs = 0) => ({
  topic: 't',
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(value),
  timestampMs,
  headers: [],
})

async function readAll(log: LogStore, partitions: number) {
  const whole = Array.from({length: partitions}, (_, partition) => ({topic: 't', partition, from: 0, bytesMax: Infinity}))
  const found: {partition: number; offset: number; key: string | null; value: string | null}[] = []
  for (const [partition, {batches}] of (await log.read(whole)).entries())
    for (const {bytes, baseOffset, count} of batches) {
      const {keys, values} = openBatch(bytes).blobs()
      for (let i = 0; i < count; i++)
        found.push({partition, offset: baseOffset + i, key: keys.textAt(i), value: values.textAt(i)})
    }
  return found
}

test('records are stored where their key belongs, in the order of sends, at the offsets that the sends were told', async () => {
  const {producer, storage} = await open(3)
  const sent = Array.from({length: 50}, (_, i) => ({key: `k${i % 7}`, value: `v${i}`}))
  const places = await Promise.all(sent.map(({key, value}) => producer.send(record(key, value))))
  const stored = await readAll(storage.log, 3)
  expect(stored).toHaveLength(50)
  sent.forEach(({key, value}, i) => {
    const {partition, offset} = places[i] ?? {}
    expect(partition).toBe(partitionOfKey(Buffer.from(key), 3))
    expect(stored).toContainEqual({partition, offset, key, value})
  })
  for (let partition = 0; partition < 3; partition++) {
    const values = stored.filter(each => each.partition === partition).map(each => Number(each.value?.slice(1)))
    expect(values).toEqual(values.toSorted((a, b) => a - b))
  }
})

test('records without a key share a batch and move on to the next partition with the next one', async () => {
  const {producer} = await open(3)
  const partitionsOf = async (count: number) =>
    (await Promise.all(Array.from({length: count}, () => producer.send(record(null, 'v'))))).map(place => place.partition)
  expect(await partitionsOf(1)).toEqual([0])
  expect(await partitionsOf(3)).toEqual([1, 1, 1])
  expect(await partitionsOf(2)).toEqual([2, 2])
})

test('answers that get lost and requests that fail store every record once', async () => {
  const {producer, storage} = await open(2, {lostReplyRate: 0.3, lostRequestRate: 0.3})
  const sent = Array.from({length: 60}, (_, i) => `v${i}`)
  for (const value of sent) await producer.send(record(value, value))
  storage.setFaults({})
  const stored = await readAll(storage.log, 2)
  expect(stored.map(each => each.value).toSorted()).toEqual(sent.toSorted())
})

test('unknown topics, unknown partitions and records that are too large are refused, and the rest goes on', async () => {
  const {producer} = await open(2)
  await expect(producer.send({...record('a', 'v'), topic: 'none'})).rejects.toMatchObject({code: 'TOPIC_NOT_FOUND'})
  await expect(producer.send({...record('a', 'v'), partition: 2})).rejects.toMatchObject({code: 'PARTITION_NOT_FOUND'})
  await expect(producer.send(record('a', 'x'.repeat(1 << 20)))).rejects.toMatchObject({code: 'RECORD_TOO_LARGE'})
  await expect(producer.send({...record('a', 'v'), partition: 1})).resolves.toMatchObject({partition: 1, offset: 0})
  await producer.close()
  await expect(producer.send(record('a', 'v'))).rejects.toMatchObject({code: 'CLOSED'})
})
