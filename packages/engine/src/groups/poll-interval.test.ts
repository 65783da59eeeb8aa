import {afterEach, expect, test} from 'vitest'
import {Engine} from '../engine.ts'
import type {ConsumedBatch, ConsumeRequest} from '../engine-api.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'

const engines: Engine[] = []
afterEach(async () => {
  await Promise.all(engines.splice(0).map(engine => engine.close()))
})

async function open() {
  const engine = await Engine.open({storage: openSimulatedStorage()})
  engines.push(engine)
  await engine.createTopic({name: 'jobs', partitions: 2})
  for (const partition of [0, 1])
    await engine.produce({
      topic: 'jobs',
      records: [
        {value: 1, partition},
        {value: 2, partition},
      ],
    })
  const member = (more: Partial<ConsumeRequest> = {}) =>
    engine.consume({topics: ['jobs'], group: 'g', sessionTimeoutMs: 300, pollIntervalMsMax: 300, recordsMax: 1, ...more})
  const take = async (from: AsyncIterableIterator<ConsumedBatch>) => (await from.next()).value as ConsumedBatch
  return {engine, member, take}
}

const commitOf = ({topic, partition, records, memberId, generation}: ConsumedBatch) => ({
  group: 'g',
  memberId,
  generation,
  offsets: [{topic, partition, offset: (records.at(-1)?.offset ?? -1) + 1}],
})

test('a member that never asks for more leaves its partitions to others, and hears of it when it asks', async () => {
  const {engine, member, take} = await open()
  const stuck = member()
  const held = await take(stuck)
  const other = member({pollIntervalMsMax: 60_000})
  const seen = new Set<string>()
  while (seen.size < 4) {
    const batch = await take(other)
    for (const {offset} of batch.records) seen.add(`${batch.partition}/${offset}`)
  }
  await expect(engine.commitOffsets(commitOf(held))).rejects.toMatchObject({code: 'UNKNOWN_MEMBER'})
  await expect(stuck.next()).rejects.toMatchObject({code: 'UNKNOWN_MEMBER', message: expect.stringContaining('consume again')})
  await other.return?.()
})

test('a member that must commit to get more, and does not, leaves too; one that commits stays', async () => {
  const {engine, member, take} = await open()
  const stuck = member({unackedMax: 1})
  await take(stuck)
  await expect(stuck.next()).rejects.toMatchObject({code: 'UNKNOWN_MEMBER'})
  const busy = member({unackedMax: 1})
  for (let i = 0; i < 4; i++) {
    const batch = await take(busy)
    await new Promise(resolve => setTimeout(resolve, 150))
    await engine.commitOffsets(commitOf(batch))
  }
  expect((await engine.group('g'))?.offsets.map(({committedOffset}) => committedOffset)).toEqual([2, 2])
  await busy.return?.()
})

test('what a consumer can not ask for is refused by name', async () => {
  const {member} = await open()
  const refused = async (more: Partial<ConsumeRequest>, message: string) =>
    expect(member(more).next()).rejects.toMatchObject({code: 'INVALID_ARGUMENT', message: expect.stringContaining(message)})
  await refused({group: ''}, 'empty group name')
  await refused({topics: []}, 'no topic')
  await refused({recordsMax: 0}, 'records in one batch: found 0')
  await refused({unackedMax: -1}, 'found -1')
  await refused({sessionTimeoutMs: 5}, 'session timeout, ms: found 5, expected a whole number from 100 to 3600000')
  await refused({pollIntervalMsMax: 0}, 'poll interval')
})

test('partitions that a member has count as lag although nothing of them is committed', async () => {
  const {engine, member, take} = await open()
  const consumer = member()
  await take(consumer)
  const offsets = (await engine.group('g'))?.offsets
  expect(offsets).toMatchObject([
    {partition: 0, committedOffset: null, endOffset: 2, lag: 2},
    {partition: 1, committedOffset: null, endOffset: 2, lag: 2},
  ])
  await consumer.return?.()
})
