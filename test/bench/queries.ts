import {Engine} from '@millrace/engine'
import {startCpu} from './cpu.ts'
import {batchesOf, ordersDdl, type OrderEvent} from './events.ts'
import type {Bench, Measurement} from './benchmark.ts'

const produceBatch = 500

export async function withEngine<T>({redisUrl, fresh}: Bench, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await Engine.open({storage: {kind: 'redis', mode: 'standalone', url: redisUrl, namespace: fresh('ns')}, threads: 1})
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}

export async function must(engine: Engine, sql: string): Promise<void> {
  const result = await engine.execute(sql, {properties: {'auto.offset.reset': 'earliest'}})
  if (result.kind === 'rejected') throw new Error(`${result.message}\n${sql}`)
}

export async function produceAll(engine: Engine, topic: string, orders: readonly OrderEvent[]): Promise<void> {
  for (const batch of batchesOf(orders, produceBatch)) {
    const {rejected, errors} = await engine.produce({topic, records: batch.map(value => ({value, timestampMs: value.TS}))})
    if (rejected > 0) throw new Error(errors[0]?.message)
  }
}

/** Produce of batches of 500 with acks LEADER, encoding included. */
export const measureProduce = (bench: Bench, orders: readonly OrderEvent[], format?: string): Promise<Measurement> =>
  withEngine(bench, async engine => {
    await must(engine, ordersDdl('ORDERS', 1, format))
    const meter = await startCpu(bench.redis)
    await produceAll(engine, 'ORDERS', orders)
    return {events: orders.length, use: await meter.stop()}
  })

/** A persistent query over orders that are there already: read, decode, compute, commit, until it is level. */
export const measureQuery = (bench: Bench, orders: readonly OrderEvent[], query: string, format?: string): Promise<Measurement> =>
  withEngine(bench, async engine => {
    await must(engine, ordersDdl('ORDERS', 1, format))
    await produceAll(engine, 'ORDERS', orders)
    const meter = await startCpu(bench.redis)
    await must(engine, query)
    await engine.settle()
    return {events: orders.length, use: await meter.stop()}
  })
