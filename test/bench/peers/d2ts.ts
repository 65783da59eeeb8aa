import {count, D2, join, map, output, type KeyValue, type RootStreamBuilder} from '@electric-sql/d2ts'
import type {Measurement} from '../benchmark.ts'
import {startCpu} from '../cpu.ts'
import {batchesOf, type OrderEvent} from '../events.ts'
import {batchRows} from '../millrace.ts'
import {once, type JoinInput} from './db-ivm.ts'

/** Differential dataflow in TypeScript: from arrays to a callback, in the memory of one process. A batch is a version. */

export async function d2tsCount(orders: readonly OrderEvent[]): Promise<Measurement> {
  const graph = new D2({initialFrontier: 0})
  const input = graph.newInput<OrderEvent>()
  let changes = 0
  input.pipe(
    map(({USER}): KeyValue<string, 1> => [USER, 1]),
    count(),
    output(message => (changes += message.type === 1 ? message.data.collection.getInner().length : 0)),
  )
  graph.finalize()
  const meter = await startCpu()
  for (const [version, batch] of batchesOf(orders, batchRows).entries()) {
    input.sendData(version, once(batch))
    input.sendFrontier(version + 1)
    graph.run()
  }
  return {events: orders.length, use: await meter.stop()}
}

export async function d2tsJoin<K, L, R>({left, right, order}: JoinInput<K, L, R>): Promise<Measurement> {
  const graph = new D2({initialFrontier: 0})
  const lefts = graph.newInput<KeyValue<K, L>>()
  const rights = graph.newInput<KeyValue<K, R>>()
  let joined = 0
  lefts.pipe(
    join(rights, 'inner'),
    map(([key, [mine, theirs]]) => ({key, mine, theirs})),
    output(message => (joined += message.type === 1 ? message.data.collection.getInner().length : 0)),
  )
  graph.finalize()
  const send = <V>(input: RootStreamBuilder<KeyValue<K, V>>, version: number, items: JoinSide<K, V>): void => {
    if (items.length > 0) input.sendData(version, once(items.map(([key, value]): KeyValue<K, V> => [key, value])))
    input.sendFrontier(version + 1)
  }
  const [leftBatches, rightBatches] = [batchesOf(left, batchRows), batchesOf(right, batchRows)]
  const meter = await startCpu()
  for (let version = 0; leftBatches.length > 0 || rightBatches.length > 0; version++) {
    const isRightFirst = order === 'right first' && rightBatches.length > 0
    send(rights, version, rightBatches.shift() ?? [])
    send(lefts, version, isRightFirst ? [] : (leftBatches.shift() ?? []))
    graph.run()
  }
  return {events: left.length + right.length, use: await meter.stop()}
}

type JoinSide<K, V> = readonly (readonly [K, V])[]
