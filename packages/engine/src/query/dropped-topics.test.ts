import {expect, onTestFinished, test} from 'vitest'
import {Engine} from '../engine.ts'
import type {ConsumedBatch, PushSubscription} from '../engine-api.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {instantClock} from '../testing/instant-clock.ts'

/** Nobody waits: a reader that sleeps looks again at once. */
async function open() {
  const clock = instantClock(1000)
  const engine = await Engine.open({storage: openSimulatedStorage(), clock, tasks: 'manual'})
  onTestFinished(() => engine.close())
  const fill = async (...values: string[]) => {
    await engine.createTopic({name: 't', keyIndex: true})
    await engine.produce({topic: 't', records: values.map(value => ({key: 'k', value}))})
  }
  await fill('a', 'b')
  return {engine, clock, fill}
}
const page = {topic: 't', from: {kind: 'earliest'}, recordsMax: 10} as const

test('who reads a topic hears that it was dropped, also where another one has its name by then', async () => {
  for (const isMadeAgain of [false, true]) {
    const {engine, clock, fill} = await open()
    const tail = engine.tail(page)
    const events = engine.tailKeyEvents({topic: 't', key: 'k'})
    await Promise.all([tail.next(), events.next()])
    await tail.next()
    await engine.dropTopic('t')
    await clock.sleep(10_000)
    if (isMadeAgain) await fill()
    for (const reader of [tail, events]) await expect(reader.next()).rejects.toMatchObject({code: 'TOPIC_NOT_FOUND'})
  }
})

test('a push query ends when its topic is dropped', async () => {
  const {engine, clock} = await open()
  await engine.execute("CREATE STREAM s (v VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');")
  const push = (await engine.push('SELECT v FROM s EMIT CHANGES;')) as PushSubscription
  await push.next()
  await engine.execute('DROP STREAM s DELETE TOPIC;')
  await clock.sleep(10_000)
  await expect(push.next()).rejects.toMatchObject({code: 'TOPIC_NOT_FOUND'})
})

test('a cursor of a topic that was made again is refused: it is a place in another log', async () => {
  const {engine, clock, fill} = await open()
  const {cursor} = await engine.records(page)
  expect((await engine.records({...page, from: {kind: 'cursor', cursor}})).records).toEqual([])
  await engine.dropTopic('t')
  await clock.sleep(1)
  await fill('c')
  await expect(engine.records({...page, from: {kind: 'cursor', cursor}})).rejects.toMatchObject({code: 'CURSOR_INVALID'})
})

test('a group begins anew in a topic that was made again, whoever dropped it, and stays where it is in others', async () => {
  for (const drop of ['dropTopic', 'DROP TOPIC t;', 'DROP STREAM s DELETE TOPIC;']) {
    const {engine, fill} = await open()
    await engine.createTopic({name: 'other'})
    await engine.produce({topic: 'other', records: [{value: 1}]})
    const offsets = [
      {topic: 't', partition: 0, offset: 2},
      {topic: 'other', partition: 0, offset: 1},
    ]
    await engine.commitOffsets({group: 'g', offsets})
    if (drop.includes('STREAM')) await engine.execute("CREATE STREAM s (v VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');")
    if (drop === 'dropTopic') await engine.dropTopic('t')
    else expect(await engine.execute(drop)).toMatchObject({kind: 'executed'})
    await fill('c', 'd', 'e')
    expect((await engine.group('g'))?.offsets).toMatchObject([
      {topic: 'other', committedOffset: 1},
      {topic: 't', committedOffset: 0, lag: 3},
    ])
  }
})

test('a member of a group reads a topic that was made again from its begin, and what it commits of the old one is refused', async () => {
  const engine = await Engine.open({storage: openSimulatedStorage()})
  onTestFinished(() => engine.close())
  const fill = async (...values: string[]) => {
    await engine.createTopic({name: 't'})
    await engine.produce({topic: 't', records: values.map(value => ({value}))})
  }
  const consumer = engine.consume({topics: ['t'], group: 'g'})
  await fill('a', 'b')
  const {memberId, generation} = (await consumer.next()).value as ConsumedBatch
  await engine.dropTopic('t')
  await fill('c', 'd', 'e', 'f')
  const stale = engine.commitOffsets({group: 'g', memberId, generation, offsets: [{topic: 't', partition: 0, offset: 2}]})
  await expect(stale).rejects.toMatchObject({code: 'FENCED_GENERATION'})
  const read = new Set<unknown>()
  while (read.size < 4) for (const {value} of ((await consumer.next()).value as ConsumedBatch).records) read.add(value)
  expect([...read].sort()).toEqual(['c', 'd', 'e', 'f'])
  await consumer.return?.()
})

test('positions that name a partition twice are refused', async () => {
  const {engine} = await open()
  const offsets = [1, 2].map(offset => ({partition: 0, offset}))
  await expect(engine.records({...page, from: {kind: 'offsets', offsets}})).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'offsets: found t/0 twice, expected it once',
  })
})
