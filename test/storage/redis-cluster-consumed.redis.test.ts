// Appends with offsets of a group, where the group and the partitions lie in different slots: crashes between the commit and the append.
import {Redis} from 'ioredis'
import {afterAll, beforeAll, expect, test, vi} from 'vitest'
import {Engine} from '../../packages/engine/src/engine.ts'
import type {ConsumedBatch} from '../../packages/engine/src/engine-api.ts'
import {limits} from '../../packages/engine/src/limits.ts'
import type {AppendBatch} from '../../packages/engine/src/storage/port/log-store.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {slotOf} from '../../packages/engine/src/storage/redis/connection-slot.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {batch, freshName, text, topicRecord} from '../suites/fixture.ts'
import {startRedisCluster} from '../support/redis-cluster.ts'
import type {RedisCluster} from '../support/redis-cluster.ts'
import {sleep} from '../support/until.ts'

let cluster: RedisCluster
let storage: Storage
const opened: Storage[] = []
const open = async () => {
  const another = await openRedisStorage({url: cluster.url, mode: 'cluster', namespace: 'consumed'})
  opened.push(another)
  return another
}
beforeAll(async () => {
  cluster = await startRedisCluster()
  storage = await open()
})
afterAll(async () => {
  await Promise.all(opened.map(each => each.close()))
  await cluster.stop()
})

const partitions = 12
const freshTopic = async () => {
  const name = freshName('spread')
  await storage.log.createTopic(topicRecord(name, partitions))
  return name
}
const everywhere = (topic: string, content: string) =>
  Array.from({length: partitions}, (_, partition) => batch(topic, content, {partition}))
const append = (by: Storage, group: string, next: number, batches: readonly AppendBatch[], generation?: number) =>
  by.log.append(batches, {
    isAtomic: true,
    groupOffsets: {group, offsets: [{topic: 'in', partition: 0, next}], ...(generation !== undefined && {generation})},
  })
const appendedAt = (base: number) => Array.from({length: partitions}, () => ({kind: 'appended', baseOffset: base}))
const contents = async (topic: string) => {
  const ranges = Array.from({length: partitions}, (_, partition) => ({topic, partition, from: 0, bytesMax: 1e6}))
  return (await storage.log.read(ranges)).map(result => result.batches.map(stored => text(stored.bytes)).join(' '))
}
const everyPartition = (found: string) => Array.from({length: partitions}, () => found)

/** A process commits, and dies before what it committed has reached any server but the group's. */
async function crashAfterCommit(group: string, next: number, batches: readonly AppendBatch[]): Promise<void> {
  const dying = await open()
  const resume = await pauseOthers(group)
  const outcome = append(dying, group, next, batches).catch(() => 'died')
  await vi.waitFor(async () => expect(await storage.groups.offsets(group)).toMatchObject([{next}]), {interval: 1})
  await dying.close()
  expect(await outcome).toBe('died')
  await resume()
}

/** Stops writes to all servers but the one that has the group. */
async function pauseOthers(group: string): Promise<() => Promise<void>> {
  const home = await portOf(`{group:${group}}`)
  const others = (await cluster.primaries())
    .filter(({port}) => port !== home)
    .map(({port}) => new Redis({port, host: '127.0.0.1'}))
  for (const client of others) await client.call('CLIENT', 'PAUSE', 10_000, 'WRITE')
  return async () => {
    for (const client of others) {
      await client.call('CLIENT', 'UNPAUSE')
      client.disconnect()
    }
  }
}

/** A group on the server that also has the list of groups with an outbox, which every append writes first. */
async function freshGroup(): Promise<string> {
  const home = await portOf('{groups-with-outbox}')
  for (;;) {
    const group = freshName('group')
    if ((await portOf(`{group:${group}}`)) === home) return group
  }
}

async function portOf(key: string): Promise<number | undefined> {
  const client = new Redis({port: cluster.servers[0]?.port ?? 0, host: '127.0.0.1'})
  const ranges = (await client.call('CLUSTER', 'SLOTS')) as [number, number, [string, number, string]][]
  client.disconnect()
  const slot = slotOf(key)
  return ranges.find(([first, last]) => slot >= first && slot <= last)?.[2][1]
}

test('what a process left in the outbox of a group is there before the next append of the group, once', async () => {
  const topic = await freshTopic()
  const group = await freshGroup()
  await append(storage, group, 1, everywhere(topic, 'a'))
  await crashAfterCommit(group, 2, everywhere(topic, 'b'))
  expect(await contents(topic)).not.toEqual(everyPartition('a b'))
  expect(await append(storage, group, 3, everywhere(topic, 'c'))).toEqual(appendedAt(2))
  expect(await contents(topic)).toEqual(everyPartition('a b c'))
})

