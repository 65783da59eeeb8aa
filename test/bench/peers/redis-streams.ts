import {Redis} from 'ioredis'
import {startCpu} from '../cpu.ts'
import {batchesOf, readOrder, type OrderEvent} from '../events.ts'
import type {Bench, Measurement} from '../benchmark.ts'

/** What a team builds by hand today: an entry per event, pipelines of 500, consumer groups, counters in a hash. */

const pipelineSize = 500

async function fill(redis: Redis, key: string, orders: readonly OrderEvent[]): Promise<void> {
  for (const batch of batchesOf(orders, pipelineSize)) {
    const pipeline = redis.pipeline()
    for (const order of batch) pipeline.xadd(key, '*', 'v', JSON.stringify(order))
    await pipeline.exec()
  }
}

export async function xaddPipelined({redisUrl, redis, fresh}: Bench, orders: readonly OrderEvent[]): Promise<Measurement> {
  const client = new Redis(redisUrl)
  const key = fresh('xadd')
  const meter = await startCpu(redis)
  await fill(client, key, orders)
  const use = await meter.stop()
  await client.quit()
  return {events: orders.length, use}
}

type Entry = readonly [id: string, fields: readonly string[]]

async function eachGroupBatch(
  client: Redis,
  key: string,
  handle: (entries: readonly Entry[]) => Promise<void>,
  group = 'bench',
): Promise<void> {
  await client.xgroup('CREATE', key, group, '0', 'MKSTREAM')
  for (;;) {
    const reply = (await client.xreadgroup('GROUP', group, 'one', 'COUNT', pipelineSize, 'STREAMS', key, '>')) as unknown
    const entries = (Array.isArray(reply) ? reply[0]?.[1] : undefined) as readonly Entry[] | undefined
    if (!entries || entries.length === 0) return
    await handle(entries)
  }
}

const orderOf = (entry: Entry): OrderEvent => JSON.parse(entry[1][1] ?? '{}') as OrderEvent

export async function groupFilter(
  {redisUrl, redis, fresh}: Bench,
  orders: readonly OrderEvent[],
  passes: (order: OrderEvent) => boolean,
): Promise<Measurement> {
  const client = new Redis(redisUrl, {protocol: 2})
  const [from, to] = [fresh('filter-in'), fresh('filter-out')]
  await fill(client, from, orders)
  const meter = await startCpu(redis)
  await eachGroupBatch(client, from, async entries => {
    const pipeline = client.pipeline()
    for (const entry of entries) {
      const order = orderOf(entry)
      if (passes(order)) pipeline.xadd(to, '*', 'v', JSON.stringify({USER: order.USER, AMOUNT: order.AMOUNT}))
    }
    pipeline.xack(from, 'bench', ...entries.map(([id]) => id))
    await pipeline.exec()
  })
  const use = await meter.stop()
  await client.quit()
  return {events: orders.length, use}
}

export async function groupCount({redisUrl, redis, fresh}: Bench, orders: readonly OrderEvent[]): Promise<Measurement> {
  const client = new Redis(redisUrl, {protocol: 2})
  const [from, counts] = [fresh('count-in'), fresh('count-out')]
  await fill(client, from, orders)
  const meter = await startCpu(redis)
  await eachGroupBatch(client, from, async entries => {
    const pipeline = client.pipeline()
    for (const entry of entries) pipeline.hincrby(counts, orderOf(entry).USER, 1)
    pipeline.xack(from, 'bench', ...entries.map(([id]) => id))
    await pipeline.exec()
  })
  const use = await meter.stop()
  await client.quit()
  return {events: orders.length, use}
}

/** Reads, parses, looks at every field and acknowledges; once before it is measured, too. */
export async function groupConsume({redisUrl, redis, fresh}: Bench, orders: readonly OrderEvent[]): Promise<Measurement> {
  const client = new Redis(redisUrl, {protocol: 2})
  const from = fresh('consume')
  await fill(client, from, orders)
  await consumeAll(client, from, 'warm-up')
  const meter = await startCpu(redis)
  const events = await consumeAll(client, from, 'measured')
  const use = await meter.stop()
  await client.quit()
  return {events, use}
}

async function consumeAll(client: Redis, from: string, group: string): Promise<number> {
  let events = 0
  let sum = 0
  const handle = async (entries: readonly Entry[]): Promise<void> => {
    for (const entry of entries) sum += readOrder(orderOf(entry))
    events += entries.length
    await client.xack(from, group, ...entries.map(([id]) => id))
  }
  await eachGroupBatch(client, from, handle, group)
  if (!(sum > 0)) throw new Error('the fields of the orders were not there')
  return events
}
