// Only Redis has a server that can die apart from its users.
import {Redis} from 'ioredis'
import {afterAll, afterEach, beforeAll, expect, test, vi} from 'vitest'
import {systemClock} from '../../packages/engine/src/base/clock.ts'
import {commitGroupOffsets} from '../../packages/engine/src/groups/commit.ts'
import {startOffsets} from '../../packages/engine/src/groups/start-offsets.ts'
import {Producer} from '../../packages/engine/src/log/producer.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {batch, bytesOf, freshName, freshTask, freshTopic, text, topicRecord} from '../suites/fixture.ts'
import {wakeLog} from '../suites/wake.suite.ts'
import {startRedis} from '../support/redis.ts'
import type {RedisServer} from '../support/redis.ts'
import {sleep} from '../support/until.ts'

let server: RedisServer
const opened: Storage[] = []
const open = async () => {
  const storage = await openRedisStorage({url: server.url, namespace: 'faults'})
  opened.push(storage)
  return storage
}
beforeAll(async () => {
  server = await startRedis(['--appendfsync', 'always', '--repl-diskless-sync-delay', '0'])
})
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close()
})
afterAll(() => server.stop())

test('batches with a producer are stored once each while the server is killed and restarted under them', async () => {
  const storage = await open()
  const topic = await freshTopic(storage)
  const bases: number[] = []
  let isDone = false
  const produce = async () => {
    for (let sequence = 0; sequence < 400; sequence++) {
      const stamped = batch(topic, `${sequence}`, {producer: {id: 'p', epoch: 0, sequence}})
      const [outcome] = await storage.log.append([stamped])
      if (outcome?.kind !== 'appended' && outcome?.kind !== 'duplicate') throw new Error(`unexpected ${outcome?.kind}`)
      bases.push(outcome.baseOffset)
    }
    isDone = true
  }
  const producing = produce()
  for (let kills = 0; kills < 3; kills++) {
    const before = bases.length
    await vi.waitFor(() => expect(bases.length > before + 20 || isDone).toBe(true), {timeout: 10_000, interval: 1})
    await server.kill()
    await server.restart()
  }
  await producing
  expect(bases).toEqual(Array.from({length: 400}, (_, i) => i))
  const [result] = await storage.log.read([{topic, partition: 0, from: 0, bytesMax: 1e6}])
  expect(result?.batches.map(stored => text(stored.bytes))).toEqual(Array.from({length: 400}, (_, i) => `${i}`))
})

test('commits are applied once each while the server is killed and restarted under them', async () => {
  const storage = await open()
  const topic = await freshTopic(storage)
  const task = freshTask()
  const {epoch} = await storage.state.claim(task)
  let commits = 0
  const work = async () => {
    for (; commits < 300; commits++) {
      const outcome = await storage.commit({
        task,
        epoch,
        consumed: [{topic: 'in', partition: 0, next: commits + 1}],
        state: [{store: 's', key: bytesOf('count'), value: bytesOf(`${commits + 1}`)}],
        outputs: [batch(topic, `${commits}`)],
      })
      expect(outcome).toEqual({kind: 'committed', baseOffsets: [commits]})
    }
  }
  const working = work()
  for (let kills = 0; kills < 3; kills++) {
    const before = commits
    await vi.waitFor(() => expect(commits > before + 20 || commits === 300).toBe(true), {timeout: 10_000, interval: 1})
    await server.kill()
    await server.restart()
  }
  await working
  expect((await storage.state.peek(task))?.consumed).toEqual([{topic: 'in', partition: 0, next: 300}])
  expect((await storage.state.lookUp(task, 's', [bytesOf('count')])).map(text)).toEqual(['300'])
})

test('a batch without a producer whose reply is lost fails as unknown, and is there at most once', async () => {
  const storage = await open()
  const topic = await freshTopic(storage)
  const appends = Array.from({length: 200}, (_, i) => storage.log.append([batch(topic, `${i}`)]))
  const settled = Promise.allSettled(appends)
  await Promise.race([appends[0], settled])
  await server.kill()
  await server.restart()
  const acknowledged = (await settled).flatMap((result, i) => (result.status === 'fulfilled' ? [`${i}`] : []))
  for (const result of await settled)
    if (result.status === 'rejected') expect(result.reason).toMatchObject({code: 'STORAGE_UNAVAILABLE'})
  const [result] = await storage.log.read([{topic, partition: 0, from: 0, bytesMax: 1e6}])
  const stored = result?.batches.map(found => text(found.bytes)) ?? []
  expect(new Set(stored).size).toBe(stored.length)
  expect(stored).toEqual(expect.arrayContaining(acknowledged))
})

