import {expect, test} from 'vitest'
import {alteredTopic, newTopic, topicConfig} from './topic.ts'

const topic = (change: Partial<Parameters<typeof newTopic>[0]> = {}) =>
  newTopic({name: 'orders', partitions: 4, createdAtMs: 1, encoding: 'bytes', ...change})

test('settings have defaults, and come back from the record as they were written', () => {
  const settings = {retentionMs: 1000, retentionBytes: null, cleanupPolicy: 'compact', compression: 'none'} as const
  expect(topicConfig(topic({settings}))).toEqual({...topicConfig(topic()), ...settings})
  expect(topicConfig({config: {}})).toEqual(topicConfig(topic()))
  expect(topicConfig(topic({settings: {retentionMs: undefined}})).retentionMs).toBeNull()
})

test('names, partitions and settings that cannot be are refused with what was expected', () => {
  for (const name of ['', '.', '..', 'a b', 'a/b', 'x'.repeat(250)])
    expect(() => topic({name}), name).toThrow(expect.objectContaining({code: 'INVALID_ARGUMENT'}))
  for (const partitions of [0, -1, 1.5, 1001, Number.NaN])
    expect(() => topic({partitions})).toThrow(expect.objectContaining({code: 'INVALID_ARGUMENT'}))
  expect(() => topic({settings: {retentionMs: 0}})).toThrow('found retentionMs 0, expected a whole number above 0')
})

test('partitions grow and never shrink; settings that are not named stay', () => {
  const first = topic({settings: {retentionMs: 5}})
  expect(alteredTopic(first, {partitions: 8, retentionBytes: 10})).toMatchObject({
    partitions: 8,
    config: {retentionMs: 5, retentionBytes: 10},
  })
  expect(() => alteredTopic(first, {partitions: 3})).toThrow('expected at least the 4 it has')
})

test('a key index is decided at creation, and goes with retention only', () => {
  const indexed = topic({settings: {keyIndex: true}})
  expect(topicConfig(indexed).keyIndex).toBe(true)
  expect(topicConfig(alteredTopic(indexed, {keyIndex: true, retentionMs: 5})).retentionMs).toBe(5)
  expect(() => alteredTopic(indexed, {keyIndex: false})).toThrow(/key index/)
  expect(() => alteredTopic(topic(), {keyIndex: true})).toThrow(/key index/)
  expect(() => alteredTopic(indexed, {cleanupPolicy: 'compact'})).toThrow(/key index/)
})

test('opaque records are compressed and columns are not, unless the topic says otherwise', () => {
  expect(topicConfig(topic({encoding: 'bytes'})).compression).toBe('zstd')
  expect(topicConfig(topic({encoding: 'columns'})).compression).toBe('none')
  expect(topicConfig(topic({encoding: 'columns', settings: {compression: 'zstd'}})).compression).toBe('zstd')
})
