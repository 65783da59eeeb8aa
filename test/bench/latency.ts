import type {Engine} from '@millrace/engine'
import {Redis} from 'ioredis'
import {must} from '../../packages/engine/src/base/assert.ts'
import {systemClock} from '../../packages/engine/src/base/clock.ts'
import {startRedis} from '../support/redis.ts'
import type {Bench, Figure, Study} from './benchmark.ts'
import {median} from './compare.ts'
import {makeOrders, type OrderEvent} from './events.ts'
import {run, withEngine} from './millrace.ts'

const perSecond = 1_000
/** For as long V8 compiles what it has seen often, in threads of its own beside the two cores' other work. */
const warmUpEvents = 10_000
const measuredEvents = 4_000
const commitPauseMs = 100

/** A way from a producer to a consumer: `send` gives an order away and does not wait for it to arrive. */
type Way = {readonly send: (order: OrderEvent) => Promise<unknown>; readonly close: () => Promise<void>}
type Received = (id: number) => void
type Side = {
  readonly name: string
  readonly run: (bench: Bench, received: Received, drive: (way: Way) => Promise<void>) => Promise<void>
}

const sides: readonly [Side, ...Side[]] = [
  {name: 'XADD + XREAD BLOCK', run: bareStream},
  {
    name: 'Millrace',
    run: (bench, received, drive) => withEngine(bench, 0, engine => throughGroup(engine, engine, received, drive)),
  },
  {
    name: 'Millrace, producer and consumer apart',
    run: ({fresh, ...bench}, received, drive) => {
      const namespace = fresh('ns')
      const shared = {...bench, fresh: () => namespace}
      return withEngine(shared, 0, producer =>
        withEngine(shared, 0, consumer => throughGroup(producer, consumer, received, drive)),
      )
    },
  },
]

async function bareStream({redisUrl, fresh}: Bench, received: Received, drive: (way: Way) => Promise<void>): Promise<void> {
  const [producer, consumer] = [new Redis(redisUrl), new Redis(redisUrl, {protocol: 2})]
  const key = fresh('latency')
  const stop = new AbortController()
  const reading = (async () => {
    for (let after = '0'; !stop.signal.aborted;) {
      const reply = await consumer.xread('COUNT', 1000, 'BLOCK', 200, 'STREAMS', key, after)
      for (const [id, fields] of reply?.[0]?.[1] ?? []) {
        const order: OrderEvent = JSON.parse(must(fields[1], 'value'))
        received(order.ID)
        after = id
      }
    }
  })()
  await drive({
    send: order => producer.xadd(key, '*', 'v', JSON.stringify(order)),
    close: async () => {
      stop.abort()
      await reading
    },
  })
  producer.disconnect()
  consumer.disconnect()
}

/** One record a produce; a member of a group, which commits ten times a second and reads on meanwhile. */
async function throughGroup(
  producer: Engine,
  consumer: Engine,
  received: Received,
  drive: (way: Way) => Promise<void>,
): Promise<void> {
  await run(
    producer,
    `CREATE STREAM orders (id BIGINT, user VARCHAR, card VARCHAR, amount DOUBLE, city VARCHAR, ts BIGINT)
     WITH (KAFKA_TOPIC='ORDERS', PARTITIONS=1);`,
  )
  const stop = new AbortController()
  const reading = (async () => {
    let committedAtMs = 0
    const commits: Promise<void>[] = []
    const batches = consumer.consume({topics: ['ORDERS'], group: 'latency', onNoOffset: 'earliest', signal: stop.signal})
    for await (const {topic, partition, records, memberId, generation} of batches) {
      for (const {value} of records) received((value as {readonly ID: number}).ID)
      const nowMs = performance.now()
      const offset = (records.at(-1)?.offset ?? -1) + 1
      if (nowMs - committedAtMs < commitPauseMs) continue
      committedAtMs = nowMs
      commits.push(consumer.commitOffsets({group: 'latency', memberId, generation, offsets: [{topic, partition, offset}]}))
    }
    await Promise.all(commits)
  })()
  await drive({
    send: order => producer.produce({topic: 'ORDERS', records: [{value: order, timestampMs: order.TS}]}),
    close: async () => {
      stop.abort()
      await reading
    },
  })
}

/** Sends at a steady rate; ms from the call that produces each order to its arrival, of those after the warm-up. */
async function measure(side: Side, bench: Bench): Promise<Float64Array> {
  const orders = makeOrders(warmUpEvents + measuredEvents, 1_000)
  const sentAt = new Float64Array(orders.length)
  const latencies = new Float64Array(orders.length)
  let arrived = 0
  await side.run(
    bench,
    id => {
      latencies[id] = performance.now() - (sentAt[id] ?? 0)
      arrived++
    },
    async ({send, close}) => {
      const sends: Promise<unknown>[] = []
      for (const startMs = performance.now(); sends.length < orders.length; await systemClock.sleep(1)) {
        const due = Math.min(orders.length, ((performance.now() - startMs) * perSecond) / 1000)
        while (sends.length < due) {
          const order = must(orders[sends.length], 'order')
          sentAt[order.ID] = performance.now()
          // Without its answer, which would be kept to the end and copied by each collection of garbage.
          sends.push(send(order).then(() => {}))
        }
      }
      await Promise.all(sends)
      while (arrived < orders.length) await systemClock.sleep(1)
      await close()
    },
  )
  return latencies.slice(warmUpEvents).sort()
}

const quantile = (sorted: Float64Array, share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0

/** From the call that produces a record to its consumer, at a rate that leaves everything idle; sides take turns. */
export const latency: Study = {
  name: 'latency',
  run: async ({rounds, fsync}) => {
    console.log(
      `\nlatency: ms from produce to consumer, ${perSecond} orders a second, one a request; goals 2 × XADD + XREAD BLOCK`,
    )
    const server = await startRedis(['--appendfsync', fsync])
    const redis = new Redis(server.url)
    let names = 0
    const bench: Bench = {redisUrl: server.url, redis, events: measuredEvents, fresh: name => `${name}${names++}`}
    const found = sides.map(() => ({p50: [] as number[], p99: [] as number[]}))
    for (let round = 0; round < rounds; round++)
      for (const [i, side] of sides.entries()) {
        await redis.flushall()
        const latencies = await measure(side, bench)
        found[i]?.p50.push(quantile(latencies, 0.5))
        found[i]?.p99.push(quantile(latencies, 0.99))
      }
    redis.disconnect()
    await server.stop()
    return print(found.map(({p50, p99}, i) => ({name: sides[i]?.name ?? '', p50: median(p50), p99: median(p99)})))
  },
}

function print(rows: readonly {readonly name: string; readonly p50: number; readonly p99: number}[]): Figure[] {
  const bare = must(rows[0], 'the bare side')
  return rows.map(({name, p50, p99}) => {
    const [p50Ratio, p99Ratio] = [p50 / bare.p50, p99 / bare.p99]
    const ratios = `${p50Ratio.toFixed(2)} × and ${p99Ratio.toFixed(2)} × the first`
    console.log(`  ${name.padEnd(44)} p50 ${p50.toFixed(3).padStart(7)}   p99 ${p99.toFixed(3).padStart(7)}   ${ratios}`)
    return {benchmark: 'latency', contender: name, p50Ms: p50, p99Ms: p99, p50Ratio, p99Ratio}
  })
}
