import {afterEach, expect, test} from 'vitest'
import {Engine} from '../../engine.ts'
import type {ConsumedBatch, KeyEventsPage, ProduceRecord} from '../../engine-api.ts'
import {openSimulatedStorage} from '../../storage/simulated/open.ts'

const engines: Engine[] = []
afterEach(async () => {
  await Promise.all(engines.splice(0).map(engine => engine.close()))
})

async function open(partitions = 3) {
  const engine = await Engine.open({storage: openSimulatedStorage()})
  engines.push(engine)
  await engine.createTopic({name: 'events', partitions, keyIndex: true})
  await engine.createTopic({name: 'plain', partitions: 1})
  const produce = (...records: ProduceRecord[]) => engine.produce({topic: 'events', records})
  const eventsOf = async (key: unknown, fromVersion = 0) => {
    const {events} = await engine.keyEvents({topic: 'events', key, fromVersion})
    return events.map(({version, value}) => `${version}:${JSON.stringify(value)}`)
  }
  return {engine, produce, eventsOf}
}

test('events of a key come in order with their versions, from any version on', async () => {
  const {engine, produce, eventsOf} = await open()
  await produce({key: 'cart', value: 'a'}, {key: 'other', value: 'x'}, {key: 'cart', value: 'b'})
  await produce({key: 'cart', value: 'c'})
  expect(await eventsOf('cart')).toEqual(['0:"a"', '1:"b"', '2:"c"'])
  expect(await eventsOf('cart', 1)).toEqual(['1:"b"', '2:"c"'])
  const page = await engine.keyEvents({topic: 'events', key: 'cart', eventsMax: 2})
  expect(page).toMatchObject({version: 3, nextVersion: 2, isAtEnd: false})
  expect(await engine.keyEvents({topic: 'events', key: 'cart', fromVersion: page.nextVersion})).toMatchObject({
    nextVersion: 3,
    isAtEnd: true,
  })
  expect(await engine.keyEvents({topic: 'events', key: 'nobody'})).toEqual({
    events: [],
    version: 0,
    nextVersion: 0,
    isAtEnd: true,
  })
})

test('a produce that expects another version is refused as a whole and says what was found', async () => {
  const {produce, eventsOf} = await open()
  await produce({key: 'a', value: 1, expectedVersion: 'none'}, {key: 'a', value: 2, expectedVersion: 1})
  await expect(
    produce({key: 'b', value: 1, expectedVersion: 'none'}, {key: 'a', value: 3, expectedVersion: 1}),
  ).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
    details: {key: 'a', found: 2, expected: 1},
  })
  expect(await eventsOf('b')).toEqual([])
  await produce({key: 'b', value: 1, expectedVersion: 'any'}, {key: 'a', value: 3, expectedVersion: 2})
  expect(await eventsOf('a')).toEqual(['0:1', '1:2', '2:3'])
})

test('a conflict names the key as it was sent, whatever its type', async () => {
  const {engine} = await open()
  await engine.execute("CREATE STREAM s (id BIGINT KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, KEY_INDEX=true);")
  await engine.execute(
    "CREATE STREAM j (a INT KEY, b VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='j', PARTITIONS=1, KEY_INDEX=true, FORMAT='JSON');",
  )
  const long = 2n ** 60n + 1n
  for (const [topic, key, shown] of [
    ['s', 5, '5'],
    ['s', long, String(long)],
    ['j', {A: 1, B: 'x'}, '{"A":1,"B":"x"}'],
  ] as const)
    await expect(engine.produce({topic, records: [{key, value: {V: 1}, expectedVersion: 3}]})).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
      message: `found 0 events of key ${shown} in ${topic}/0, expected 3`,
      details: {key, found: 0, expected: 3},
    })
})

test('of many that expect the same version one is stored', async () => {
  const {produce, eventsOf} = await open()
  const all = await Promise.allSettled(Array.from({length: 10}, (_, i) => produce({key: 'a', value: i, expectedVersion: 'none'})))
  expect(all.filter(({status}) => status === 'fulfilled')).toHaveLength(1)
  expect(await eventsOf('a')).toHaveLength(1)
})

test('an event with an id is stored once', async () => {
  const {produce, eventsOf} = await open()
  const first = await produce({key: 'a', value: 1, eventId: 'e1', expectedVersion: 'none'})
  const again = await produce({key: 'a', value: 1, eventId: 'e1', expectedVersion: 'none'})
  expect([first.isDuplicate, again.isDuplicate]).toEqual([false, true])
  expect(again.ranges).toEqual(first.ranges)
  await produce({key: 'a', value: 2, eventId: 'e2'})
  await produce({key: 'a', value: 3})
  expect(await eventsOf('a')).toEqual(['0:1', '1:2', '2:3'])
})

test('of a request some of whose events are stored the others are, with what they expect', async () => {
  const {engine, produce, eventsOf} = await open()
  await produce({key: 'a', value: 1, eventId: 'e1'})
  const event = (value: number, expectedVersion?: number) => ({
    key: 'a',
    value,
    eventId: `e${value}`,
    ...(expectedVersion !== undefined && {expectedVersion}),
  })
  expect(await produce(event(1), event(2), {key: 'b', value: 7})).toMatchObject({accepted: 3, isDuplicate: false, errors: []})
  expect(await produce(event(2), event(1))).toMatchObject({accepted: 2, isDuplicate: true})
  await produce(event(1, 0), event(2, 1), event(3, 2), event(4, 3))
  expect(await eventsOf('a')).toEqual(['0:1', '1:2', '2:3', '3:4'])
  await expect(produce(event(4), event(5, 9))).rejects.toMatchObject({code: 'VERSION_CONFLICT'})
  const [at] = (await produce(event(4))).ranges
  const expectedEnds = [{partition: at?.partition ?? 0, offset: (at?.lastOffset ?? 0) + 1}]
  await expect(engine.produce({topic: 'events', records: [event(4), event(5)], expectedEnds})).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
  })
  expect(await eventsOf('a')).toEqual(['0:1', '1:2', '2:3', '3:4'])
})

