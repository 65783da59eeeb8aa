import {expect, test} from 'vitest'
import {encodeBytes} from '../batch/encode-batch.ts'
import {newTopic} from '../log/topic.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {commitGroupOffsets} from './commit.ts'
import {groupInfo, groupInfos} from './group-info.ts'

/** Partition 0 has two batches of two records, at 0, 10 and 20, 30 ms; partition 1 has one of two, at 0 and 10 ms. */
async function filled() {
  const storage = openSimulatedStorage()
  await storage.log.createTopic(newTopic({name: 't', partitions: 2, createdAtMs: 0, encoding: 'bytes'}))
  const none = {kind: 'text', values: [null, null]} as const
  for (const [partition, firstMs] of [
    [0, 0],
    [0, 20],
    [1, 0],
  ] as const) {
    const bytes = encodeBytes({count: 2, timestamps: [firstMs, firstMs + 10], keys: none, values: none})
    await storage.log.append([{topic: 't', partition, bytes, count: 2, maxTimestampMs: firstMs + 10}])
  }
  return storage
}

const at = (partition: number, offset: number) => ({topic: 't', partition, offset})

test('groups are listed page by page, in the order of their ids, each with its own lag', async () => {
  const storage = await filled()
  const ids = Array.from({length: 120}, (_, i) => `g${String(i).padStart(3, '0')}`)
  for (const [i, group] of ids.entries()) await commitGroupOffsets(storage, {group, offsets: [at(0, i % 5), at(1, 2)]})
  const all = await groupInfos(storage, 0)
  expect(all.map(({id}) => id)).toEqual(ids)
  expect(all.map(({offsets}) => offsets.map(({lag}) => lag))).toEqual(ids.map((_, i) => [4 - (i % 5), 0]))
  const page = await groupInfos(storage, 0, {after: 'g004', groupsMax: 3, without: ['g006']})
  expect(page).toEqual([5, 7, 8].map(i => all[i]))
})

test('lag in time is told within a batch and over batches, and not looked for where nobody asks', async () => {
  const storage = await filled()
  await commitGroupOffsets(storage, {group: 'g', offsets: [at(0, 1), at(1, 1)]})
  const level = {group: 'level', offsets: [at(0, 4), at(1, 2)]}
  await commitGroupOffsets(storage, level)
  expect((await groupInfo(storage, 'g', 0))?.offsets.map(({lagMs}) => lagMs)).toEqual([20, 0])
  await commitGroupOffsets(storage, {group: 'g', offsets: [at(1, 0)]})
  expect((await groupInfo(storage, 'g', 0))?.offsets.map(({lagMs}) => lagMs)).toEqual([20, 10])
  const [lagging, other] = await groupInfos(storage, 0, {hasLagMs: false})
  expect(lagging?.offsets.map(({lag, lagMs}) => [lag, lagMs])).toEqual([
    [3, -1],
    [2, -1],
  ])
  expect(other?.offsets.map(({lag, lagMs}) => [lag, lagMs])).toEqual([
    [0, 0],
    [0, 0],
  ])
})

test('offsets in a topic that is gone lag behind nothing', async () => {
  const storage = await filled()
  await commitGroupOffsets(storage, {group: 'g', offsets: [at(0, 1)]})
  await storage.log.dropTopic('t')
  expect((await groupInfo(storage, 'g', 0))?.offsets).toMatchObject([{committedOffset: 1, endOffset: 1, lag: 0, lagMs: 0}])
})
