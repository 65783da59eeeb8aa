import {expect, test} from 'vitest'
import type {StoredBatch} from '../../packages/engine/src/storage/port/log-store.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {batch, bytesOf, freshName, freshTopic, text, topicRecord} from './fixture.ts'

export function logTrimSuite(storage: () => Storage): void {
  /** Five batches of 10 records, 8 bytes each. */
  const filledTopic = async () => {
    const topic = await freshTopic(storage())
    await storage().log.append(
      [0, 10, 20, 30, 40].map(base => batch(topic, `batch-${base}`.padEnd(8), {count: 10, maxTimestampMs: base})),
    )
    return {topic, partition: 0}
  }
  const contents = async (at: {topic: string; partition: number}, from = 0) => {
    const [result] = await storage().log.read([{...at, from, bytesMax: 1e6}])
    return result?.batches.map(stored => `${stored.baseOffset}+${stored.count} ${text(stored.bytes)?.trim()}`)
  }
  const stored = (baseOffset: number, count: number, content: string): StoredBatch => ({
    baseOffset,
    count,
    maxTimestampMs: baseOffset,
    bytes: bytesOf(content),
  })

  test('trimming to the base of a batch drops those before it', async () => {
    const at = await filledTopic()
    expect(await storage().log.trim(at, 20)).toBe(20)
    expect(await contents(at)).toEqual(['20+10 batch-20', '30+10 batch-30', '40+10 batch-40'])
    expect(await storage().log.bounds([at])).toEqual([{begin: 20, end: 50, bytes: 24, isKnown: true}])
  })

  test('trimming inside a batch keeps the batch and moves begin', async () => {
    const at = await filledTopic()
    expect(await storage().log.trim(at, 25)).toBe(25)
    expect(await contents(at)).toEqual(['20+10 batch-20', '30+10 batch-30', '40+10 batch-40'])
    expect(await storage().log.bounds([at])).toEqual([{begin: 25, end: 50, bytes: 24, isKnown: true}])
  })

  test('begin never goes back and never passes the end', async () => {
    const at = await filledTopic()
    await storage().log.trim(at, 30)
    expect(await storage().log.trim(at, 10)).toBe(30)
    expect(await storage().log.trim(at, 1000)).toBe(50)
    expect(await storage().log.bounds([at])).toEqual([{begin: 50, end: 50, bytes: 0, isKnown: true}])
    expect(await storage().log.append([batch(at.topic, 'next')])).toEqual([{kind: 'appended', baseOffset: 50}])
    expect(await contents(at)).toEqual(['50+1 next'])
    expect(await storage().log.trim({topic: freshName('nobody'), partition: 0}, 5)).toBe(0)
  })

  test('a replaced range keeps the offsets of what is kept, and the rest of the log', async () => {
    const at = await filledTopic()
    const kept = [stored(3, 1, 'three'), stored(25, 2, 'twenty-five')]
    expect(await storage().log.replace(at, 0, 30, kept)).toBe('replaced')
    const after = ['25+2 twenty-five', '30+10 batch-30', '40+10 batch-40']
    expect(await contents(at)).toEqual(['3+1 three', ...after])
    expect(await contents(at, 4)).toEqual(after)
    expect(await contents(at, 26)).toEqual(after)
    expect(await contents(at, 27)).toEqual(after.slice(1))
    expect(await contents(at, 35)).toEqual(after.slice(1))
    expect(await storage().log.bounds([at])).toEqual([{begin: 0, end: 50, bytes: 5 + 11 + 16, isKnown: true}])
    expect(await storage().log.append([batch(at.topic, 'next')])).toEqual([{kind: 'appended', baseOffset: 50}])
  })

  test('a range in the middle can be replaced, then a range over both, and then trimmed', async () => {
    const at = await filledTopic()
    await storage().log.replace(at, 10, 30, [stored(15, 1, 'fifteen')])
    expect(await contents(at)).toEqual(['0+10 batch-0', '15+1 fifteen', '30+10 batch-30', '40+10 batch-40'])
    await storage().log.replace(at, 0, 40, [stored(15, 1, 'fifteen'), stored(31, 1, 'thirty-one')])
    expect(await contents(at)).toEqual(['15+1 fifteen', '31+1 thirty-one', '40+10 batch-40'])
    await storage().log.replace(at, 0, 20, [])
    expect(await contents(at)).toEqual(['31+1 thirty-one', '40+10 batch-40'])
    expect(await storage().log.batchAtTime(at, 20)).toBe(31)
    expect(await storage().log.batchAtTime(at, 35)).toBe(40)
    expect(await storage().log.trim(at, 33)).toBe(33)
    expect(await contents(at)).toEqual(['40+10 batch-40'])
    expect(await storage().log.bounds([at])).toEqual([{begin: 33, end: 50, bytes: 8, isKnown: true}])
  })

  test('a whole log can be replaced by nothing', async () => {
    const at = await filledTopic()
    expect(await storage().log.replace(at, 0, 50, [])).toBe('replaced')
    expect(await contents(at)).toEqual([])
    expect(await storage().log.bounds([at])).toEqual([{begin: 0, end: 50, bytes: 0, isKnown: true}])
    expect(await storage().log.append([batch(at.topic, 'next')])).toEqual([{kind: 'appended', baseOffset: 50}])
    expect(await contents(at)).toEqual(['50+1 next'])
  })

  test('what is trimmed while a range is replaced stays trimmed', async () => {
    const at = await filledTopic()
    async function* kept() {
      yield stored(3, 1, 'three')
      await storage().log.trim(at, 15)
      yield stored(13, 4, 'thirteen')
      await storage().log.trim(at, 26)
      yield stored(23, 2, 'twenty-three')
      yield stored(25, 3, 'twenty-five')
      yield stored(31, 2, 'thirty-one')
    }
    expect(await storage().log.replace(at, 0, 40, kept())).toBe('replaced')
    expect(await contents(at)).toEqual(['25+3 twenty-five', '31+2 thirty-one', '40+10 batch-40'])
    expect(await storage().log.bounds([at])).toEqual([{begin: 26, end: 50, bytes: 11 + 10 + 8, isKnown: true}])
    expect(await storage().log.replace(at, 0, 50, [stored(10, 1, 'x')])).toBe('replaced')
    expect(await contents(at)).toEqual([])
    expect(await storage().log.bounds([at])).toEqual([{begin: 26, end: 50, bytes: 0, isKnown: true}])
  })

  test('a topic that is dropped and comes back while it is replaced gets nothing of the old one', async () => {
    const at = await filledTopic()
    async function* kept() {
      yield stored(0, 1, 'old')
      await storage().log.dropTopic(at.topic)
      await storage().log.createTopic(topicRecord(at.topic))
      await storage().log.append([batch(at.topic, 'new', {count: 40})])
      yield stored(11, 1, 'old')
    }
    expect(await storage().log.replace(at, 0, 30, kept())).toBe('conflict')
    expect(await contents(at)).toEqual(['0+40 new'])
    expect(await storage().log.replace({topic: freshName('nobody'), partition: 0}, 0, 1, [])).toBe('conflict')
  })

  test('a long log of small batches is trimmed and replaced in steps, to the batch', async () => {
    const topic = await freshTopic(storage())
    const at = {topic, partition: 0}
    for (let base = 0; base < 4000; base += 500)
      await storage().log.append(Array.from({length: 500}, (_, i) => batch(topic, 'abc', {maxTimestampMs: base + i})))
    const sizes = async () => (await storage().log.bounds([at])).map(({begin, end, bytes}) => [begin, end, bytes])
    expect(await storage().log.trim(at, 1234)).toBe(1234)
    expect(await sizes()).toEqual([[1234, 4000, 3 * 2766]])
    const kept = Array.from({length: 200}, (_, i) => stored(1300 + 10 * i, 1, 'abc'))
    expect(await storage().log.replace(at, 1300, 3900, kept)).toBe('replaced')
    expect(await sizes()).toEqual([[1234, 4000, 3 * (66 + 200 + 100)]])
    expect((await contents(at, 1298))?.slice(0, 4)).toEqual(['1298+1 abc', '1299+1 abc', '1300+1 abc', '1310+1 abc'])
    expect((await contents(at, 3290))?.slice(0, 2)).toEqual(['3290+1 abc', '3900+1 abc'])
    expect(await storage().log.trim(at, 3985)).toBe(3985)
    expect(await sizes()).toEqual([[3985, 4000, 3 * 15]])
    expect(await contents(at)).toHaveLength(15)
  })

  test('the point to trim to leaves as many bytes as are asked for, in the compacted part and behind it', async () => {
    const at = await filledTopic()
    /** What a trim to the point would leave. */
    const left = async (bytes: number) => {
      const found = await contents(at, await storage().log.trimPoint(at, bytes))
      return found?.map(each => each.split('+')[0]).join(' ')
    }
    for (const [bytes, bases] of [
      [1, '40'],
      [8, '40'],
      [9, '30 40'],
      [16, '30 40'],
      [17, '20 30 40'],
      [39, '0 10 20 30 40'],
      [1000, '0 10 20 30 40'],
    ] as const)
      expect(await left(bytes)).toBe(bases)
    await storage().log.replace(at, 0, 30, [stored(3, 1, 'abc'), stored(25, 2, 'def'), stored(28, 1, 'ghi')])
    for (const [bytes, bases] of [
      [8, '40'],
      [16, '30 40'],
      [17, '28 30 40'],
      [19, '28 30 40'],
      [22, '25 28 30 40'],
      [23, '3 25 28 30 40'],
      [1000, '3 25 28 30 40'],
    ] as const)
      expect(await left(bytes)).toBe(bases)
    await storage().log.trim(at, 26)
    expect(await storage().log.trimPoint(at, 100)).toBe(26)
    expect(await storage().log.trimPoint({topic: freshName('nobody'), partition: 0}, 5)).toBe(0)
  })

  test('what replaces a range may come as it is made, and be more than one step writes', async () => {
    const topic = await freshTopic(storage())
    const at = {topic, partition: 0}
    await storage().log.append(Array.from({length: 13}, (_, i) => batch(topic, 'old', {count: 10, maxTimestampMs: i})))
    const large = 'x'.repeat(700_000)
    async function* kept() {
      for (let base = 0; base < 120; base += 10) {
        await new Promise(resolve => setImmediate(resolve))
        yield stored(base + 3, 1, `${base} ${large}`)
      }
    }
    expect(await storage().log.replace(at, 0, 120, kept())).toBe('replaced')
    const [found] = await storage().log.read([{...at, from: 0, bytesMax: 1e9}])
    expect(found?.batches.map(({baseOffset, count}) => [baseOffset, count])).toEqual([
      ...Array.from({length: 12}, (_, i) => [10 * i + 3, 1]),
      [120, 10],
    ])
    expect(found?.bounds).toMatchObject({
      begin: 0,
      end: 130,
      bytes: found?.batches.reduce((sum, {bytes}) => sum + bytes.length, 0),
    })
  })
}
