import {expect, test} from 'vitest'
import type {Clock} from '../../packages/engine/src/base/clock.ts'
import {openSimulatedStorage} from '../../packages/engine/src/storage/simulated/open.ts'
import {batch, bytesOf, freshTask, freshTopic, text} from '../suites/fixture.ts'

const unavailable = {code: 'STORAGE_UNAVAILABLE'}

test('a lost request does nothing, a lost reply hides what was done', async () => {
  const storage = openSimulatedStorage()
  const topic = await freshTopic(storage)
  const end = async () => (await storage.log.bounds([{topic, partition: 0}]))[0]?.end
  storage.setFaults({lostRequestRate: 1})
  await expect(storage.log.append([batch(topic, 'x')])).rejects.toMatchObject(unavailable)
  storage.setFaults({})
  expect(await end()).toBe(0)
  storage.setFaults({lostReplyRate: 1})
  await expect(storage.log.append([batch(topic, 'x')])).rejects.toMatchObject(unavailable)
  storage.setFaults({})
  expect(await end()).toBe(1)
})

test('a crash falls between two batches that are not atomic, and never inside a commit', async () => {
  for (let crashBeforeWrite = 1; crashBeforeWrite <= 4; crashBeforeWrite++) {
    const storage = openSimulatedStorage()
    const topic = await freshTopic(storage)
    const task = freshTask()
    const {epoch} = await storage.state.claim(task)
    storage.setFaults({crashBeforeWrite})
    const appending = storage.log.append([batch(topic, 'a'), batch(topic, 'b')])
    const state = [{store: 's', key: bytesOf('k'), value: bytesOf('v')}]
    const working = appending.then(() => storage.commit({task, epoch, consumed: [], state, outputs: [batch(topic, 'c')]}))
    const hasFailed = await working.then(
      () => false,
      () => true,
    )
    expect(hasFailed).toBe(storage.hasCrashed)
    expect(storage.hasCrashed).toBe(crashBeforeWrite <= 3)
    const restarted = openSimulatedStorage({world: storage.world})
    const [result] = await restarted.log.read([{topic, partition: 0, from: 0, bytesMax: 100}])
    expect(result?.batches.map(stored => text(stored.bytes))).toEqual(['a', 'b', 'c'].slice(0, crashBeforeWrite - 1))
    const [value] = await restarted.state.lookUp(task, 's', [bytesOf('k')])
    expect(text(value)).toBe(crashBeforeWrite > 3 ? 'v' : null)
  }
})

test('a snapshot does not see what happens later, and can be opened again', async () => {
  const storage = openSimulatedStorage()
  const topic = await freshTopic(storage)
  await storage.log.append([batch(topic, 'before')])
  const snapshot = storage.snapshot()
  await storage.log.append([batch(topic, 'after')])
  const [result] = await openSimulatedStorage({world: snapshot}).log.read([{topic, partition: 0, from: 0, bytesMax: 100}])
  expect(result?.batches.map(stored => text(stored.bytes))).toEqual(['before'])
})

test('one seed is one run: the same waits and the same losses', async () => {
  const run = async (seed: number) => {
    const waits: number[] = []
    const clock: Clock = {nowMs: () => 0, sleep: async ms => void waits.push(ms)}
    const storage = openSimulatedStorage({seed, clock})
    const topic = await freshTopic(storage)
    storage.setFaults({latencyMs: [1, 5], lostReplyRate: 0.3})
    for (let i = 0; i < 20; i++) {
      const outcome = await storage.log.append([batch(topic, 'x')]).catch(() => 'lost')
      waits.push(outcome === 'lost' ? -1 : 0)
    }
    return waits
  }
  const first = await run(7)
  expect(first).toContain(-1)
  expect(await run(7)).toEqual(first)
  expect(await run(8)).not.toEqual(first)
})
