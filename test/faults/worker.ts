import {parseArgs} from 'node:util'
import {systemClock} from '../../packages/engine/src/base/clock.ts'
import {EngineError} from '../../packages/engine/src/base/errors.ts'
import {openBatch} from '../../packages/engine/src/batch/open-batch.ts'
import {commitGroupOffsets} from '../../packages/engine/src/groups/commit.ts'
import {consumeGroup} from '../../packages/engine/src/groups/consumer.ts'
import {Producer} from '../../packages/engine/src/log/producer.ts'
import {openLmdbStorage} from '../../packages/engine/src/storage/lmdb/open.ts'
import type {StoredBatch} from '../../packages/engine/src/storage/port/log-store.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {group, keyOf, namespace, sessionTimeoutMs, topic, type Line} from './history.ts'

/**
 * A process that the fault run kills: it produces, consumes, or both, and says line by line what it has seen. It goes on after
 * every failure that is said to be retryable.
 */
const {values} = parseArgs({
  options: {url: {type: 'string'}, dir: {type: 'string'}, produce: {type: 'string'}, consume: {type: 'boolean'}},
})

const say = (line: Line): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

async function open(): Promise<Storage> {
  if (values.dir !== undefined) return openLmdbStorage({dir: values.dir})
  return openRedisStorage({url: values.url ?? '', namespace})
}

async function produce(storage: Storage, name: string): Promise<void> {
  const producer = new Producer({log: storage.log, clock: systemClock, producerId: name, acks: 'LEADER'})
  for (let n = 0; ; n += 20) {
    const numbers = Array.from({length: 20}, (_, i) => n + i)
    await Promise.all(numbers.map(number => sendOne(producer, name, number)))
    await systemClock.sleep(5)
  }
}

async function sendOne(producer: Producer, name: string, number: number): Promise<void> {
  const value = `${name}:${number}`
  const record = {topic, key: Buffer.from(keyOf(value)), value: Buffer.from(value), timestampMs: systemClock.nowMs(), headers: []}
  const {partition, offset} = await producer.send(record)
  say({kind: 'acked', partition, offset, value})
}

const decode = (batch: StoredBatch, from: number) => {
  const opened = openBatch(batch.bytes)
  const {values: texts} = opened.blobs()
  return Array.from({length: opened.count}, (_, i) => ({offset: batch.baseOffset + i, value: texts.textAt(i) ?? ''})).filter(
    ({offset}) => offset >= from,
  )
}

async function consume(storage: Storage): Promise<void> {
  const consumer = consumeGroup({storage, clock: systemClock, decode}, {topics: [topic], group, sessionTimeoutMs, recordsMax: 50})
  for await (const {partition, records, memberId, generation} of consumer) {
    for (const {offset, value} of records) say({kind: 'handled', partition, offset, value, member: memberId, generation})
    const offset = (records.at(-1)?.offset ?? -1) + 1
    try {
      await commitGroupOffsets(storage, {group, memberId, generation, offsets: [{topic, partition, offset}]})
      say({kind: 'committed', partition, offset})
    } catch (error) {
      if (!(error instanceof EngineError && error.isRetryable)) throw error
    }
  }
}

/** Starts anew after a failure that passes, as a program under supervision would. */
async function forever(what: (attempt: number) => Promise<void>): Promise<never> {
  for (let attempt = 0; ; attempt++) {
    try {
      await what(attempt)
    } catch (error) {
      if (!(error instanceof EngineError && error.isRetryable)) throw error
      await systemClock.sleep(100)
    }
  }
}

const storage = await open()
say({kind: 'ready'})
const {produce: name} = values
await Promise.all([
  ...(name === undefined ? [] : [forever(attempt => produce(storage, `${name}.${attempt}`))]),
  ...(values.consume ? [forever(() => consume(storage))] : []),
])
