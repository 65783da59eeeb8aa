import fc from 'fast-check'
import {expect, test} from 'vitest'
import {vectorOf, type Chunk} from '../chunk/chunk.ts'
import {RecordQueue} from './record-queue.ts'

const chunk = (times: readonly number[], from: number): Chunk => ({
  count: times.length,
  columns: [vectorOf(times)],
  timestamps: times,
  origin: {topic: 't', partition: 0, offsets: times.map((_, i) => from + i)},
})

type Taken = {readonly topic: number; readonly time: number; readonly offset: number}

/** Takes everything; topics are given in pieces of the given size. */
function drain(topics: readonly (readonly number[])[], pieceRows: number): Taken[] {
  const queue = new RecordQueue(topics.length)
  for (const [topic, times] of topics.entries())
    for (let from = 0; from < times.length; from += pieceRows) {
      const part = times.slice(from, from + pieceRows)
      queue.push(topic, [{input: topic, chunk: chunk(part, from)}], from + part.length)
    }
  const taken: Taken[] = []
  for (let run = queue.take(); run; run = queue.take()) {
    const {topic, parts, next} = run
    for (const {chunk: rows} of parts)
      for (let row = 0; row < rows.count; row++)
        taken.push({topic, time: rows.timestamps[row]!, offset: rows.origin!.offsets[row]!})
    expect(taken.at(-1)!.offset).toBe(next - 1)
  }
  return taken
}

/** The rule in its plainest form: of the heads, the oldest; of equally old ones, the first topic's. */
function oracle(topics: readonly (readonly number[])[]): Taken[] {
  const next = topics.map(() => 0)
  const taken: Taken[] = []
  for (;;) {
    let best = -1
    for (const [topic, times] of topics.entries()) {
      const time = times[next[topic]!]
      if (time !== undefined && (best < 0 || time < topics[best]![next[best]!]!)) best = topic
    }
    if (best < 0) return taken
    const offset = next[best]!++
    taken.push({topic: best, time: topics[best]![offset]!, offset})
  }
}

test('rows of several topics meet in the order of their time, however they were fetched', () => {
  const times = fc.array(fc.nat(6), {maxLength: 8})
  fc.assert(
    fc.property(fc.array(times, {minLength: 1, maxLength: 3}), fc.integer({min: 1, max: 8}), (topics, pieceRows) => {
      expect(drain(topics, pieceRows)).toEqual(oracle(topics))
    }),
  )
})