test('what has no key is found again where its producer or its event id put it, however often it is sent', async () => {
  const {engine} = await open(8)
  await engine.createTopic({name: 'wide', partitions: 8})
  const sent = {topic: 'wide', records: [{value: 1}, {value: 2}], producer: {id: 'p', epoch: 0, sequence: 0}}
  const event = {topic: 'events', records: [{value: 1, eventId: 'x'}]}
  const first = [await engine.produce(sent), await engine.produce(event)]
  for (let i = 0; i < 10; i++) {
    // Keyless records of others take their turns.
    await engine.produce({topic: 'wide', records: [{value: 0}]})
    for (const [j, request] of [sent, event].entries())
      expect(await engine.produce(request)).toMatchObject({isDuplicate: true, ranges: first[j]?.ranges})
  }
})

test('an expected end of a partition is kept, or nothing is stored', async () => {
  const {engine} = await open(1)
  const produce = (offset: number, partition = 0) =>
    engine.produce({topic: 'plain', records: [{value: offset}], expectedEnds: [{partition, offset}]})
  await produce(0)
  await expect(produce(0)).rejects.toMatchObject({code: 'VERSION_CONFLICT', details: {found: 1, expected: 0}})
  await expect(produce(0, 1)).rejects.toMatchObject({code: 'INVALID_ARGUMENT'})
  await produce(1)
})

test('conditions that can not be are refused and say why', async () => {
  const {engine, produce} = await open()
  await expect(engine.produce({topic: 'plain', records: [{key: 'a', value: 1, expectedVersion: 0}]})).rejects.toThrow(/key index/)
  await expect(engine.keyEvents({topic: 'plain', key: 'a'})).rejects.toThrow(/key index/)
  await expect(engine.keyEvents({topic: 'events', key: null})).rejects.toMatchObject({code: 'INVALID_ARGUMENT'})
  expect(await produce({value: 1, expectedVersion: 0})).toMatchObject({accepted: 0, errors: [{index: 0, code: 'RECORD_INVALID'}]})
  expect(
    await produce({key: 'b', value: 0}, {key: 'a', value: 1, expectedVersion: 4}, {key: 'a', value: 2, expectedVersion: 4}),
  ).toMatchObject({
    accepted: 0,
    errors: [{index: 2, message: expect.stringContaining('expected 5')}],
  })
  expect(await produce({key: 'a', value: 1, eventId: 'x'}, {key: 'a', value: 1})).toMatchObject({errors: [{index: 1}]})
})

test('a topic of typed rows is indexed by its key columns', async () => {
  const {engine, eventsOf} = await open()
  await engine.execute("CREATE STREAM orders (id INT KEY, state VARCHAR) WITH (KAFKA_TOPIC='events', VALUE_FORMAT='JSON')")
  await engine.produce({
    topic: 'events',
    records: [
      {key: 7, value: {state: 'new'}, expectedVersion: 'none'},
      {key: 8, value: {state: 'new'}},
    ],
  })
  await engine.produce({topic: 'events', records: [{key: 7, value: {state: 'paid'}, expectedVersion: 1}]})
  expect(await eventsOf(7)).toEqual(['0:{"STATE":"new"}', '1:{"STATE":"paid"}'])
})

test('who follows a key sees what is there and what comes, each event once', async () => {
  const {engine, produce} = await open()
  await produce({key: 'a', value: 0}, {key: 'b', value: 9})
  const following = engine.tailKeyEvents({topic: 'events', key: 'a'})
  const next = async (): Promise<KeyEventsPage> => {
    const {value, done} = await following.next()
    if (done) throw new Error('it ended')
    return value
  }
  expect((await next()).events).toMatchObject([{version: 0, value: 0}])
  const waiting = next()
  await produce({key: 'b', value: 9})
  await produce({key: 'a', value: 1})
  expect((await waiting).events).toMatchObject([{version: 1, value: 1}])
  await following.return?.()
})

test('exactly once: an output and the offset of its input are stored together, by the owner of the partition only', async () => {
  const {engine} = await open()
  await engine.produce({topic: 'plain', records: [{value: 1}, {value: 2}]})
  const consume = () => engine.consume({topics: ['plain'], group: 'g', recordsMax: 1, sessionTimeoutMs: 1000})
  const next = async (consumer: AsyncIterator<ConsumedBatch>): Promise<ConsumedBatch> => (await consumer.next()).value
  const transform = async ({topic, partition, records, memberId, generation}: ConsumedBatch) =>
    engine.produce({
      topic: 'events',
      records: records.map(({value}) => ({key: 'out', value: Number(value) * 10})),
      consumed: {group: 'g', memberId, generation, offsets: [{topic, partition, offset: (records.at(-1)?.offset ?? 0) + 1}]},
    })
  const one = consume()
  const first = await next(one)
  await transform(first)
  const second = await next(one)
  await one.return?.()
  await expect(transform(second)).rejects.toMatchObject({code: 'UNKNOWN_MEMBER'})
  const two = consume()
  const again = await next(two)
  expect(again.records).toMatchObject([{value: 2}])
  await transform(again)
  await two.return?.()
  expect((await engine.keyEvents({topic: 'events', key: 'out'})).events.map(({value}) => value)).toEqual([10, 20])
  expect((await engine.group('g'))?.offsets).toMatchObject([{committedOffset: 2, lag: 0}])
})
