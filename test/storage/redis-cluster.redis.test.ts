// The whole contract again where keys are spread over slots, and what only a cluster has: outputs that go to other slots.
import {Redis} from 'ioredis'
import {afterAll, beforeAll, expect, test, vi} from 'vitest'
import {must} from '../../packages/engine/src/base/assert.ts'
import {taskKey} from '../../packages/engine/src/storage/port/task-commit.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {slotOf} from '../../packages/engine/src/storage/redis/connection-slot.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {batch, bytesOf, freshName, freshTask, text, topicRecord} from '../suites/fixture.ts'
import {storageSuite} from '../suites/storage.suite.ts'
import {startRedisCluster} from '../support/redis-cluster.ts'
import type {RedisCluster} from '../support/redis-cluster.ts'
import {sleep} from '../support/until.ts'

let cluster: RedisCluster
let storage: Storage
const open = () => openRedisStorage({url: cluster.url, mode: 'cluster', namespace: 'suite'})
beforeAll(async () => {
  cluster = await startRedisCluster()
  storage = await open()
})
afterAll(async () => {
  await storage.close()
  await cluster.stop()
})

storageSuite('redis cluster', {open})

const partitions = 12
const spreadTopic = async () => {
  const name = freshName('spread')
  await storage.log.createTopic(topicRecord(name, partitions))
  return name
}
const everywhere = (batches: readonly string[]) => Array.from({length: partitions}, () => batches)
const contents = async (topic: string) => {
  const ranges = Array.from({length: partitions}, (_, partition) => ({topic, partition, from: 0, bytesMax: 1e6}))
  return (await storage.log.read(ranges)).map(result => result.batches.map(stored => text(stored.bytes)))
}

test('outputs to all slots arrive once each, in order, and with their offsets', async () => {
  const topic = await spreadTopic()
  const task = freshTask()
  const {epoch} = await storage.state.claim(task)
  const commit = (round: number) =>
    storage.commit({
      task,
      epoch,
      consumed: [{topic: 'in', partition: 0, next: round}],
      state: [{store: 's', key: bytesOf('round'), value: bytesOf(`${round}`)}],
      outputs: Array.from({length: partitions}, (_, partition) => batch(topic, `${round}`, {partition})),
    })
  // All at once: commits of one task keep their order on the way to other slots.
  const outcomes = await Promise.all(Array.from({length: 10}, (_, round) => commit(round)))
  for (const [round, outcome] of outcomes.entries()) {
    expect(outcome).toEqual({kind: 'committed', baseOffsets: Array<number>(partitions).fill(round)})
  }
  const rounds = Array.from({length: 10}, (_, round) => `${round}`)
  expect(await contents(topic)).toEqual(everywhere(rounds))
})

test('what an owner left in its outbox is sent by the next one, once', async () => {
  const topic = await spreadTopic()
  const task = freshTask()
  const {epoch} = await storage.state.claim(task)
  const outputs = Array.from({length: partitions}, (_, partition) => batch(topic, 'x', {partition}))
  const dying = await open()
  const outcome = dying
    .commit({task, epoch, consumed: [{topic: 'in', partition: 0, next: 1}], state: [], outputs})
    .catch(() => 'died')
  // Once the commit itself is there, its owner dies, somewhere on the way through the outbox.
  await vi.waitFor(async () => expect((await storage.state.peek(task))?.consumed).toHaveLength(1), {interval: 0})
  await dying.close()
  await outcome
  const [one, two] = await Promise.all([storage.state.claim(task), storage.state.claim(task)])
  expect([one.epoch, two.epoch].sort()).toEqual([epoch + 1, epoch + 2])
  expect(await contents(topic)).toEqual(everywhere(['x']))
})

test('a query that was dropped and comes back under its name forwards from the start again', async () => {
  const topic = await spreadTopic()
  const task = freshTask()
  for (const life of ['first', 'second']) {
    const {epoch} = await storage.state.claim(task)
    const outputs = Array.from({length: partitions}, (_, partition) => batch(topic, life, {partition}))
    expect(await storage.commit({task, epoch, consumed: [], state: [], outputs}), taskKey(task)).toMatchObject({
      kind: 'committed',
    })
    await storage.state.dropQuery(task.query)
  }
  expect(await contents(topic)).toEqual(everywhere(['first', 'second']))
})

