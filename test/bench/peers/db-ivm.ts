import {D2, groupBy, groupByOperators, join, map, output, type KeyValue} from '@tanstack/db-ivm'
import type {Measurement} from '../benchmark.ts'
import {startCpu} from '../cpu.ts'
import {batchesOf, type OrderEvent} from '../events.ts'
import {batchRows} from '../millrace.ts'

/** TanStack's incremental views: from arrays to a callback, in the memory of one process. Nothing is read, written or kept. */

/** Items as the graphs take them: each counts once. */
export const once = <T>(items: readonly T[]): [T, number][] => items.map(item => [item, 1])

/** `feed` gives the graph its input, batch by batch; the callback that stands at its end only counts what comes. */
async function measure(events: number, feed: () => void): Promise<Measurement> {
  const meter = await startCpu()
  feed()
  return {events, use: await meter.stop()}
}

export function ivmCount(orders: readonly OrderEvent[]): Promise<Measurement> {
  const graph = new D2()
  const input = graph.newInput<OrderEvent>()
  let changes = 0
  input.pipe(
    groupBy(({USER}) => ({USER}), {N: groupByOperators.count()}),
    output(collection => (changes += collection.getInner().length)),
  )
  graph.finalize()
  return measure(orders.length, () => {
    for (const batch of batchesOf(orders, batchRows)) {
      input.sendData(once(batch))
      graph.run()
    }
  })
}

export type JoinInput<K, L, R> = {
  readonly left: readonly (readonly [K, L])[]
  readonly right: readonly (readonly [K, R])[]
  /** Whether the right side is there before the left one, or both grow side by side. */
  readonly order: 'right first' | 'together'
}

export function ivmJoin<K, L, R>({left, right, order}: JoinInput<K, L, R>): Promise<Measurement> {
  const graph = new D2()
  const lefts = graph.newInput<KeyValue<K, L>>()
  const rights = graph.newInput<KeyValue<K, R>>()
  let joined = 0
  lefts.pipe(
    join(rights, 'inner'),
    map(([key, [mine, theirs]]) => ({key, mine, theirs})),
    output(collection => (joined += collection.getInner().length)),
  )
  graph.finalize()
  const pairs = <V>(items: readonly (readonly [K, V])[]): [KeyValue<K, V>, number][] =>
    once(items.map(([k, v]): KeyValue<K, V> => [k, v]))
  return measure(left.length + right.length, () => {
    const rightBatches = batchesOf(right, batchRows)
    if (order === 'right first')
      for (const batch of rightBatches.splice(0)) {
        rights.sendData(pairs(batch))
        graph.run()
      }
    for (const batch of batchesOf(left, batchRows)) {
      lefts.sendData(pairs(batch))
      const other = rightBatches.shift()
      if (other) rights.sendData(pairs(other))
      graph.run()
    }
  })
}
