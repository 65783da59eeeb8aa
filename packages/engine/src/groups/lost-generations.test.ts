import {afterEach, expect, test} from 'vitest'
import {systemClock} from '../base/clock.ts'
import {newTopic} from '../log/topic.ts'
import {openSimulatedStorage, type SimulatedStorage} from '../storage/simulated/open.ts'
import {commitGroupOffsets} from './commit.ts'
import {groupDocument, readGroup} from './group.ts'
import {Membership} from './membership.ts'

const memberships: Membership[] = []
afterEach(async () => {
  await Promise.all(memberships.splice(0).map(each => each.leave()))
})

async function open(): Promise<SimulatedStorage> {
  const storage = openSimulatedStorage()
  await storage.log.createTopic(newTopic({name: 't', partitions: 2, createdAtMs: 0, encoding: 'bytes'}))
  return storage
}

async function join({groups, log}: SimulatedStorage): Promise<Membership> {
  const membership = await Membership.join({groups, log, clock: systemClock, group: 'g', topics: ['t'], onBeat: () => {}})
  memberships.push(membership)
  return membership
}

/** What a failover does: what stands there is an earlier document. */
async function takeBack({groups}: SimulatedStorage, data: unknown): Promise<void> {
  const {version} = await readGroup(groups, 'g')
  await groups.putDocument(groupDocument('g'), version, data)
}

const commit = (storage: SimulatedStorage, {memberId}: Membership, generation: number, partition = 0): Promise<void> =>
  commitGroupOffsets(storage, {group: 'g', memberId, generation, offsets: [{topic: 't', partition, offset: 1}]})

test('a group whose last generations are lost goes on above all of them, and fences what was handed out before', async () => {
  const storage = await open()
  const one = await join(storage)
  const {group: early} = await readGroup(storage.groups, 'g')
  const before = one.generation
  await commit(storage, one, before)
  const other = await join(storage)
  await one.refresh()
  const lost = Math.max(one.generation, other.generation)
  await takeBack(storage, early)
  await one.refresh()
  expect(one.generation).toBeGreaterThan(lost)
  expect([...one.owned.values()].every(since => since > lost)).toBe(true)
  await expect(commit(storage, one, before)).rejects.toMatchObject({code: 'FENCED_GENERATION'})
  await commit(storage, one, one.generation)
})

test('a member that alone saw a lost generation joins again above it', async () => {
  const storage = await open()
  const one = await join(storage)
  const {group: early} = await readGroup(storage.groups, 'g')
  const other = await join(storage)
  const lost = other.generation
  await takeBack(storage, early)
  await other.refresh()
  expect(other.generation).toBeGreaterThan(lost)
  await one.refresh()
  expect(one.generation).toBeGreaterThanOrEqual(other.generation)
})

test("a generation that only the store's commits had lost is raised again, so that an earlier one stays fenced", async () => {
  const storage = await open()
  const one = await join(storage)
  await storage.groups.dropGroup('g')
  await commit(storage, one, one.generation)
  const offsets = [{topic: 't', partition: 0, next: 9}]
  expect(await storage.groups.commitOffsets('g', one.generation - 1, offsets)).toBe(false)
})

test('where only the document is lost, a new member and a commit through another process go above what commits are checked against', async () => {
  const storage = await open()
  const {group: early} = await readGroup(storage.groups, 'g')
  await storage.groups.setGeneration('g', 12)
  await takeBack(storage, {...early, generation: 3})
  const one = await join(storage)
  expect(one.generation).toBeGreaterThan(12)
  await commit(storage, one, one.generation)
})