test('appends wait while their slot moves to another primary, and are stored there once each, in order', async () => {
  const topic = await spreadTopic()
  const append = async (sequence: number, acks: 'LEADER' | 'ALL') => {
    const stamped = batch(topic, `${sequence}`, {producer: {id: 'p', epoch: 0, sequence}})
    const [outcome] = await storage.log.append([stamped], {acks})
    expect(outcome).toEqual({kind: 'appended', baseOffset: sequence})
  }
  await append(0, 'ALL')
  const slot = slotOf(`{${topic}:0}`)
  const {from, to, finish} = await beginMove(slot)
  const moving = append(1, 'ALL').then(() => append(2, 'LEADER'))
  const keys = (await from.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[]
  await from.call('MIGRATE', '127.0.0.1', to.options.port ?? 0, '', 0, 5000, 'KEYS', ...keys)
  await sleep(300)
  await finish()
  await moving
  await append(3, 'LEADER')
  await append(4, 'ALL')
  expect((await contents(topic))[0]).toEqual(['0', '1', '2', '3', '4'])
}, 60_000)

test('producers and commits go on while a primary is killed and its replica takes over', async () => {
  const topic = await spreadTopic()
  const bases = new Map<number, number[]>()
  const produce = async (partition: number) => {
    const own: number[] = []
    bases.set(partition, own)
    for (let sequence = 0; sequence < 60; sequence++) {
      const stamped = batch(topic, `${sequence}`, {partition, producer: {id: 'p', epoch: 0, sequence}})
      const [outcome] = await storage.log.append([stamped], {acks: 'LEADER'})
      if (outcome?.kind !== 'appended' && outcome?.kind !== 'duplicate') throw new Error(`unexpected ${JSON.stringify(outcome)}`)
      own.push(outcome.baseOffset)
      // Replication is asynchronous: what is acknowledged in the last moment before a primary dies may go with it.
      if (sequence === 30) await killed
    }
  }
  const producers = Array.from({length: partitions}, (_, partition) => produce(partition))
  const all = Promise.all(producers)
  let hasDied = () => {}
  const killed = new Promise<void>(resolve => (hasDied = resolve))
  await vi.waitFor(() => expect([...bases.values()].every(own => own.length === 31)).toBe(true), {timeout: 10_000})
  await cluster.untilReplicated()
  await cluster.servers[0]?.kill()
  hasDied()
  await all
  for (const own of bases.values()) expect(own).toEqual(Array.from({length: 60}, (_, i) => i))
  await cluster.servers[0]?.restart()
}, 60_000)

test('commits with ALL and their outputs in other slots stay in step when primaries are killed', async () => {
  const topic = await spreadTopic()
  const task = freshTask()
  const rounds = 40
  const takeOver = async () => {
    const {epoch, consumed} = await storage.state.claim(task, 'ALL')
    return {epoch, next: consumed[0]?.next ?? 0}
  }
  let {epoch, next} = await takeOver()
  while (next < rounds) {
    const outputs = Array.from({length: partitions}, (_, partition) => batch(topic, `${next}`, {partition}))
    const consumed = [{topic: 'in', partition: 0, next: next + 1}]
    const committing = storage.commit({task, epoch, acks: 'ALL', consumed, state: [], outputs}).catch(() => undefined)
    if (next === 13 || next === 26) {
      const [primary] = (await cluster.primaries()).slice(next === 13 ? 1 : 2)
      await primary?.kill()
      await committing
      await primary?.restart()
    }
    if ((await committing)?.kind === 'committed') next++
    else ({epoch, next} = await takeOver())
  }
  expect(await contents(topic)).toEqual(everywhere(Array.from({length: rounds}, (_, round) => `${round}`)))
  // Where ALL waits for disks that are written once a second (Redis 7.2), a round takes seconds.
}, 300_000)

/** Between two primaries: a slot is on its way from its owner to the other, until `finish`. */
async function beginMove(slot: number) {
  const clients = (await cluster.primaries()).map(({port}) => new Redis({port, host: '127.0.0.1'}))
  const ids = await Promise.all(clients.map(async client => String(await client.call('CLUSTER', 'MYID'))))
  const ranges = (await clients[0]?.call('CLUSTER', 'SLOTS')) as [number, number, [string, number, string]][]
  const owner = ranges.find(([first, last]) => slot >= first && slot <= last)?.[2][2]
  const at = ids.indexOf(owner ?? '')
  const other = (at + 1) % clients.length
  const [from, to] = [must(clients[at], 'owner'), must(clients[other], 'another primary')]
  await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', must(ids[at], 'id'))
  await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', must(ids[other], 'id'))
  const finish = async () => {
    for (const client of [to, from]) await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', must(ids[other], 'id'))
    for (const client of clients) client.disconnect()
  }
  return {from, to, finish}
}
