import {expect, test} from 'vitest'
import {rememberedBatches, rememberedProducers} from '../../packages/engine/src/storage/port/admission.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {batch, freshTopic, text} from './fixture.ts'

export function appendSuite(storage: () => Storage): void {
  const contents = async (topic: string, partition = 0) => {
    const [result] = await storage().log.read([{topic, partition, from: 0, bytesMax: 1e6}])
    return result?.batches.map(stored => `${stored.baseOffset}:${text(stored.bytes)}`)
  }
  const stamped = (topic: string, sequence: number, epoch = 0, id = 'p') =>
    batch(topic, `${id}${epoch}.${sequence}`, {count: 10, producer: {id, epoch, sequence}})

  test('batches take contiguous offsets in the order given, each partition for itself', async () => {
    const topic = await freshTopic(storage(), 2)
    const first = [batch(topic, 'a', {count: 3}), batch(topic, 'b', {partition: 1, count: 5}), batch(topic, 'c', {count: 2})]
    expect(await storage().log.append(first)).toEqual([
      {kind: 'appended', baseOffset: 0},
      {kind: 'appended', baseOffset: 0},
      {kind: 'appended', baseOffset: 3},
    ])
    expect(await storage().log.append([batch(topic, 'd')])).toEqual([{kind: 'appended', baseOffset: 5}])
    expect(await contents(topic)).toEqual(['0:a', '3:c', '5:d'])
    expect(await contents(topic, 1)).toEqual(['0:b'])
  })

  test('bytes come back as they went in', async () => {
    const topic = await freshTopic(storage())
    const bytes = Uint8Array.from({length: 70_000}, (_, i) => (i * 31) & 255)
    await storage().log.append([batch(topic, '', {bytes, count: 500, maxTimestampMs: 1_700_000_000_123})])
    const [result] = await storage().log.read([{topic, partition: 0, from: 0, bytesMax: 1}])
    const [stored] = result?.batches ?? []
    expect(stored && Buffer.compare(stored.bytes, bytes)).toBe(0)
    expect(stored).toMatchObject({baseOffset: 0, count: 500, maxTimestampMs: 1_700_000_000_123})
  })

  test('an unknown partition is refused by itself', async () => {
    const topic = await freshTopic(storage())
    const outcomes = await storage().log.append([batch(topic, 'a', {partition: 9}), batch(topic, 'b'), batch('nobody', 'c')])
    expect(outcomes.map(outcome => outcome.kind)).toEqual(['unknown-partition', 'appended', 'unknown-partition'])
    expect(await contents(topic)).toEqual(['0:b'])
  })

  test('a repeated sequence is answered with its first offsets and not written again', async () => {
    const topic = await freshTopic(storage())
    await storage().log.append([stamped(topic, 0), stamped(topic, 1)])
    await storage().log.append([batch(topic, 'other')])
    expect(await storage().log.append([stamped(topic, 0), stamped(topic, 1), stamped(topic, 2)])).toEqual([
      {kind: 'duplicate', baseOffset: 0},
      {kind: 'duplicate', baseOffset: 10},
      {kind: 'appended', baseOffset: 21},
    ])
    expect(await contents(topic)).toEqual(['0:p0.0', '10:p0.1', '20:other', '21:p0.2'])
  })

  test('a sequence older than those remembered is refused with a later expected sequence', async () => {
    const topic = await freshTopic(storage())
    for (let sequence = 0; sequence <= rememberedBatches; sequence++) await storage().log.append([stamped(topic, sequence)])
    expect(await storage().log.append([stamped(topic, 1)])).toEqual([{kind: 'duplicate', baseOffset: 10}])
    expect(await storage().log.append([stamped(topic, 0)])).toEqual([
      {kind: 'out-of-order', expectedSequence: rememberedBatches + 1},
    ])
  })

  test('of batches that come in one call and follow on each other, the last ones are remembered', async () => {
    const topic = await freshTopic(storage())
    const run = Array.from({length: rememberedBatches + 2}, (_, sequence) => stamped(topic, sequence))
    const appended = run.map((_, i) => ({kind: 'appended', baseOffset: 10 * i}))
    expect(await storage().log.append(run.slice(0, 1))).toEqual(appended.slice(0, 1))
    expect(await storage().log.append(run.slice(1))).toEqual(appended.slice(1))
    expect(await storage().log.append(run.slice(2))).toEqual(appended.slice(2).map(it => ({...it, kind: 'duplicate'})))
    expect(await storage().log.append(run.slice(1, 2))).toEqual([{kind: 'out-of-order', expectedSequence: run.length}])
    expect(await contents(topic)).toEqual(run.map((_, i) => `${10 * i}:p0.${i}`))
    expect(await storage().log.bounds([{topic, partition: 0}])).toMatchObject([{begin: 0, end: 10 * run.length}])
  })

  test('a gap in the sequence is refused, and so is a producer that does not begin at 0', async () => {
    const topic = await freshTopic(storage())
    await storage().log.append([stamped(topic, 0)])
    expect(await storage().log.append([stamped(topic, 2)])).toEqual([{kind: 'out-of-order', expectedSequence: 1}])
    expect(await storage().log.append([stamped(topic, 1, 0, 'q')])).toEqual([{kind: 'out-of-order', expectedSequence: 0}])
    expect(await contents(topic)).toEqual(['0:p0.0'])
  })

  test('a newer epoch starts again at 0 and fences the older one', async () => {
    const topic = await freshTopic(storage())
    await storage().log.append([stamped(topic, 0), stamped(topic, 1)])
    expect(await storage().log.append([stamped(topic, 2, 3)])).toEqual([{kind: 'out-of-order', expectedSequence: 0}])
    expect(await storage().log.append([stamped(topic, 0, 3)])).toEqual([{kind: 'appended', baseOffset: 20}])
    expect(await storage().log.append([stamped(topic, 2, 0)])).toEqual([{kind: 'fenced', by: 3}])
    expect(await storage().log.append([stamped(topic, 0, 3)])).toEqual([{kind: 'duplicate', baseOffset: 20}])
  })

  test('producers do not disturb each other, whatever their ids', async () => {
    const topic = await freshTopic(storage())
    const ids = ['a', 'a b', 'end', 'ü:1', '']
    for (const id of ids) expect(await storage().log.append([stamped(topic, 0, 0, id)])).toMatchObject([{kind: 'appended'}])
    for (const id of ids) expect(await storage().log.append([stamped(topic, 0, 0, id)])).toMatchObject([{kind: 'duplicate'}])
  })

  test('a partition remembers a bounded number of producers, and the latest among them', async () => {
    const topic = await freshTopic(storage())
    const id = (i: number) => `producer-${i}`
    for (let from = 0; from <= rememberedProducers; from += 250) {
      await storage().log.append(Array.from({length: 250}, (_, i) => stamped(topic, 0, 0, id(from + i))))
    }
    const latest = rememberedProducers + 249
    expect(await storage().log.append([stamped(topic, 0, 0, id(latest))])).toMatchObject([{kind: 'duplicate'}])
    const kinds = (await storage().log.append(Array.from({length: latest}, (_, i) => stamped(topic, 1, 0, id(i))))).map(
      o => o.kind,
    )
    expect(kinds.filter(kind => kind === 'appended').length).toBeLessThanOrEqual(rememberedProducers)
    expect(kinds.filter(kind => kind === 'out-of-order').length).toBeGreaterThanOrEqual(latest - rememberedProducers)
  })

  test('an expected end that is not the end is a conflict that names the end', async () => {
    const topic = await freshTopic(storage())
    const expecting = (expectedEnd: number) => batch(topic, `at ${expectedEnd}`, {expectedEnd, count: 2})
    expect(await storage().log.append([expecting(0), expecting(2), expecting(3)])).toEqual([
      {kind: 'appended', baseOffset: 0},
      {kind: 'appended', baseOffset: 2},
      {kind: 'conflict', end: 4},
    ])
    expect(await contents(topic)).toEqual(['0:at 0', '2:at 2'])
  })

  test('the retry of a conditional batch that was stored is a duplicate, not a conflict', async () => {
    const topic = await freshTopic(storage())
    const conditional = {...stamped(topic, 0), expectedEnd: 0}
    await storage().log.append([conditional])
    expect(await storage().log.append([conditional])).toEqual([{kind: 'duplicate', baseOffset: 0}])
  })

  test('of many writers that expect the same end, one wins', async () => {
    const topic = await freshTopic(storage())
    const rounds = Array.from({length: 20}, (_, i) => storage().log.append([batch(topic, `${i}`, {expectedEnd: 0})]))
    const kinds = (await Promise.all(rounds)).flat().map(outcome => outcome.kind)
    expect(kinds.filter(kind => kind === 'appended')).toHaveLength(1)
    expect(kinds.filter(kind => kind === 'conflict')).toHaveLength(19)
  })

  test('an atomic append with one refusal writes nothing', async () => {
    const topic = await freshTopic(storage())
    const outcomes = await storage().log.append([stamped(topic, 0), batch(topic, 'b'), batch(topic, 'c', {expectedEnd: 77})], {
      isAtomic: true,
    })
    expect(outcomes).toEqual([{kind: 'aborted'}, {kind: 'aborted'}, {kind: 'conflict', end: 11}])
    expect(await contents(topic)).toEqual([])
    expect(await storage().log.append([stamped(topic, 0)])).toMatchObject([{kind: 'appended', baseOffset: 0}])
  })

  test('an atomic append without a refusal writes all, and its retry nothing', async () => {
    const topic = await freshTopic(storage())
    const batches = [stamped(topic, 0), stamped(topic, 0, 0, 'q')]
    const first = await storage().log.append(batches, {isAtomic: true})
    expect(first.map(outcome => outcome.kind)).toEqual(['appended', 'appended'])
    const second = await storage().log.append(batches, {isAtomic: true})
    expect(second.map(outcome => outcome.kind)).toEqual(['duplicate', 'duplicate'])
    expect(await contents(topic)).toEqual(['0:p0.0', '10:q0.0'])
  })

  test('an atomic append over several partitions is all or nothing, or refused where the storage cannot', async () => {
    const topic = await freshTopic(storage(), 2)
    const refused = [batch(topic, 'a'), batch(topic, 'b', {partition: 1, expectedEnd: 77})]
    const append = storage().log.append(refused, {isAtomic: true})
    if (!storage().features.isAtomicAcrossPartitions) return expect(append).rejects.toMatchObject({code: 'INVALID_ARGUMENT'})
    expect(await append).toEqual([{kind: 'aborted'}, {kind: 'conflict', end: 0}])
    expect(await contents(topic)).toEqual([])
    const accepted = [batch(topic, 'a'), batch(topic, 'b', {partition: 1})]
    expect((await storage().log.append(accepted, {isAtomic: true})).map(outcome => outcome.kind)).toEqual([
      'appended',
      'appended',
    ])
    return expect(await contents(topic, 1)).toEqual(['0:b'])
  })

  test('appends at the same time lose nothing and leave no gap', async () => {
    const topic = await freshTopic(storage())
    const writers = Array.from({length: 50}, (_, i) => storage().log.append([batch(topic, `${i}`, {count: 1 + (i % 3)})]))
    await Promise.all(writers)
    const [result] = await storage().log.read([{topic, partition: 0, from: 0, bytesMax: 1e6}])
    let next = 0
    for (const stored of result?.batches ?? []) {
      expect(stored.baseOffset).toBe(next)
      next += stored.count
    }
    expect(new Set(result?.batches.map(stored => text(stored.bytes))).size).toBe(50)
    expect(result?.bounds.end).toBe(next)
  })

  test('every acks level is answered with offsets, and ALL with what was given where that is less', async () => {
    const topic = await freshTopic(storage())
    for (const [base, acks] of (['NONE', 'LEADER', 'ALL'] as const).entries()) {
      const isLess = acks === 'ALL' && !storage().features.canAckAll
      expect(await storage().log.append([batch(topic, acks)], {acks})).toEqual([
        {kind: 'appended', baseOffset: base, ...(isLess && {acks: 'LEADER'})},
      ])
    }
  })

  test('an append of nothing answers nothing', async () => {
    expect(await storage().log.append([])).toEqual([])
  })
}
