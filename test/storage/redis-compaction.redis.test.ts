import {Redis} from 'ioredis'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {systemClock, type Clock} from '../../packages/engine/src/base/clock.ts'
import {silentLogger} from '../../packages/engine/src/base/logger.ts'
import {encodeBytes} from '../../packages/engine/src/batch/encode-batch.ts'
import {openBatch} from '../../packages/engine/src/batch/open-batch.ts'
import {Cleaner} from '../../packages/engine/src/log/cleaner.ts'
import {newTopic} from '../../packages/engine/src/log/topic.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {Connection} from '../../packages/engine/src/storage/redis/connection.ts'
import {RedisKeys, type PartitionKeys} from '../../packages/engine/src/storage/redis/keys.ts'
import {LogReader} from '../../packages/engine/src/storage/redis/log-reader.ts'
import {swapCompacted} from '../../packages/engine/src/storage/redis/lua/swap-compacted.ts'
import {searchSize, searchTime} from '../../packages/engine/src/storage/redis/search.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {batch, bytesOf, freshName, freshTopic, text} from '../suites/fixture.ts'
import {startRedis, type RedisServer} from '../support/redis.ts'

let server: RedisServer
let redis: Redis
const storages: Storage[] = []
const open = async () => {
  const storage = await openRedisStorage({url: server.url, namespace: 'c'})
  storages.push(storage)
  return storage
}
beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
})
afterAll(async () => {
  for (const storage of storages) await storage.close()
  redis.disconnect()
  await server.stop()
})

const keysOf = (topic: string, what: string) => redis.keys(`c:{${topic}:0}:*:${what}`)
const stored = (baseOffset: number, content: string) => ({
  baseOffset,
  count: 1,
  maxTimestampMs: baseOffset,
  bytes: bytesOf(content),
})
const filled = async (storage: Storage) => {
  const at = {topic: await freshTopic(storage), partition: 0}
  await storage.log.append([0, 10, 20, 30, 40].map(base => batch(at.topic, `batch-${base}`, {count: 10, maxTimestampMs: base})))
  return at
}
const contents = async (storage: Storage, at: {topic: string; partition: number}, from = 0) => {
  const [found] = await storage.log.read([{...at, from, bytesMax: 1e6}])
  return found?.batches.map(({baseOffset, bytes}) => `${baseOffset} ${text(bytes)}`)
}

test('a compaction that was overtaken by another one writes nothing any more', async () => {
  const [slow, fast] = [await open(), await open()]
  const at = await filled(slow)
  async function* overtaken() {
    yield stored(5, 'slow')
    expect(await fast.log.replace(at, 0, 30, [stored(7, 'fast')])).toBe('replaced')
    // More than is written in one step.
    for (let base = 10; base < 20; base++) yield stored(base, 'x'.repeat(200_000))
  }
  expect(await slow.log.replace(at, 0, 30, overtaken())).toBe('conflict')
  expect(await contents(slow, at)).toEqual(['7 fast', '30 batch-30', '40 batch-40'])
  expect(await keysOf(at.topic, 'rewrite')).toEqual([])
})

test('what a compaction that died had written is not read, and goes with the next one', async () => {
  const dying = await open()
  const at = await filled(dying)
  let isWritten = () => {}
  const written = new Promise<void>(resolve => (isWritten = resolve))
  async function* forEver() {
    for (let base = 0; base < 5; base++) yield stored(base, 'x'.repeat(200_000))
    isWritten()
    await new Promise(() => {})
  }
  void dying.log.replace(at, 0, 30, forEver())
  await written
  await dying.close()
  const next = await open()
  expect(await keysOf(at.topic, 'rewrite')).toHaveLength(1)
  expect(await contents(next, at)).toHaveLength(5)
  expect(await next.log.replace(at, 30, 30, [])).toBe('replaced')
  expect(await contents(next, at)).toHaveLength(5)
  expect(await keysOf(at.topic, 'rewrite')).toEqual([])
  await next.log.dropTopic(at.topic)
  expect(await redis.keys(`c:{${at.topic}:0}:*`)).toEqual([])
})

