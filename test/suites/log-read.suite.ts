import {expect, test} from 'vitest'
import type {ReadRange} from '../../packages/engine/src/storage/port/log-store.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {batch, freshName, freshTopic, text} from './fixture.ts'

export function logReadSuite(storage: () => Storage): void {
  /** Batches of 4, 3, 5 and 2 records: bases 0, 4, 7, 12, end 14. */
  const filledTopic = async () => {
    const topic = await freshTopic(storage(), 2)
    const counts = [4, 3, 5, 2]
    const times = [100, 300, 200, 400]
    await storage().log.append(counts.map((count, i) => batch(topic, `batch-${i}`, {count, maxTimestampMs: times[i] ?? 0})))
    return topic
  }
  const basesOf = async (range: ReadRange) => (await storage().log.read([range]))[0]?.batches.map(stored => stored.baseOffset)

  test('reading from the base of a batch starts with that batch', async () => {
    const topic = await filledTopic()
    expect(await basesOf({topic, partition: 0, from: 4, bytesMax: 1e6})).toEqual([4, 7, 12])
  })

  test('reading from the middle or the last offset of a batch starts with the batch that holds it', async () => {
    const topic = await filledTopic()
    expect(await basesOf({topic, partition: 0, from: 5, bytesMax: 1e6})).toEqual([4, 7, 12])
    expect(await basesOf({topic, partition: 0, from: 6, bytesMax: 1e6})).toEqual([4, 7, 12])
    expect(await basesOf({topic, partition: 0, from: 13, bytesMax: 1e6})).toEqual([12])
  })

  test('reading at the end gives nothing and tells the bounds', async () => {
    const topic = await filledTopic()
    expect(await storage().log.read([{topic, partition: 0, from: 14, bytesMax: 1e6}])).toEqual([
      {bounds: {begin: 0, end: 14, bytes: 4 * 'batch-0'.length, isKnown: true}, batches: []},
    ])
    expect(await basesOf({topic, partition: 0, from: 99, bytesMax: 1e6})).toEqual([])
  })

  test('a read stops at bytesMax, but gives at least one batch', async () => {
    const topic = await filledTopic()
    expect(await basesOf({topic, partition: 0, from: 0, bytesMax: 1})).toEqual([0])
    expect(await basesOf({topic, partition: 0, from: 0, bytesMax: 14})).toEqual([0, 4])
    expect(await basesOf({topic, partition: 0, from: 0, bytesMax: 20})).toEqual([0, 4])
    expect(await basesOf({topic, partition: 0, from: 8, bytesMax: 1})).toEqual([7])
  })

  test('a read stops before the first batch whose base is at or after `to`', async () => {
    const topic = await filledTopic()
    expect(await basesOf({topic, partition: 0, from: 0, to: 7, bytesMax: 1e6})).toEqual([0, 4])
    expect(await basesOf({topic, partition: 0, from: 0, to: 8, bytesMax: 1e6})).toEqual([0, 4, 7])
    expect(await basesOf({topic, partition: 0, from: 5, to: 6, bytesMax: 1e6})).toEqual([4])
  })

  test('one call reads many ranges, in the order asked for', async () => {
    const topic = await filledTopic()
    await storage().log.append([batch(topic, 'second', {partition: 1})])
    const results = await storage().log.read([
      {topic, partition: 1, from: 0, bytesMax: 1e6},
      {topic: freshName('nobody'), partition: 0, from: 0, bytesMax: 1e6},
      {topic, partition: 0, from: 12, bytesMax: 1e6},
      {topic, partition: 0, from: 2, bytesMax: 1},
    ])
    expect(results.map(result => result.batches.map(stored => text(stored.bytes)))).toEqual([
      ['second'],
      [],
      ['batch-3'],
      ['batch-0'],
    ])
    expect(results.map(result => result.bounds.isKnown)).toEqual([true, false, true, true])
  })

  test('many small batches are read to the end, page by page', async () => {
    const topic = await freshTopic(storage())
    await storage().log.append(Array.from({length: 500}, (_, i) => batch(topic, `${i}`)))
    const seen: (string | null | undefined)[] = []
    for (let pages = 0; seen.length < 500 && pages < 500; pages++) {
      const [page] = await storage().log.read([{topic, partition: 0, from: seen.length, bytesMax: 400}])
      seen.push(...(page?.batches.map(stored => text(stored.bytes)) ?? []))
    }
    expect(seen).toEqual(Array.from({length: 500}, (_, i) => `${i}`))
  })

  test('the sizes of batches may differ much: a read is as full as bytesMax lets it be', async () => {
    const topic = await freshTopic(storage())
    await storage().log.append(Array.from({length: 50}, () => batch(topic, 'small')))
    await storage().log.append(Array.from({length: 10}, () => batch(topic, 'x'.repeat(50_000))))
    await storage().log.append(Array.from({length: 50}, () => batch(topic, 'small')))
    expect(await basesOf({topic, partition: 0, from: 0, bytesMax: 10_000})).toHaveLength(50)
    expect(await basesOf({topic, partition: 0, from: 50, bytesMax: 100_000})).toEqual([50, 51])
    expect(await basesOf({topic, partition: 0, from: 59, bytesMax: 100_000})).toHaveLength(51)
    expect(await basesOf({topic, partition: 0, from: 0, bytesMax: 1e7})).toHaveLength(110)
  })

  test('bounds count batches that are kept', async () => {
    const topic = await filledTopic()
    expect(
      await storage().log.bounds([
        {topic, partition: 1},
        {topic, partition: 0},
      ]),
    ).toEqual([
      {begin: 0, end: 0, bytes: 0, isKnown: true},
      {begin: 0, end: 14, bytes: 28, isKnown: true},
    ])
  })

  test('a time finds the first batch that reaches it, though times go back', async () => {
    const topic = await filledTopic()
    const at = (timestampMs: number) => storage().log.batchAtTime({topic, partition: 0}, timestampMs)
    expect(await Promise.all([0, 100, 101, 300, 301, 400, 401].map(at))).toEqual([0, 0, 4, 4, 12, 12, undefined])
    expect(await storage().log.batchAtTime({topic, partition: 1}, 0)).toBeUndefined()
    expect(await storage().log.batchAtTime({topic: freshName('nobody'), partition: 0}, 0)).toBeUndefined()
  })

  test('a time finds the right batch when the latest one was trimmed away', async () => {
    const topic = await freshTopic(storage())
    const times = [9000, 100, 200, 300]
    await storage().log.append(times.map(maxTimestampMs => batch(topic, 'x', {maxTimestampMs})))
    await storage().log.trim({topic, partition: 0}, 1)
    const at = (timestampMs: number) => storage().log.batchAtTime({topic, partition: 0}, timestampMs)
    expect(await Promise.all([50, 150, 300, 301].map(at))).toEqual([1, 2, 3, undefined])
  })

  test('a time finds the batch that is kept whole because a trim ended inside of it', async () => {
    const topic = await freshTopic(storage())
    const times = [100, 500, 200, 600]
    await storage().log.append(times.map(maxTimestampMs => batch(topic, 'x', {maxTimestampMs, count: 3})))
    await storage().log.trim({topic, partition: 0}, 4)
    const at = (timestampMs: number) => storage().log.batchAtTime({topic, partition: 0}, timestampMs)
    expect(await Promise.all([50, 500, 501, 601].map(at))).toEqual([3, 3, 9, undefined])
  })

  test('the head of a batch tells it from another one at its place, as far as the store can lose its log', async () => {
    const topic = await filledTopic()
    const {log, features} = storage()
    const ask = (...offsets: number[]) => log.heads(offsets.map(offset => ({topic, partition: 0, offset})))
    const nobody = {topic: freshName('nobody'), partition: 0, offset: 0}
    expect(await log.heads([nobody, {topic, partition: 1, offset: 3}])).toEqual([undefined, undefined])
    const found = (await ask(0, 6, 7, 13, 99)).map(head => head && [head.baseOffset, head.count, text(head.bytes)])
    const expected = [
      [0, 4, 'batch-0'],
      [4, 3, 'batch-1'],
      [7, 5, 'batch-2'],
      [12, 2, 'batch-3'],
      [12, 2, 'batch-3'],
    ]
    expect(found).toEqual(features.adapter === 'lmdb' ? expected.map(() => undefined) : expected)
    await log.trim({topic, partition: 0}, 4)
    expect((await ask(0))[0]).toBeUndefined()
    const [kept] = await log.read([{topic, partition: 0, from: 7, to: 8, bytesMax: 1}])
    await log.replace({topic, partition: 0}, 4, 12, kept?.batches ?? [])
    expect(await ask(4, 11)).toEqual([undefined, undefined])
  })
}