test('listeners are woken after the connection was away, and hear other processes', async () => {
  const here = await open()
  const there = await open()
  const topic = await freshTopic(here)
  const {heard, listener} = wakeLog()
  await here.wake.subscribe([{topic, partition: 0}], listener)
  await there.log.append([batch(topic, 'from elsewhere')])
  await vi.waitFor(() => expect([...heard]).toEqual([`${topic}/0`]))
  heard.clear()
  await server.kill()
  await server.restart()
  await vi.waitFor(() => expect([...heard]).toEqual([`${topic}/0`]), {timeout: 10_000})
})

test('a topic that another process dropped, created again or let grow is found where it is now', async () => {
  const here = await open()
  const there = await open()
  const name = freshName('topic')
  await here.log.createTopic(topicRecord(name, 1, 'first'))
  await here.log.append([batch(name, 'old')])
  await there.log.dropTopic(name)
  await there.log.createTopic(topicRecord(name, 1, 'second'))
  await there.log.append([batch(name, 'new')])
  const [result] = await here.log.read([{topic: name, partition: 0, from: 0, bytesMax: 100}])
  expect(result?.batches.map(stored => text(stored.bytes))).toEqual(['new'])
  await there.log.dropTopic(name)
  await there.log.createTopic(topicRecord(name, 2, 'third'))
  const both = [batch(name, 'a'), batch(name, 'b', {partition: 1})]
  expect((await here.log.append(both)).map(outcome => outcome.kind)).toEqual(['appended', 'appended'])
})

const large = (topic: string) => batch(topic, 'x'.repeat(200_000))

/** A server with room for a dozen large batches, a topic in it, and appends to it until it refuses one. */
async function startSmall() {
  const small = await startRedis(['--maxmemory', '4mb', '--maxmemory-policy', 'noeviction'])
  const storage = await openRedisStorage({url: small.url, namespace: 'full'})
  opened.push(storage)
  const topic = await freshTopic(storage)
  const fill = async () => {
    for (let i = 0; i < 100; i++) await storage.log.append([large(topic)])
  }
  return {small, storage, topic, fill}
}
const setMemory = async ({port}: RedisServer, limit: string) => {
  const client = new Redis({port, host: '127.0.0.1'})
  await client.config('SET', 'maxmemory', limit)
  client.disconnect()
}

test('a server whose memory is full says what to do, and writes nothing', async () => {
  const {small, storage, topic, fill} = await startSmall()
  await expect(fill()).rejects.toMatchObject({
    code: 'STORAGE_FULL',
    message: expect.stringMatching(/maxmemory.*Raise maxmemory, or let data go/),
  })
  const [bounds] = await storage.log.bounds([{topic, partition: 0}])
  const [result] = await storage.log.read([{topic, partition: 0, from: 0, bytesMax: 1e9}])
  expect(result?.batches).toHaveLength(bounds?.end ?? -1)
  await small.stop()
})

test('appends go on when there is room again: by retention, by a dropped topic, by more memory', async () => {
  const {small, storage, topic, fill} = await startSmall()
  const other = await freshTopic(storage)
  await storage.log.append([large(other), large(other), large(other)])
  await expect(fill()).rejects.toMatchObject({code: 'STORAGE_FULL'})
  const [bounds] = await storage.log.bounds([{topic, partition: 0}])
  const end = bounds?.end ?? 0
  expect(await storage.log.trim({topic, partition: 0}, end - 2)).toBe(end - 2)
  expect(await storage.log.append([large(topic)])).toEqual([{kind: 'appended', baseOffset: end}])
  await expect(fill()).rejects.toMatchObject({code: 'STORAGE_FULL'})
  await storage.log.dropTopic(other)
  expect(await storage.log.append([large(topic)])).toMatchObject([{kind: 'appended'}])
  await expect(fill()).rejects.toMatchObject({code: 'STORAGE_FULL'})
  await setMemory(small, '100mb')
  expect(await storage.log.append([large(topic)])).toMatchObject([{kind: 'appended'}])
  await small.stop()
})

test('a producer goes on by itself when memory is freed, and stores everything once', async () => {
  const {small, storage, topic, fill} = await startSmall()
  await expect(fill()).rejects.toMatchObject({code: 'STORAGE_FULL'})
  const at = {topic, partition: 0}
  const before = (await storage.log.bounds([at]))[0]?.end ?? 0
  const producer = new Producer({log: storage.log, clock: systemClock, producerId: 'p', compression: 'none'})
  const value = Buffer.alloc(200_000, 'x')
  const sent = [1, 2, 3].map(() => producer.send({topic, key: null, value, timestampMs: 0, headers: []}))
  await sleep(300)
  await setMemory(small, '100mb')
  expect((await Promise.all(sent)).map(({offset}) => offset)).toEqual([before, before + 1, before + 2])
  expect((await storage.log.bounds([at]))[0]?.end).toBe(before + 3)
  await small.stop()
})

