import {Redis} from 'ioredis'
import {startRedis} from '../support/redis.ts'
import type {Bench, Figure, Study} from './benchmark.ts'
import {makeOrders, type OrderEvent} from './events.ts'
import {asRecords, createOrders, produceAll, withEngine, type TopicKind} from './millrace.ts'
import {xaddPipelined} from './peers/redis-streams.ts'

type Load = {readonly name: string; readonly run: (bench: Bench, orders: readonly OrderEvent[]) => Promise<unknown>}

const millrace = (name: string, topic: TopicKind, requestRows?: number): Load => ({
  name,
  run: (bench, orders) =>
    withEngine(bench, 0, async engine => {
      await createOrders(engine, topic)
      await produceAll(engine, 'ORDERS', asRecords(orders), requestRows)
    }),
})

const loads: readonly [Load, ...Load[]] = [
  {name: 'XADD, an entry an order', run: xaddPipelined},
  millrace('Millrace', {}),
  millrace('Millrace, requests of 50', {}, 50),
  millrace('Millrace, requests of 25', {}, 25),
  millrace('Millrace, zstd', {compression: 'zstd'}),
  millrace('Millrace, JSON topic', {format: 'JSON'}),
  millrace('Millrace, JSON topic, compression none', {format: 'JSON', compression: 'none'}),
]

/** Bytes of Redis for each order, when all are in: MEMORY USAGE of all keys, every entry counted. */
export const memory: Study = {
  name: 'memory',
  run: async ({events, fsync}) => {
    const orders = makeOrders(events, 1_000)
    const jsonBytes = orders.reduce((sum, order) => sum + JSON.stringify(order).length, 0) / events
    console.log(`\nmemory: bytes of Redis an order, of ${jsonBytes.toFixed(0)} bytes as JSON; goal 0.3 × XADD`)
    const server = await startRedis(['--appendfsync', fsync])
    const redis = new Redis(server.url)
    let names = 0
    const bench: Bench = {redisUrl: server.url, redis, events, fresh: name => `${name}${names++}`}
    const figures: Figure[] = []
    let ofXadd: number | undefined
    for (const {name, run} of loads) {
      await redis.flushall()
      await run(bench, orders)
      const bytesPerEvent = (await bytesOfKeys(redis)) / events
      ofXadd ??= bytesPerEvent
      const ratio = bytesPerEvent / ofXadd
      console.log(`  ${name.padEnd(44)} ${bytesPerEvent.toFixed(1).padStart(7)} bytes   ${ratio.toFixed(2)} × XADD`)
      figures.push({benchmark: 'memory', contender: name, bytesPerEvent, ratio})
    }
    redis.disconnect()
    await server.stop()
    return figures
  },
}

async function bytesOfKeys(redis: Redis): Promise<number> {
  let bytes = 0
  for await (const keys of redis.scanStream())
    for (const key of keys) bytes += (await redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0
  return bytes
}
