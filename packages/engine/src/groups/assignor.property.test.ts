import fc from 'fast-check'
import {expect, test} from 'vitest'
import {assign, type Subscriber} from './assignor.ts'

const topics = ['a', 'b', 'c']
const anyPartitions = fc.record({a: fc.nat(12), b: fc.nat(5), c: fc.nat(1)})
const anyTopics = fc.subarray(topics, {minLength: 1})
const anySubscriptions = fc.array(anyTopics, {minLength: 1, maxLength: 6})

const subscribersOf = (
  subscriptions: readonly string[][],
  prior: ReadonlyMap<string, readonly string[]> = new Map(),
): Subscriber[] => subscriptions.map((wanted, i) => ({id: `m${i}`, topics: wanted, prior: prior.get(`m${i}`) ?? []}))

const topicOf = (key: string): string => key.split('/')[0] ?? ''
const keysOf = (partitions: Readonly<Record<string, number>>, wanted: ReadonlySet<string>): string[] =>
  Object.entries(partitions).flatMap(([topic, count]) =>
    wanted.has(topic) ? Array.from({length: count}, (_, i) => `${topic}/${i}`) : [],
  )

test('every partition of a wanted topic goes to exactly one member that wants it', () => {
  fc.assert(
    fc.property(anySubscriptions, anyPartitions, (subscriptions, partitions) => {
      const assigned = assign(subscribersOf(subscriptions), partitions)
      const all = [...assigned.values()].flat()
      expect(all.toSorted()).toEqual(keysOf(partitions, new Set(subscriptions.flat())).toSorted())
      subscriptions.forEach((wanted, i) => {
        for (const key of assigned.get(`m${i}`) ?? []) expect(wanted).toContain(topicOf(key))
      })
    }),
  )
})

test('no member could take over a partition and be better balanced', () => {
  fc.assert(
    fc.property(anySubscriptions, anyPartitions, (subscriptions, partitions) => {
      const assigned = assign(subscribersOf(subscriptions), partitions)
      const sizeOf = (i: number): number => assigned.get(`m${i}`)?.length ?? 0
      subscriptions.forEach((_, from) =>
        subscriptions.forEach((wanted, to) => {
          const couldTake = (assigned.get(`m${from}`) ?? []).some(key => wanted.includes(topicOf(key)))
          if (couldTake) expect(sizeOf(from) - sizeOf(to)).toBeLessThan(2)
        }),
      )
    }),
  )
})

test('without a change nothing moves', () => {
  fc.assert(
    fc.property(anySubscriptions, anyPartitions, (subscriptions, partitions) => {
      const first = assign(subscribersOf(subscriptions), partitions)
      const sorted = (all: ReadonlyMap<string, readonly string[]>) => [...all].map(([id, keys]) => [id, keys.toSorted()])
      expect(sorted(assign(subscribersOf(subscriptions, first), partitions))).toEqual(sorted(first))
    }),
  )
})

test('among equals, what moves when a member joins goes to it, and what moves when one leaves was its own', () => {
  fc.assert(
    fc.property(fc.integer({min: 1, max: 6}), anyPartitions, fc.nat(), (count, partitions, pick) => {
      const all = Array.from({length: count}, () => topics)
      const before = assign(subscribersOf(all), partitions)
      const joined = assign(subscribersOf([...all, topics], before), partitions)
      for (const [id, keys] of before) for (const key of joined.get(id) ?? []) expect(keys).toContain(key)
      const gone = `m${pick % count}`
      const left = assign(
        subscribersOf(all, before).filter(({id}) => id !== gone),
        partitions,
      )
      for (const [id, keys] of left) for (const key of before.get(id) ?? []) expect(keys).toContain(key)
    }),
  )
})