test('health warns of a policy that deletes what was acknowledged when memory is full, and of no other', async () => {
  for (const [policy, warning] of [
    ['allkeys-lru', expect.stringContaining('set it to noeviction')],
    ['volatile-lru', undefined],
    ['noeviction', undefined],
  ] as const) {
    const server = await startRedis(['--maxmemory', '50mb', '--maxmemory-policy', policy])
    const storage = await openRedisStorage({url: server.url, namespace: 'policy'})
    opened.push(storage)
    const {facts} = await storage.health()
    expect(facts['warning'], policy).toEqual(warning)
    expect(facts['memory limit']).toBe(`50.00M, then ${policy}`)
    await server.stop()
  }
})

test('a server without an append-only file says what it does not promise', async () => {
  const volatile = await startRedis(['--appendonly', 'no'])
  const storage = await openRedisStorage({url: volatile.url, namespace: 'volatile'})
  expect(storage.features.canAckAll).toBe(false)
  expect(storage.features.durability.leader).toContain('appendonly no')
  expect((await storage.health()).facts['persistence']).toContain('no append-only file')
  const topic = await freshTopic(storage)
  expect(await storage.log.append([batch(topic, 'x')], {acks: 'ALL'})).toEqual([
    {kind: 'appended', baseOffset: 0, acks: 'LEADER'},
  ])
  await storage.close()
  await volatile.stop()
})

test('acks ALL waits for a replica that is connected, also when the batch was stored before', async () => {
  const replica = await startRedis(['--replicaof', '127.0.0.1', `${server.port}`, '--enable-debug-command', 'yes'])
  const storage = await open()
  await vi.waitFor(
    async () => {
      await storage.health()
      expect(storage.features.durability.all).toContain('1 replica')
    },
    {timeout: 10_000},
  )
  const topic = await freshTopic(storage)
  const stamped = batch(topic, 'x', {producer: {id: 'p', epoch: 0, sequence: 0}})
  expect(await storage.log.append([stamped], {acks: 'ALL'})).toEqual([{kind: 'appended', baseOffset: 0}])
  const before = await waitsOf(server)
  const many = Array.from({length: 200}, (_, i) => batch(topic, 'y', {producer: {id: `q${i}`, epoch: 0, sequence: 0}}))
  const outcomes = await Promise.all(many.map(each => storage.log.append([each], {acks: 'ALL'})))
  expect(outcomes.flat().map(outcome => outcome.kind)).toEqual(many.map(() => 'appended'))
  // They wait together: one WAIT would hold up all behind it.
  expect((await waitsOf(server)) - before).toBeLessThan(20)
  const slow = new Redis(replica.port)
  // It stays connected and does not say what it has: DEBUG SLEEP holds up all that it does.
  const sleeping = slow.call('DEBUG', 'SLEEP', '7')
  await sleep(100)
  await expect(storage.log.append([stamped], {acks: 'ALL'})).rejects.toMatchObject({code: 'ACKS_NOT_REACHED'})
  await sleeping
  slow.disconnect()
  expect(await storage.log.append([stamped], {acks: 'ALL'})).toEqual([{kind: 'duplicate', baseOffset: 0}])
  await replica.stop()
}, 30_000)

test('acks ALL waits for the disk where the server can (7.2), and says LEADER where it can not', async () => {
  const everySecond = await startRedis(['--appendfsync', 'everysec'])
  const storage = await openRedisStorage({url: everySecond.url, namespace: 'disk'})
  opened.push(storage)
  const client = new Redis(everySecond.port)
  const [, major, minor] = /redis_version:(\d+)\.(\d+)/.exec(await client.info('server')) ?? []
  const canWait = Number(major) * 100 + Number(minor) >= 702
  expect(storage.features.canAckAll).toBe(canWait)
  if (canWait) expect(storage.features.durability.all).toBe('on disk')
  const topic = await freshTopic(storage)
  const stamped = batch(topic, 'x', {producer: {id: 'p', epoch: 0, sequence: 0}})
  const less = !canWait && ({acks: 'LEADER'} as const)
  expect(await storage.log.append([stamped], {acks: 'ALL'})).toEqual([{kind: 'appended', baseOffset: 0, ...less}])
  expect(await storage.log.append([stamped], {acks: 'ALL'})).toEqual([{kind: 'duplicate', baseOffset: 0, ...less}])
  const calls = /cmdstat_waitaof:calls=(\d+)/.exec(await client.info('commandstats'))?.[1]
  expect(Number(calls ?? 0) >= 2).toBe(canWait)
  client.disconnect()
  await everySecond.stop()
})