test('whoever joins the group finds all that was made of what was consumed', async () => {
  const topic = await freshTopic()
  const group = await freshGroup()
  await crashAfterCommit(group, 1, everywhere(topic, 'a'))
  await storage.groups.setGeneration(group, 1)
  expect(await contents(topic)).toEqual(everyPartition('a'))
})

test('several who send what was left at the same time store it once', async () => {
  const topic = await freshTopic()
  const group = await freshGroup()
  const others = await Promise.all([open(), open(), open()])
  await crashAfterCommit(group, 1, [...everywhere(topic, 'a'), ...everywhere(topic, 'b')])
  const outcomes = await Promise.all(others.map((other, i) => append(other, group, 2, everywhere(topic, `c${i}`))))
  expect(outcomes.map(([first]) => first).sort(byBase)).toEqual([2, 3, 4].map(baseOffset => ({kind: 'appended', baseOffset})))
  for (const found of await contents(topic)) expect(found).toMatch(/^a b( c\d){3}$/)
})

test('a commit of offsets, and a process that starts, send what was left', async () => {
  const topic = await freshTopic()
  for (const recover of [(group: string) => storage.groups.commitOffsets(group, undefined, []), open]) {
    const group = await freshGroup()
    const before = await contents(topic)
    await crashAfterCommit(group, 1, everywhere(topic, 'x'))
    await recover(group)
    await vi.waitFor(async () => expect(await contents(topic)).toEqual(before.map(found => `${found} x`.trim())))
  }
})

test('a retry by another process of what was left is answered with its offsets', async () => {
  const topic = await freshTopic()
  const group = await freshGroup()
  const stamped = everywhere(topic, 'a').map(each => ({...each, producer: {id: 'p', epoch: 0, sequence: 0}}))
  await crashAfterCommit(group, 1, stamped)
  expect(await append(storage, group, 1, stamped)).toEqual(stamped.map(() => ({kind: 'duplicate', baseOffset: 0})))
  expect(await contents(topic)).toEqual(everyPartition('a'))
})

test('what was for a topic that was dropped meanwhile goes with it, and the rest arrives', async () => {
  const [topic, dropped] = [await freshTopic(), await freshTopic()]
  const group = await freshGroup()
  const both = [...everywhere(dropped, 'a'), ...everywhere(topic, 'a')].map(each => ({
    ...each,
    producer: {id: 'p', epoch: 0, sequence: 0},
  }))
  await crashAfterCommit(group, 1, both)
  await storage.log.dropTopic(dropped)
  expect(await append(storage, group, 2, everywhere(topic, 'b'))).toEqual(appendedAt(1))
  expect(await contents(topic)).toEqual(everyPartition('a b'))
})

test('a group that is dropped takes nothing away that was committed', async () => {
  const topic = await freshTopic()
  const group = await freshGroup()
  await crashAfterCommit(group, 1, everywhere(topic, 'a'))
  await storage.groups.dropGroup(group)
  expect(await contents(topic)).toEqual(everyPartition('a'))
  expect(await append(storage, group, 1, everywhere(topic, 'b'))).toEqual(appendedAt(1))
})

test('processes that append for one group at the same time store everything once, and know where', async () => {
  const topic = await freshTopic()
  const group = freshName('group')
  const processes = await Promise.all([open(), open(), open()])
  const own = new Map<string, number>()
  await Promise.all(
    processes.map(async (process, p) => {
      for (let i = 0; i < 15; i++) {
        const outcomes = await append(process, group, i, everywhere(topic, `${p}.${i}`))
        for (const outcome of outcomes) expect(outcome).toEqual({...outcomes[0], kind: 'appended'})
        own.set(`${p}.${i}`, outcomes[0]?.kind === 'appended' ? outcomes[0].baseOffset : -1)
      }
    }),
  )
  const inOrder = [...own].sort(([, a], [, b]) => a - b)
  expect(inOrder.map(([, base]) => base)).toEqual(inOrder.map((_, i) => i))
  expect(await contents(topic)).toEqual(everyPartition(inOrder.map(([name]) => name).join(' ')))
})

test('ALL is given for the group and for what goes with it', async () => {
  const topic = await freshTopic()
  const groupOffsets = {group: freshName('group'), offsets: [{topic: 'in', partition: 0, next: 1}]}
  const stamped = everywhere(topic, 'a').map(each => ({...each, producer: {id: 'p', epoch: 0, sequence: 0}}))
  const send = () => storage.log.append(stamped, {isAtomic: true, acks: 'ALL', groupOffsets})
  expect(await send()).toEqual(appendedAt(0))
  expect(await send()).toEqual(stamped.map(() => ({kind: 'duplicate', baseOffset: 0})))
})

