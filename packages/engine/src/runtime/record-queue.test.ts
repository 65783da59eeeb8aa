import fc from 'fast-check'
import {expect, test} from 'vitest'
import {vectorOf, type Chunk} from '../chunk/chunk.ts'
import {RecordQueue, type Run} from './record-queue.ts'

const chunk = (times: readonly number[], from: number): Chunk => ({
  count: times.length,
  columns: [vectorOf(times)],
  timestamps: times,
  origin: {topic: 't', partition: 0, offsets: times.map((_, i) => from + i)},
})

type Taken = {readonly topic: number; readonly time: number; readonly offset: number}

type Topics = readonly (readonly number[])[]

function queueOf(topics: Topics, pieceRows: number): RecordQueue {
  const queue = new RecordQueue(topics.length)
  for (const [topic, times] of topics.entries())
    for (let from = 0; from < times.length; from += pieceRows) {
      const part = times.slice(from, from + pieceRows)
      queue.push(topic, [{input: topic, chunk: chunk(part, from)}], from + part.length)
    }
  return queue
}

const rowsOf = ({topic, parts}: Run): Taken[] =>
  parts.flatMap(({chunk: rows}) =>
    Array.from({length: rows.count}, (_, row) => ({topic, time: rows.timestamps[row]!, offset: rows.origin!.offsets[row]!})),
  )

/** Takes everything, both topics at once where that can be; every turn takes a row. */
function drainBoth(topics: Topics, pieceRows: number): Taken[] {
  const queue = queueOf(topics, pieceRows)
  const taken: Taken[] = []
  for (;;) {
    const both = queue.takeBoth()
    if (both === undefined) {
      const run = queue.take()
      if (run === undefined) return taken
      taken.push(...rowsOf(run))
      continue
    }
    const waiting = [rowsOf(both.left), rowsOf(both.right)]
    for (const [turn, end] of Array.from(both.turns.ends).entries()) {
      const ofSide = waiting[(both.turns.first + turn) % 2]!
      const count = ofSide.filter(({offset}) => offset < end).length
      expect(count).toBeGreaterThan(0)
      taken.push(...ofSide.splice(0, count))
    }
    expect(waiting).toEqual([[], []])
    expect([both.left, both.right].map(run => run.next - 1)).toEqual([lastOffset(taken, 0), lastOffset(taken, 1)])
  }
}

const lastOffset = (taken: readonly Taken[], topic: number) => taken.findLast(row => row.topic === topic)?.offset ?? -1

/** Takes everything; topics are given in pieces of the given size. */
function drain(topics: Topics, pieceRows: number): Taken[] {
  const queue = queueOf(topics, pieceRows)
  const taken: Taken[] = []
  for (let run = queue.take(); run; run = queue.take()) {
    taken.push(...rowsOf(run))
    expect(taken.at(-1)!.offset).toBe(run.next - 1)
  }
  return taken
}

/** The rule in its plainest form: of the heads, the oldest; of equally old ones, the first topic's. */
function oracle(topics: Topics): Taken[] {
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

test('two topics taken at once come in the same order, by turns', () => {
  const times = fc.array(fc.nat(6), {maxLength: 12})
  fc.assert(
    fc.property(times, times, fc.integer({min: 1, max: 8}), (left, right, pieceRows) => {
      expect(drainBoth([left, right], pieceRows)).toEqual(oracle([left, right]))
    }),
  )
})