test('a task commit with ALL waits for a replica that is slow, and is applied once', async () => {
  const replica = await startRedis(['--replicaof', '127.0.0.1', `${server.port}`, '--enable-debug-command', 'yes'])
  const storage = await open()
  await vi.waitFor(
    async () => {
      await storage.health()
      expect(storage.features.canAckAll).toBe(true)
      expect(storage.features.durability.all).toContain('1 replica')
    },
    {timeout: 10_000},
  )
  const topic = await freshTopic(storage)
  const task = freshTask()
  const {epoch} = await storage.state.claim(task)
  const commit = () =>
    storage
      .commit({task, epoch, acks: 'ALL', consumed: [], state: [], outputs: [batch(topic, 'x')]})
      .finally(() => (isDone = true))
  let isDone = false
  expect(await commit()).toEqual({kind: 'committed', baseOffsets: [0]})
  isDone = false
  const slow = new Redis(replica.port)
  const sleeping = slow.call('DEBUG', 'SLEEP', '7')
  await sleep(100)
  const committing = commit()
  await vi.waitFor(async () => expect(await storage.log.bounds([{topic, partition: 0}])).toMatchObject([{end: 2}]))
  // Longer than one wait for the replica takes.
  await sleep(5500)
  expect(isDone).toBe(false)
  await sleeping
  slow.disconnect()
  expect(await committing).toEqual({kind: 'committed', baseOffsets: [1]})
  expect(await storage.log.bounds([{topic, partition: 0}])).toMatchObject([{end: 2}])
  await replica.stop()
}, 30_000)

test('an address where nobody answers fails with STORAGE_UNAVAILABLE and without the password', async () => {
  const opening = openRedisStorage({url: 'redis://user:secret@127.0.0.1:1', namespace: 'x', clock: hastyClock})
  await expect(opening).rejects.toMatchObject({code: 'STORAGE_UNAVAILABLE'})
  await expect(opening).rejects.not.toThrow(/secret/)
})

/** How often the server was asked to wait for replicas. */
async function waitsOf({port}: RedisServer): Promise<number> {
  const client = new Redis(port)
  const stats = await client.info('commandstats')
  client.disconnect()
  return Number(/cmdstat_wait:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}

/** Its time flies: patience ends at once. */
let hastyMs = 0
const hastyClock = {
  nowMs: () => (hastyMs += 6000),
  sleep: () => new Promise<void>(resolve => setImmediate(resolve)),
}

test('a task whose last commit is lost commits nothing on top of the one before', async () => {
  const storage = await open()
  const topic = await freshTopic(storage)
  const task = freshTask()
  const {epoch} = await storage.state.claim(task)
  const commit = (next: number) => storage.commit({task, epoch, outputs: [], state: [], consumed: [{topic, partition: 0, next}]})
  const redis = new Redis(server.url)
  const [key = ''] = await redis.keys(`faults:*:task:${task.query}/*`)
  await commit(1)
  const received = await redis.hgetall(key)
  await commit(2)
  await redis.hset(key, received)
  redis.disconnect()
  await expect(commit(3)).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    message: expect.stringContaining('has lost the last commit of task'),
  })
  const again = await storage.state.claim(task)
  expect(again.consumed).toEqual([{topic, partition: 0, next: 1}])
  expect(await storage.commit({task, epoch: again.epoch, outputs: [], state: [], consumed: []})).toMatchObject({
    kind: 'committed',
  })
})

test('a group goes on where the log of a server that took over holds other records than it had read', async () => {
  const storage = await open()
  const redis = new Redis(server.url)
  const known = new Set(await redis.keys('*'))
  const topic = await freshTopic(storage)
  const group = freshName('group')
  const place = {topic, partition: 0}
  await storage.log.append([batch(topic, 'one that is kept')])
  const received = (await copyOfKeys(redis)).filter(({key}) => !known.has(key))
  await storage.log.append([batch(topic, 'one! that is lost')])
  await commitGroupOffsets(storage, {group, offsets: [{...place, offset: 2}]})
  for (const {key, copy} of received) await redis.restore(key, 0, copy, 'REPLACE')
  redis.disconnect()
  await storage.log.append([batch(topic, 'another one')])
  await storage.log.append([batch(topic, 'and more')])
  const lost: unknown[] = []
  const [start] = await startOffsets(storage, group, [place], 'earliest', each => lost.push(each))
  expect(start).toMatchObject({...place, from: 0, isCommitted: false})
  expect(lost).toMatchObject([{...place, from: 0, reason: expect.stringContaining('the log has lost it')}])
  await expect(startOffsets(storage, group, [place], 'error')).rejects.toMatchObject({code: 'OFFSET_OUT_OF_RANGE'})
})

async function copyOfKeys(redis: Redis): Promise<readonly {readonly key: string; readonly copy: Buffer}[]> {
  const keys = await redis.keys('*')
  return Promise.all(keys.map(async key => ({key, copy: await redis.dumpBuffer(key)})))
}