test('what a compaction that died right after its last step left in the log is never read, and goes with the next trim', async () => {
  const storage = await open()
  const at = await filled(storage)
  const [meta = '', log = ''] = [...(await keysOf(at.topic, 'meta')), ...(await keysOf(at.topic, 'log'))]
  const [compacted, rewrite] = [log.replace(/log$/, 'compacted'), log.replace(/log$/, 'rewrite')]
  await redis.hset(meta, 'rewriter', 'token')
  await redis.xadd(rewrite, '12-1', 'b', 'twelve', 'n', 1, 't', 12, 'z', 0, 'x', 12)
  expect(await redis.eval(swapCompacted.source, 4, log, compacted, rewrite, meta, 'token', 30, 6)).toBe(1)
  expect(await redis.xlen(log)).toBe(5)
  const left = ['12 twelve', '30 batch-30', '40 batch-40']
  expect(await contents(storage, at)).toEqual(left)
  expect(await contents(storage, at, 12)).toEqual(left)
  for (const from of [13, 29, 30, 35]) expect(await contents(storage, at, from)).toEqual(left.slice(1))
  expect(await storage.log.batchAtTime(at, 0)).toBe(12)
  expect(await storage.log.batchAtTime(at, 13)).toBe(30)
  expect(await storage.log.bounds([at])).toMatchObject([{begin: 0, end: 50, bytes: 6 + 2 * 8}])
  expect(await storage.log.trim(at, 5)).toBe(5)
  expect(await redis.xlen(log)).toBe(2)
  expect(await contents(storage, at)).toEqual(left)
})

/** One call after the other; before one of them something else happens. */
class InterruptedConnection extends Connection {
  #calls = 0
  #last: Promise<unknown> = Promise.resolve()
  readonly #at: number
  readonly #happens: () => Promise<unknown>

  constructor(at: number, happens: () => Promise<unknown>) {
    super(redis, systemClock)
    this.#at = at
    this.#happens = happens
  }

  override call(...given: Parameters<Connection['call']>): Promise<unknown> {
    return this.#inTurn(() => super.call(...given))
  }

  override run(...given: Parameters<Connection['run']>): Promise<unknown> {
    return this.#inTurn(() => super.run(...given))
  }

  #inTurn(send: () => Promise<unknown>): Promise<unknown> {
    this.#last = this.#last.then(async () => {
      if (++this.#calls === this.#at) await this.#happens()
      return send()
    })
    return this.#last
  }
}

test('a read or a search that a compaction comes in between, at whichever of its steps, leaves nothing out', async () => {
  const storage = await open()
  const keys = new RedisKeys('c')
  const content = 'x'.repeat(100)
  const range = (from: number, to: number) => Array.from({length: to - from}, (_, i) => from + i)
  const lastOf = (ten: number) => ({...stored(10 * ten + 9, content), maxTimestampMs: ten})
  /** 40 batches of 10 records, the first 15 compacted to their last; the next 20 are while something is asked. */
  const asked = async <T>(step: number, ask: (connection: Connection, keys: PartitionKeys) => Promise<T>): Promise<T> => {
    const at = {topic: await freshTopic(storage), partition: 0}
    await storage.log.append(range(0, 40).map(ten => batch(at.topic, content, {count: 10, maxTimestampMs: ten})))
    await storage.log.replace(at, 0, 150, range(0, 15).map(lastOf))
    const [meta = ''] = await keysOf(at.topic, 'meta')
    const place = {topic: Number(meta.split(':').at(-2)), placement: at.topic, partition: 0}
    const compact = () => storage.log.replace(at, 150, 350, range(15, 35).map(lastOf))
    return ask(new InterruptedConnection(step, compact), keys.partition(place))
  }
  for (const step of range(1, 9)) {
    for (const from of [0, 105, 200]) {
      const {batches} = await asked(step, (connection, partition) =>
        new LogReader(connection).read(partition, {topic: '', partition: 0, from, bytesMax: 1e5}),
      )
      expect(batches.map(({baseOffset}) => Math.floor(baseOffset / 10))).toEqual(range(Math.floor(from / 10), 40))
    }
    for (const ten of [3, 20, 37]) {
      const inTime = await asked(step, (connection, partition) => searchTime(connection, partition, ten))
      expect(Math.floor((inTime ?? -1) / 10)).toBe(ten)
      const bySize = await asked(step, (connection, partition) => searchSize(connection, partition, 100 * (40 - ten)))
      expect(Math.floor(bySize / 10)).toBe(ten)
    }
  }
})

