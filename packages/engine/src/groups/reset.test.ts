import {expect, test} from 'vitest'
import {encodeBytes} from '../batch/encode-batch.ts'
import {newTopic} from '../log/topic.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {commitGroupOffsets} from './commit.ts'
import {reduce} from './coordinator.ts'
import {emptyGroup, groupDocument, readGroup} from './group.ts'
import {groupInfo, groupInfos} from './group-info.ts'
import {dropGroup, resetGroupOffsets} from './reset.ts'
import type {ResetTarget} from './reset-request.ts'

/** Two partitions of two batches of three records, at times 0, 100, 200, … */
async function filled() {
  const storage = openSimulatedStorage()
  await storage.log.createTopic(newTopic({name: 't', partitions: 2, createdAtMs: 0, encoding: 'bytes'}))
  const none = {kind: 'text', values: [null, null, null]} as const
  for (const partition of [0, 1])
    for (const firstMs of [0, 300]) {
      const bytes = encodeBytes({count: 3, timestamps: [firstMs, firstMs + 100, firstMs + 200], keys: none, values: none})
      await storage.log.append([{topic: 't', partition, bytes, count: 3, maxTimestampMs: firstMs + 200}])
    }
  await commitGroupOffsets(storage, {group: 'g', offsets: [{topic: 't', partition: 0, offset: 2}]})
  return storage
}

const places = async (to: ResetTarget, partitions?: number[]) => {
  const storage = await filled()
  const resets = await resetGroupOffsets(storage, {group: 'g', topic: 't', to, partitions}, 0)
  expect(await storage.groups.offsets('g')).toMatchObject(resets.map(({partition, after}) => ({partition, next: after})))
  return resets.map(({partition, before, after}) => [partition, before, after])
}

test('lag is told in records and in time', async () => {
  const storage = await filled()
  expect(await groupInfo(storage, 'g', 0)).toEqual({
    id: 'g',
    state: 'empty',
    generation: 0,
    members: [],
    offsets: [{topic: 't', partition: 0, committedOffset: 2, endOffset: 6, lag: 4, lagMs: 300}],
  })
  expect(await groupInfo(storage, 'none', 0)).toBeUndefined()
  await commitGroupOffsets(storage, {group: 'g', offsets: [{topic: 't', partition: 0, offset: 6}]})
  expect((await groupInfos(storage, 0))[0]?.offsets).toMatchObject([{lag: 0, lagMs: 0}])
})

test('a group is reset to the begin, the end, a time, an offset, or by some records', async () => {
  expect(await places({kind: 'earliest'})).toEqual([
    [0, 2, 0],
    [1, null, 0],
  ])
  expect(await places({kind: 'latest'})).toEqual([
    [0, 2, 6],
    [1, null, 6],
  ])
  expect(await places({kind: 'timestamp', timestampMs: 350})).toEqual([
    [0, 2, 4],
    [1, null, 4],
  ])
  expect(await places({kind: 'timestamp', timestampMs: 9999}, [0])).toEqual([[0, 2, 6]])
  expect(await places({kind: 'shift', by: -1}, [0])).toEqual([[0, 2, 1]])
  expect(await places({kind: 'shift', by: 100}, [0])).toEqual([[0, 2, 6]])
  expect(await places({kind: 'offsets', offsets: [{partition: 0, offset: 5}]})).toEqual([[0, 2, 5]])
})

test('a reset that names a partition twice, or one without its offset, is refused', async () => {
  const storage = await filled()
  const refused = (to: ResetTarget, partitions?: number[]) =>
    expect(resetGroupOffsets(storage, {group: 'g', topic: 't', to, partitions}, 0)).rejects
  const twice = {code: 'INVALID_ARGUMENT', message: 'partitions: found t/0 twice, expected it once'}
  await refused({kind: 'latest'}, [0, 1, 0]).toMatchObject(twice)
  const offsets = [3, 4].map(offset => ({partition: 0, offset}))
  await refused({kind: 'offsets', offsets}).toMatchObject({...twice, message: 'offsets: found t/0 twice, expected it once'})
  await refused({kind: 'offsets', offsets: [{partition: 0, offset: 5}]}, [0, 1]).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'offsets: found none for t/1, expected one for each of the partitions',
  })
  expect(await storage.groups.offsets('g')).toMatchObject([{partition: 0, next: 2}])
})

test('a dry run says what would change and changes nothing', async () => {
  const storage = await filled()
  const resets = await resetGroupOffsets(storage, {group: 'g', topic: 't', to: {kind: 'latest'}, isDryRun: true}, 0)
  expect(resets).toEqual([
    {topic: 't', partition: 0, before: 2, after: 6},
    {topic: 't', partition: 1, before: null, after: 6},
  ])
  expect(await storage.groups.offsets('g')).toMatchObject([{topic: 't', partition: 0, next: 2}])
})

test('a group with members is neither reset nor dropped; members that died do not count, and are fenced', async () => {
  const storage = await filled()
  const join = {
    kind: 'join',
    member: {id: 'm', clientId: 'c', topics: ['t'], sessionTimeoutMs: 1000},
    partitions: {t: 2},
  } as const
  const {version} = await readGroup(storage.groups, 'g')
  const group = reduce(emptyGroup, join, 0)
  await storage.groups.putDocument(groupDocument('g'), version, group)
  await storage.groups.setGeneration('g', group.generation)
  const reset = {group: 'g', topic: 't', to: {kind: 'latest'}} as const
  await expect(resetGroupOffsets(storage, reset, 1000)).rejects.toMatchObject({code: 'GROUP_NOT_EMPTY'})
  expect(await resetGroupOffsets(storage, {...reset, isDryRun: true}, 1000)).toMatchObject([{before: 2, after: 6}, {after: 6}])
  await expect(dropGroup(storage, 'g', 1000)).rejects.toMatchObject({code: 'GROUP_NOT_EMPTY'})
  expect(await groupInfo(storage, 'g', 1000)).toMatchObject({
    state: 'stable',
    members: [{id: 'm', clientId: 'c', assignment: [{partition: 0}, {partition: 1}]}],
  })
  await resetGroupOffsets(storage, reset, 1001)
  const late = {group: 'g', memberId: 'm', generation: group.generation, offsets: [{topic: 't', partition: 0, offset: 1}]}
  await expect(commitGroupOffsets(storage, late)).rejects.toMatchObject({code: 'UNKNOWN_MEMBER'})
  await dropGroup(storage, 'g', 1001)
  expect(await groupInfos(storage, 0)).toEqual([])
  await expect(dropGroup(storage, 'g', 0)).rejects.toMatchObject({code: 'GROUP_NOT_FOUND'})
})

test('commits to places and groups that cannot be are refused', async () => {
  const storage = await filled()
  const commit = (more: object) =>
    commitGroupOffsets(storage, {group: 'g', offsets: [{topic: 't', partition: 0, offset: 1}], ...more})
  for (const group of ['', 'x'.repeat(513)]) {
    await expect(commit({group})).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('expected 1 to 512 bytes'),
    })
    await expect(groupInfo(storage, group, 0)).rejects.toMatchObject({code: 'INVALID_ARGUMENT'})
  }
  await expect(commit({offsets: [{topic: 't', partition: 7, offset: 1}]})).rejects.toMatchObject({code: 'PARTITION_NOT_FOUND'})
  await expect(commit({offsets: [{topic: 't', partition: 0, offset: -1}]})).rejects.toMatchObject({code: 'OFFSET_OUT_OF_RANGE'})
  await expect(commit({generation: 3})).rejects.toMatchObject({code: 'FENCED_GENERATION'})
})
