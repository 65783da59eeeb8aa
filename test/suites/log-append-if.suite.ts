import {expect, test} from 'vitest'
import type {AppendBatch} from '../../packages/engine/src/storage/port/log-store.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {batch, bytesOf, freshTopic} from './fixture.ts'

export function appendIfSuite(storage: () => Storage): void {
  /** A batch with events of keys: `['a', 2]` is two events of `a`, `['a', 2, 5]` expects it to have five. */
  const events = (
    topic: string,
    keys: readonly (readonly [key: string, count: number, expected?: number])[],
    more: Partial<AppendBatch> = {},
  ) =>
    batch(topic, 'x', {
      count: keys.reduce((sum, [, count]) => sum + count, 0),
      keys: keys.map(([key, count, expected]) => ({key: bytesOf(key), count, ...(expected !== undefined && {expected})})),
      ...more,
    })
  const append = async (...batches: AppendBatch[]) => storage().log.append(batches)
  const keyBatches = (topic: string, key: string, from = 0, max = 100) =>
    storage().log.keyBatches({topic, partition: 0}, bytesOf(key), from, max)

  test('events of each key are numbered and found', async () => {
    const topic = await freshTopic(storage())
    await append(
      events(topic, [
        ['a', 2],
        ['b', 1],
      ]),
      events(topic, [['b', 3]]),
    )
    await append(events(topic, [['a', 1]]))
    expect(await keyBatches(topic, 'a')).toEqual({
      version: 3,
      batches: [
        {baseOffset: 0, version: 0, count: 2},
        {baseOffset: 6, version: 2, count: 1},
      ],
    })
    expect(await keyBatches(topic, 'b')).toEqual({
      version: 4,
      batches: [
        {baseOffset: 0, version: 0, count: 1},
        {baseOffset: 3, version: 1, count: 3},
      ],
    })
    expect(await keyBatches(topic, '')).toEqual({version: 0, batches: []})
    expect(await keyBatches('nobody', 'a')).toEqual({version: 0, batches: []})
  })

  test('reading goes on from any version, some batches at a time', async () => {
    const topic = await freshTopic(storage())
    for (let i = 0; i < 12; i++)
      await append(
        events(topic, [
          ['a', 10],
          ['ab', 1],
        ]),
      )
    const basesFrom = async (from: number, max?: number) =>
      (await keyBatches(topic, 'a', from, max)).batches.map(({baseOffset}) => baseOffset / 11)
    expect(await basesFrom(0, 2)).toEqual([0, 1])
    expect(await basesFrom(19, 2)).toEqual([1, 2])
    expect(await basesFrom(20, 2)).toEqual([2, 3])
    expect(await basesFrom(105)).toEqual([10, 11])
    expect(await basesFrom(120)).toEqual([])
    expect((await keyBatches(topic, 'a', 500)).version).toBe(120)
  })

  test('an expected version that is not the version is a conflict that names the key and what it has', async () => {
    const topic = await freshTopic(storage())
    expect(await append(events(topic, [['a', 2, 0]]))).toEqual([{kind: 'appended', baseOffset: 0}])
    expect(
      await append(
        events(topic, [
          ['new', 1, 0],
          ['a', 1, 1],
        ]),
      ),
    ).toEqual([{kind: 'key-conflict', index: 1, version: 2}])
    expect(
      await append(
        events(topic, [
          ['b', 1],
          ['a', 1, 2],
        ]),
        events(topic, [['a', 1, 2]]),
        events(topic, [['a', 1, 3]]),
      ),
    ).toEqual([
      {kind: 'appended', baseOffset: 2},
      {kind: 'key-conflict', index: 0, version: 3},
      {kind: 'appended', baseOffset: 4},
    ])
    expect((await keyBatches(topic, 'new')).version).toBe(0)
    expect((await keyBatches(topic, 'a')).version).toBe(4)
  })

  test('of many writers that expect the same version, one wins', async () => {
    const topic = await freshTopic(storage())
    const outcomes = await Promise.all(Array.from({length: 20}, () => append(events(topic, [['a', 1, 0]]))))
    expect(outcomes.flat().filter(({kind}) => kind === 'appended')).toHaveLength(1)
    expect(outcomes.flat().filter(({kind}) => kind === 'key-conflict')).toHaveLength(19)
    expect((await keyBatches(topic, 'a')).version).toBe(1)
  })

  test('a conflict in an atomic append writes nothing, to the index neither', async () => {
    const topic = await freshTopic(storage())
    const batches = [events(topic, [['a', 1]], {eventIds: ['e']}), events(topic, [['a', 1, 0]])]
    expect(await storage().log.append(batches, {isAtomic: true})).toEqual([
      {kind: 'aborted'},
      {kind: 'key-conflict', index: 0, version: 1},
    ])
    expect((await keyBatches(topic, 'a')).version).toBe(0)
    expect(await append(events(topic, [['a', 1]], {eventIds: ['e']}))).toEqual([{kind: 'appended', baseOffset: 0}])
  })

  test('the retry of a conditional batch that was stored is a duplicate, not a conflict', async () => {
    const topic = await freshTopic(storage())
    const conditional = events(topic, [['a', 1, 0]], {producer: {id: 'p', epoch: 0, sequence: 0}})
    await append(conditional)
    expect(await append(conditional)).toEqual([{kind: 'duplicate', baseOffset: 0}])
    expect((await keyBatches(topic, 'a')).version).toBe(1)
  })

  test('events with a name are stored once, whoever sends them', async () => {
    const topic = await freshTopic(storage())
    const named = (...eventIds: string[]) => events(topic, [['a', eventIds.length]], {eventIds})
    expect(await append(named('1', '2'), named('2', '1'), named('3'))).toEqual([
      {kind: 'appended', baseOffset: 0},
      {kind: 'duplicate', baseOffset: 0},
      {kind: 'appended', baseOffset: 2},
    ])
    expect(await append({...named('1', '2'), expectedEnd: 77})).toEqual([{kind: 'duplicate', baseOffset: 0}])
    expect(await append(named('3', 'ü 4'))).toEqual([{kind: 'known-events', known: 1}])
    expect(await append(named('ü 4'))).toEqual([{kind: 'appended', baseOffset: 3}])
    expect((await keyBatches(topic, 'a')).version).toBe(4)
  })

  test('keys of any bytes and length are kept apart', async () => {
    const topic = await freshTopic(storage())
    const keys = [[], [0], [0, 0], [255], [255, 255], Array.from({length: 5000}, () => 7)].map(bytes => Uint8Array.from(bytes))
    for (const [i, key] of keys.entries())
      await append(batch(topic, 'x', {count: i + 1, keys: [{key, count: i + 1, expected: 0}]}))
    for (const [i, key] of keys.entries())
      expect((await storage().log.keyBatches({topic, partition: 0}, key, 0, 9)).version).toBe(i + 1)
  })

  test('versions outlive a trim, partitions count for themselves, and a topic that comes back begins anew', async () => {
    const topic = await freshTopic(storage(), 2)
    await append(events(topic, [['a', 3]]), events(topic, [['a', 1]], {partition: 1}))
    await storage().log.trim({topic, partition: 0}, 3)
    expect(await append(events(topic, [['a', 1, 3]]), events(topic, [['a', 1, 1]], {partition: 1}))).toMatchObject([
      {kind: 'appended'},
      {kind: 'appended'},
    ])
    const record = await storage().log.topic(topic)
    await storage().log.dropTopic(topic)
    if (record) await storage().log.createTopic(record)
    expect(await append(events(topic, [['a', 1, 0]]))).toEqual([{kind: 'appended', baseOffset: 0}])
  })

  test('the indexes forget batches that were trimmed, and go on counting the events of each key', async () => {
    const topic = await freshTopic(storage())
    const rounds = 60
    for (let i = 0; i < rounds; i++)
      await append(events(topic, [['a', 1]], {eventIds: [`a${i}`]}), events(topic, [[`once-${i}`, 1]]), events(topic, [['b', 2]]))
    await storage().log.trim({topic, partition: 0}, (rounds - 10) * 4)
    const named = (await keyBatches(topic, 'a', 0, 1000)).batches
    expect(named.map(({version}) => version)).toEqual(Array.from({length: 10}, (_, i) => rounds - 10 + i))
    expect((await keyBatches(topic, 'b', 0, 1000)).batches).toHaveLength(10)
    expect(await keyBatches(topic, 'once-3')).toMatchObject({version: 1})
    const [kept, forgotten] = [
      events(topic, [['a', 1]], {eventIds: [`a${rounds - 1}`]}),
      events(topic, [['a', 1]], {eventIds: ['a3']}),
    ]
    expect(await append(kept, forgotten)).toMatchObject([{kind: 'duplicate'}, {kind: 'appended'}])
    expect(await append(events(topic, [['a', 1, rounds]]))).toMatchObject([{kind: 'key-conflict', version: rounds + 1}])
    await storage().log.trim({topic, partition: 0}, 1e9)
    expect((await keyBatches(topic, 'a', 0, 1000)).batches).toHaveLength(1)
    expect(await append(events(topic, [['a', 1, rounds + 1]]), events(topic, [['once-3', 1, 1]]))).toMatchObject([
      {kind: 'appended'},
      {kind: 'appended'},
    ])
  })

  test('more keys than are swept in one step are all swept', async () => {
    const topic = await freshTopic(storage())
    const keys = Array.from({length: 1500}, (_, i) => [`k${i}`, 1] as const)
    const eventIds = keys.map(([key]) => key)
    await append(events(topic, keys, {eventIds}), events(topic, keys), events(topic, [['last', 1]]))
    await storage().log.trim({topic, partition: 0}, 3000)
    for (const key of ['k0', 'k777', 'k1499'])
      expect(await keyBatches(topic, key)).toEqual({version: 2, batches: [{baseOffset: 1500, version: 1, count: 1}]})
    expect(await append(events(topic, [['k9', 1]], {eventIds: ['k9']}))).toMatchObject([{kind: 'appended'}])
  })
}
