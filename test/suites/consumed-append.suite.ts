import {expect, test} from 'vitest'
import type {CommittedOffset} from '../../packages/engine/src/storage/port/group-store.ts'
import type {AppendBatch} from '../../packages/engine/src/storage/port/log-store.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {batch, bytesOf, freshName, freshTopic, text} from './fixture.ts'

/** Appends that carry offsets of a consumer group: both happen, or neither. */
export function consumedAppendSuite(storage: () => Storage): void {
  const partitions = 4
  const offset = (next: number): CommittedOffset => ({topic: 'in', partition: 0, next})
  const append = (group: string, next: number, batches: readonly AppendBatch[], generation?: number) =>
    storage().log.append(batches, {
      isAtomic: true,
      groupOffsets: {group, offsets: [offset(next)], ...(generation !== undefined && {generation})},
    })
  const contents = async (topic: string) => {
    const ranges = Array.from({length: partitions}, (_, partition) => ({topic, partition, from: 0, bytesMax: 1e6}))
    return (await storage().log.read(ranges)).map(result => result.batches.map(stored => text(stored.bytes)).join(' '))
  }
  const stamped = (topic: string, partition: number, sequence: number, epoch = 0) =>
    batch(topic, `${epoch}.${sequence}`, {partition, producer: {id: 'p', epoch, sequence}})

  test('batches for several partitions are stored with the offsets, in order', async () => {
    const topic = await freshTopic(storage(), partitions)
    const group = freshName('group')
    const batches = [batch(topic, 'a', {count: 3}), batch(topic, 'b', {partition: 2}), batch(topic, 'c'), batch(topic, 'd')]
    expect(await append(group, 5, batches)).toEqual([0, 0, 3, 4].map(baseOffset => ({kind: 'appended', baseOffset})))
    expect(await append(group, 6, [batch(topic, 'e', {partition: 2})])).toEqual([{kind: 'appended', baseOffset: 1}])
    expect(await contents(topic)).toEqual(['a c d', '', 'b e', ''])
    expect(await storage().groups.offsets(group)).toEqual([offset(6)])
  })

  test('nothing is stored under another generation', async () => {
    const topic = await freshTopic(storage(), partitions)
    const group = freshName('group')
    await storage().groups.setGeneration(group, 2)
    const batches = [batch(topic, 'a'), batch(topic, 'b', {partition: 1})]
    expect(await append(group, 5, batches, 1)).toEqual([{kind: 'aborted'}, {kind: 'aborted'}])
    expect(await storage().groups.offsets(group)).toEqual([])
    expect(await contents(topic)).toEqual(['', '', '', ''])
    expect(await append(group, 5, batches, 2)).toMatchObject([{kind: 'appended'}, {kind: 'appended'}])
    expect(await storage().groups.offsets(group)).toEqual([offset(5)])
  })

  test('a partition that does not exist keeps all of it out', async () => {
    const topic = await freshTopic(storage(), partitions)
    const group = freshName('group')
    expect(await append(group, 5, [batch(topic, 'a'), batch(topic, 'b', {partition: 9})])).toEqual([
      {kind: 'aborted'},
      {kind: 'unknown-partition'},
    ])
    expect(await storage().groups.offsets(group)).toEqual([])
    expect(await contents(topic)).toEqual(['', '', '', ''])
  })

  test('a retry is answered with the offsets of the first time, and moves no offsets', async () => {
    const topic = await freshTopic(storage(), partitions)
    const group = freshName('group')
    const send = (sequence: number, next: number) =>
      append(group, next, [stamped(topic, 0, sequence), stamped(topic, 3, sequence)])
    for (let i = 0; i < 4; i++) await send(i, i + 1)
    expect(await send(1, 2)).toEqual([
      {kind: 'duplicate', baseOffset: 1},
      {kind: 'duplicate', baseOffset: 1},
    ])
    expect(await storage().groups.offsets(group)).toEqual([offset(4)])
    expect(await contents(topic)).toEqual(['0.0 0.1 0.2 0.3', '', '', '0.0 0.1 0.2 0.3'])
  })

  test('a gap in the sequences of a producer and an old epoch are refused', async () => {
    const topic = await freshTopic(storage(), partitions)
    const group = freshName('group')
    await append(group, 1, [stamped(topic, 0, 0)])
    expect(await append(group, 2, [stamped(topic, 0, 2), batch(topic, 'x', {partition: 1})])).toEqual([
      {kind: 'out-of-order', expectedSequence: 1},
      {kind: 'aborted'},
    ])
    await append(group, 3, [stamped(topic, 0, 0, 1)])
    expect(await append(group, 4, [stamped(topic, 0, 1)])).toEqual([{kind: 'fenced', by: 1}])
    expect(await storage().groups.offsets(group)).toEqual([offset(3)])
    expect(await contents(topic)).toEqual(['0.0 1.0', '', '', ''])
  })

  test('many at once of one group are all stored once, in the order of their offsets', async () => {
    const topic = await freshTopic(storage(), partitions)
    const group = freshName('group')
    const rounds = Array.from({length: 20}, (_, i) =>
      append(
        group,
        i,
        [0, 1, 2].map(partition => batch(topic, `${i}`, {partition})),
      ),
    )
    for (const [i, outcomes] of (await Promise.all(rounds)).entries())
      expect(outcomes).toEqual(outcomes.map(() => ({kind: 'appended', baseOffset: i})))
    const all = rounds.map((_, i) => i).join(' ')
    expect(await contents(topic)).toEqual([all, all, all, ''])
    expect(await storage().groups.offsets(group)).toEqual([offset(19)])
  })

  test('keys of the batches are found by the index', async () => {
    const topic = await freshTopic(storage(), partitions)
    const key = bytesOf('cart')
    for (const next of [1, 2]) await append(freshName('group'), next, [batch(topic, 'x', {count: 2, keys: [{key, count: 2}]})])
    expect(await storage().log.keyBatches({topic, partition: 0}, key, 0, 10)).toEqual({
      version: 4,
      batches: [
        {baseOffset: 0, version: 0, count: 2},
        {baseOffset: 2, version: 2, count: 2},
      ],
    })
  })

  test('an expected end is checked in the same step, or refused where it can not be', async () => {
    const topic = await freshTopic(storage(), partitions)
    const group = freshName('group')
    const conditional = append(group, 1, [batch(topic, 'a', {expectedEnd: 7})])
    if (storage().features.isAtomicAcrossPartitions) expect(await conditional).toEqual([{kind: 'conflict', end: 0}])
    else await expect(conditional).rejects.toMatchObject({code: 'INVALID_ARGUMENT'})
    expect(await storage().groups.offsets(group)).toEqual([])
    expect(await contents(topic)).toEqual(['', '', '', ''])
  })

  test('without batches nothing happens', async () => {
    const group = freshName('group')
    expect(await append(group, 1, [])).toEqual([])
    expect(await storage().groups.offsets(group)).toEqual([])
  })

  test('a group that was dropped and comes back appends as before', async () => {
    const topic = await freshTopic(storage(), partitions)
    const group = freshName('group')
    for (const life of ['first', 'second']) {
      expect(await append(group, 1, [batch(topic, life), batch(topic, life, {partition: 1})])).toMatchObject([
        {kind: 'appended'},
        {kind: 'appended'},
      ])
      await storage().groups.dropGroup(group)
      expect(await storage().groups.offsets(group)).toEqual([])
    }
    expect(await contents(topic)).toEqual(['first second', 'first second', '', ''])
  })
}
