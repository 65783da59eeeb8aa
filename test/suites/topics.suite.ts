import {expect, test} from 'vitest'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {batch, freshName, freshTopic, topicRecord} from './fixture.ts'

export function topicsSuite(storage: () => Storage): void {
  test('a topic that is created can be described, and creating it again changes nothing', async () => {
    const {log} = storage()
    const record = topicRecord(freshName('topic'), 3)
    expect(await log.createTopic(record)).toBe('created')
    expect(await log.createTopic({...record, partitions: 7})).toBe('exists')
    expect(await log.topic(record.name)).toEqual(record)
  })

  test('a topic that nobody created is undefined', async () => {
    const {log} = storage()
    for (const topic of [freshName('topic'), 'x'.repeat(100_000), '']) {
      expect(await log.topic(topic)).toBeUndefined()
      expect(await log.bounds([{topic, partition: 0}])).toMatchObject([{isKnown: false}])
      expect(await log.append([batch(topic, 'a')])).toEqual([{kind: 'unknown-partition'}])
    }
  })

  test('topics are listed by name', async () => {
    const {log} = storage()
    const names = [freshName('b'), freshName('a'), freshName('c')]
    for (const name of names) await log.createTopic(topicRecord(name))
    const listed = (await log.topics()).map(topic => topic.name)
    expect(listed.filter(name => names.includes(name))).toEqual([...names].sort())
    expect(listed).toEqual([...listed].sort())
  })

  test('bounds of many partitions come in the order asked for, with those of topics that are not there', async () => {
    const {log} = storage()
    const [here, gone] = [freshName('topic'), freshName('topic')]
    await log.createTopic(topicRecord(here, 600))
    await log.append([batch(here, 'a', {partition: 599}), batch(here, 'bb', {partition: 7})])
    const at = Array.from({length: 601}, (_, partition) => [
      {topic: gone, partition},
      {topic: here, partition},
    ]).flat()
    const bounds = await log.bounds(at)
    const known = at.filter((_, i) => bounds[i]?.isKnown)
    expect(known).toEqual(Array.from({length: 600}, (_, partition) => ({topic: here, partition})))
    const written = at.filter((_, i) => bounds[i]?.end === 1 && bounds[i].bytes > 0)
    expect(written).toEqual([7, 599].map(partition => ({topic: here, partition})))
  })

  test('an updated topic keeps its records and has its new partitions', async () => {
    const {log} = storage()
    const record = topicRecord(freshName('topic'), 1)
    await log.createTopic(record)
    await log.append([batch(record.name, 'a')])
    const grown = {...record, partitions: 3, config: {retention: 7}}
    await log.updateTopic(grown)
    expect(await log.topic(record.name)).toEqual(grown)
    const at = [0, 1, 2, 3].map(partition => ({topic: record.name, partition}))
    expect((await log.bounds(at)).map(bounds => bounds.end)).toEqual([1, 0, 0, 0])
    expect((await log.bounds(at)).map(bounds => bounds.isKnown)).toEqual([true, true, true, false])
    expect(await log.append([batch(record.name, 'b', {partition: 2})])).toEqual([{kind: 'appended', baseOffset: 0}])
  })

  test('updating a topic that does not exist fails with TOPIC_NOT_FOUND', async () => {
    await expect(storage().log.updateTopic(topicRecord(freshName('topic')))).rejects.toMatchObject({code: 'TOPIC_NOT_FOUND'})
  })

  test('a dropped topic is gone, and starts at offset 0 when created again', async () => {
    const {log} = storage()
    const topic = await freshTopic(storage(), 2)
    const stamped = batch(topic, 'a', {producer: {id: 'p', epoch: 0, sequence: 0}})
    await log.append([stamped, batch(topic, 'b', {partition: 1})])
    await log.dropTopic(topic)
    expect(await log.topic(topic)).toBeUndefined()
    expect(await log.append([batch(topic, 'a')])).toEqual([{kind: 'unknown-partition'}])
    expect(await log.bounds([{topic, partition: 0}])).toEqual([{begin: 0, end: 0, bytes: 0, isKnown: false}])

    await log.createTopic(topicRecord(topic, 1, 'elsewhere'))
    expect(await log.read([{topic, partition: 0, from: 0, bytesMax: 100}])).toMatchObject([{batches: []}])
    expect(await log.append([stamped])).toEqual([{kind: 'appended', baseOffset: 0}])
    await log.dropTopic(freshName('nobody'))
  })
}