/** Of an hour in a third of a second: leases end while they are held, and everything is due in every round. */
const fastClock: Clock = {
  nowMs: () => systemClock.nowMs() * 10_000,
  sleep: (_, signal) => systemClock.sleep(0, signal),
}

test('whoever reads while two processes compact and trim sees the latest of every key, in order', async () => {
  const [writing, reading] = [await open(), await open()]
  const at = {topic: freshName('busy'), partition: 0}
  const settings = {cleanupPolicy: 'compact', minCleanableDirtyRatio: 0, tombstoneRetentionMs: 1e12} as const
  await writing.log.createTopic(newTopic({name: at.topic, partitions: 1, createdAtMs: 0, encoding: 'bytes', settings}))
  const latest = new Map<string, number>()
  let end = 0
  const over = new AbortController()
  const write = async (keys: readonly string[]) => {
    const bytes = encodeBytes({
      count: keys.length,
      timestamps: keys.map(() => 0),
      keys: {kind: 'text', values: keys},
      values: {kind: 'text', values: keys.map((_, i) => `${end + i}`)},
    })
    await writing.log.append([{...at, bytes, count: keys.length, maxTimestampMs: 0}])
    for (const [i, key] of keys.entries()) latest.set(key, end + i)
    end += keys.length
  }
  const all = Array.from({length: 50}, (_, i) => `key-${i}`)
  const scan = async (storage: Storage, bytesMax: number): Promise<Map<string, number>> => {
    const seen = new Map<string, number>()
    for (let next = 0; ;) {
      const [found] = await storage.log.read([{...at, from: next, bytesMax}])
      const batches = found?.batches ?? []
      if (batches.length === 0) return seen
      for (const {baseOffset, count, bytes} of batches) {
        const opened = openBatch(bytes)
        const {keys, values} = opened.blobs()
        for (let row = 0; row < opened.count; row++) {
          const offset = baseOffset + (opened.offsetDeltas?.[row] ?? row)
          expect(values.textAt(row)).toBe(`${offset}`)
          if (offset < next) continue
          seen.set(keys.textAt(row) ?? '', offset)
          next = offset + 1
        }
        next = Math.max(next, baseOffset + count)
      }
    }
  }
  const writer = async () => {
    for (let i = 1; !over.signal.aborted; i++) {
      await write(Array.from({length: 20}, (_, j) => all[(i * 7 + j * 3) % all.length] ?? ''))
      if (i % 40 !== 0) continue
      const before = end
      await write(all)
      await writing.log.trim(at, before - 30)
    }
  }
  const cleaners = [writing, reading].map(
    ({log, groups: documents}) => new Cleaner({log, documents, clock: fastClock, logger: silentLogger}),
  )
  let compacted = 0
  const clean = async (cleaner: Cleaner) => {
    while (!over.signal.aborted) compacted += (await cleaner.round()).bytesCompacted
  }
  let scans = 0
  const reader = async (bytesMax: number) => {
    while (!over.signal.aborted) {
      const known = new Map(latest)
      const seen = await scan(reading, bytesMax)
      for (const [key, offset] of known) expect(seen.get(key) ?? -1).toBeGreaterThanOrEqual(offset)
      scans++
    }
  }
  const work = [writer(), ...cleaners.map(clean), reader(1), reader(5_000), reader(1e6)].map(each =>
    each.finally(() => over.abort()),
  )
  await systemClock.sleep(3_000)
  over.abort()
  await Promise.all(work)
  expect(scans).toBeGreaterThan(10)
  expect(compacted).toBeGreaterThan(0)
  for (let i = 0; i < 3; i++) await cleaners[0]?.round()
  expect(await scan(writing, 1e6)).toEqual(latest)
  const [bounds] = await writing.log.bounds([at])
  const [found] = await writing.log.read([{...at, from: 0, bytesMax: 1e9}])
  expect(bounds?.end).toBe(end)
  expect(bounds?.bytes).toBe(found?.batches.reduce((sum, {bytes}) => sum + bytes.length, 0))
})
