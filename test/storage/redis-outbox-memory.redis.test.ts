// What partitions of a cluster remember of outboxes in other slots, and when they may forget it.
import {Redis} from 'ioredis'
import {afterAll, beforeAll, expect, test, vi} from 'vitest'
import {systemClock} from '../../packages/engine/src/base/clock.ts'
import {silentLogger} from '../../packages/engine/src/base/logger.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import type {TaskId} from '../../packages/engine/src/storage/port/task-commit.ts'
import {Acknowledger} from '../../packages/engine/src/storage/redis/acks.ts'
import {Connections} from '../../packages/engine/src/storage/redis/connections.ts'
import {Forwarder} from '../../packages/engine/src/storage/redis/forwarder.ts'
import {RedisKeys} from '../../packages/engine/src/storage/redis/keys.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {forgetGoneOutboxes} from '../../packages/engine/src/storage/redis/outbox-memory.ts'
import {textOf} from '../../packages/engine/src/storage/redis/reply.ts'
import {TopicRegistry} from '../../packages/engine/src/storage/redis/topic-registry.ts'
import {RedisWake} from '../../packages/engine/src/storage/redis/wake.ts'
import {batch, freshName, freshTask, text, topicRecord} from '../suites/fixture.ts'
import {startRedisCluster} from '../support/redis-cluster.ts'
import type {RedisCluster} from '../support/redis-cluster.ts'

const namespace = 'memory'
let cluster: RedisCluster
let storage: Storage
let connections: Connections
const open = () => openRedisStorage({url: cluster.url, mode: 'cluster', namespace})
beforeAll(async () => {
  cluster = await startRedisCluster()
  storage = await open()
  connections = await Connections.open(cluster.url, 'cluster', systemClock, silentLogger)
})
afterAll(async () => {
  await storage.close()
  connections.close()
  await cluster.stop()
})

const partitions = 12
const spreadTopic = async () => {
  const name = freshName('spread')
  await storage.log.createTopic(topicRecord(name, partitions))
  return name
}
const outputs = (topic: string, content: string) =>
  Array.from({length: partitions}, (_, partition) => batch(topic, content, {partition}))
const commit = async (task: TaskId, topic: string, content: string) => {
  const {epoch} = await storage.state.claim(task)
  return storage.commit({task, epoch, consumed: [], state: [], outputs: outputs(topic, content)})
}
const append = (group: string, topic: string) =>
  storage.log.append(outputs(topic, 'x'), {
    isAtomic: true,
    groupOffsets: {group, offsets: [{topic: 'in', partition: 0, next: 1}]},
  })

/** Outboxes that the partitions of all topics remember, by the names of their tasks and groups. */
async function remembered(names: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const {port} of await cluster.primaries()) {
    const client = new Redis({port, host: '127.0.0.1'})
    for (const key of await client.keys(`${namespace}:*:meta`))
      for (const field of await client.hkeys(key))
        for (const name of names) if (field.startsWith('f:') && field.includes(name)) found.add(name)
    client.disconnect()
  }
  return [...found]
}

test('outboxes of queries and groups that were dropped are forgotten, and no others', async () => {
  const topic = await spreadTopic()
  const [dropped, kept] = [freshTask(), freshTask()]
  const [droppedGroup, keptGroup] = [freshName('group'), freshName('group')]
  await commit(dropped, topic, 'x')
  await commit(kept, topic, 'x')
  await append(droppedGroup, topic)
  await append(keptGroup, topic)
  const names = [dropped.query, kept.query, droppedGroup, keptGroup]
  expect(new Set(await remembered(names))).toEqual(new Set(names))
  await storage.state.dropQuery(dropped.query)
  await storage.groups.dropGroup(droppedGroup)
  // Whoever starts looks at once.
  const starting = await open()
  await vi.waitFor(async () => expect(new Set(await remembered(names))).toEqual(new Set([kept.query, keptGroup])), 10_000)
  await starting.close()
  expect(await commit(dropped, topic, 'y')).toMatchObject({kind: 'committed'})
  expect(await commit(kept, topic, 'y')).toMatchObject({kind: 'committed'})
  expect(await append(keptGroup, topic)).toHaveLength(partitions)
  const [bounds] = await storage.log.bounds([{topic, partition: 0}])
  expect(bounds).toMatchObject({end: 7})
})

test('an entry that comes again when its outbox was dropped and forgotten is not stored again', async () => {
  const topic = await spreadTopic()
  const {command} = connections
  const keys = new RedisKeys(namespace)
  const wake = new RedisWake({
    channel: keys.wakeChannel,
    openSubscriber: () => connections.subscriber(),
    allPartitions: async () => [],
    isCluster: true,
  })
  const acknowledger = new Acknowledger({connections, clock: systemClock, mayFailOver: true})
  const forwarder = new Forwarder({connection: command, acknowledger, keys, wake})
  const [place] = await new TopicRegistry(command, keys).places([{topic, partition: 0}])
  if (!place) throw new Error('a topic that was just created is there')
  const [task, other] = [freshTask(), freshTask()]
  const outboxOf = async (owner: TaskId) => {
    await storage.state.claim(owner)
    return keys.outboxOf(owner, textOf(await command.call('HGET', [keys.task(owner), 'incarnation'])))
  }
  const [outbox, others] = [await outboxOf(task), await outboxOf(other)]
  const send = (from: string, content: string) =>
    forwarder.send({outbox: from, sequence: 1, first: 1, forward: {place, batch: batch(topic, content)}, level: 'LEADER'})
  expect(await send(outbox, 'once')).toMatchObject({baseOffset: 0})
  await forgetGoneOutboxes(command, keys, place)
  expect(await send(outbox, 'once')).toMatchObject({baseOffset: 0})
  await storage.state.dropQuery(task.query)
  expect(await send(outbox, 'once')).toMatchObject({baseOffset: 0})
  await forgetGoneOutboxes(command, keys, place)
  expect(await remembered([task.query])).toEqual([])
  expect(await send(outbox, 'once')).toMatchObject({baseOffset: undefined})
  expect(await send(others, 'first of another')).toMatchObject({baseOffset: 1})
  const [found] = await storage.log.read([{topic, partition: 0, from: 0, bytesMax: 1e6}])
  expect(found?.batches.map(({bytes}) => text(bytes))).toEqual(['once', 'first of another'])
})

test('producers are not forgotten because there are many outboxes', async () => {
  const topic = await spreadTopic()
  const keys = new RedisKeys(namespace)
  const [place] = await new TopicRegistry(connections.command, keys).places([{topic, partition: 0}])
  if (!place) throw new Error('a topic that was just created is there')
  const outboxes = Array.from({length: 1200}, (_, i) => [`f:${i}`, '1 1']).flat()
  await connections.command.call('HSET', [keys.meta(place), ...outboxes])
  const send = async (id: string) => {
    const stamped = batch(topic, id, {producer: {id, epoch: 0, sequence: 0}})
    return (await storage.log.append([stamped]))[0]
  }
  for (const [i, id] of ['a', 'b', 'c'].entries()) expect(await send(id)).toEqual({kind: 'appended', baseOffset: i})
  for (const [i, id] of ['a', 'b', 'c'].entries()) expect(await send(id)).toEqual({kind: 'duplicate', baseOffset: i})
})