test('more than the outbox takes at a time is refused', async () => {
  const topic = await freshTopic()
  const group = freshName('group')
  const bytes = new Uint8Array(limits.groupOutboxBytesMax / partitions + 1)
  const large = everywhere(topic, '').map(each => ({...each, bytes}))
  await expect(append(storage, group, 1, large)).rejects.toMatchObject({code: 'LIMIT_EXCEEDED'})
  expect(await storage.groups.offsets(group)).toEqual([])
})

test('where the partition lies in the slot of the group, conditions are checked in the same step', async () => {
  const topic = freshName('near')
  await storage.log.createTopic(topicRecord(topic, 1, 'group'))
  const conditional = () => append(storage, '0', 1, [batch(topic, 'a', {expectedEnd: 0})])
  expect(await conditional()).toEqual([{kind: 'appended', baseOffset: 0}])
  expect(await conditional()).toEqual([{kind: 'conflict', end: 1}])
  expect(await storage.groups.offsets('0')).toMatchObject([{next: 1}])
})

test('a consumer whose effect is a produce with its offset has it exactly once', async () => {
  const engine = await Engine.open({storage})
  const [input, output] = [freshName('in'), freshName('out')]
  await engine.createTopic({name: input, partitions: 3})
  await engine.createTopic({name: output, partitions: 3})
  await engine.produce({topic: input, records: Array.from({length: 60}, (_, i) => ({key: `k${i}`, value: i}))})
  const group = freshName('group')
  const handle = async ({topic, partition, records, memberId, generation, nextOffset}: ConsumedBatch) =>
    engine.produce({
      topic: output,
      records: records.map(({key, value}) => ({key, value: Number(value) * 10})),
      consumed: {group, memberId, generation, offsets: [{topic, partition, offset: nextOffset}]},
    })
  let handled = 0
  while (handled < 60) {
    // A consumer that goes after some batches, one of which it has received and not handled.
    const consumer = engine.consume({topics: [input], group, recordsMax: 7, sessionTimeoutMs: 1000})
    for (let i = 0; i < 3 && handled < 60; i++) handled += (await handle((await consumer.next()).value)).accepted
    if (handled < 60) await consumer.next()
    await consumer.return?.()
  }
  const {records} = await engine.records({topic: output, from: {kind: 'earliest'}, recordsMax: 100})
  expect(records.map(({value}) => Number(value)).sort((a, b) => a - b)).toEqual(Array.from({length: 60}, (_, i) => i * 10))
  expect((await engine.group(group))?.offsets.reduce((sum, {lag}) => sum + lag, 0)).toBe(0)
  await engine.close()
}, 30_000)

test('requests with and without offsets, and of several groups, may be mixed', async () => {
  const engine = await Engine.open({storage})
  const [topic, ...groups] = [freshName('mixed'), freshName('group'), freshName('group')]
  await engine.createTopic({name: topic, partitions: 1})
  const produce = (value: number, group?: string) =>
    engine.produce({
      topic,
      records: [{value}],
      ...(group !== undefined && {consumed: {group, offsets: [{topic, partition: 0, offset: value}]}}),
    })
  for (const [value, group] of [undefined, groups[0], undefined, groups[1], groups[0], groups[1], undefined].entries())
    expect((await produce(value, group)).ranges).toEqual([{partition: 0, firstOffset: value, lastOffset: value}])
  await engine.close()
})

test('processes and primaries that are killed on the way leave every effect exactly once, in order', async () => {
  const topic = await freshTopic()
  const group = freshName('group')
  const rounds = 60
  let generation = 0
  let process = await open()
  /** Who takes over: fences whoever was before, and goes on from what is committed. */
  const takeOver = async () => {
    process = await open()
    await process.groups.setGeneration(group, ++generation)
    return (await process.groups.offsets(group))[0]?.next ?? 0
  }
  for (let next = await takeOver(); next < rounds;) {
    const outcome = append(process, group, next + 1, everywhere(topic, `${next}`), generation)
    if (next % 5 === 4) {
      await sleep(next % 3)
      await process.close()
    }
    if (next === 22) await cluster.servers[1]?.kill()
    if (next === 41) await cluster.servers[2]?.kill()
    const isDone = await outcome.then(
      outcomes => outcomes.every(({kind}) => kind === 'appended'),
      () => false,
    )
    next = isDone && next % 5 !== 4 ? next + 1 : await takeOver()
  }
  expect(await contents(topic)).toEqual(everyPartition(Array.from({length: rounds}, (_, round) => round).join(' ')))
}, 60_000)

const byBase = (a: unknown, b: unknown): number => baseOf(a) - baseOf(b)
const baseOf = (outcome: unknown): number =>
  typeof outcome === 'object' && outcome !== null && 'baseOffset' in outcome ? Number(outcome.baseOffset) : -1
