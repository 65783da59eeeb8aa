import {Engine, type ConsumedBatch} from '@millrace/engine'
import {startCpu} from './cpu.ts'
import {batchesOf, readOrder, type OrderEvent} from './events.ts'
import type {Bench, Measurement} from './benchmark.ts'

export const batchRows = 500
/** As many as the bare loop has. */
const batchesInFlight = 5

export type Format = 'JSON' | undefined
/** Of the topic: its format where it is not columns, its compression where it is not the default. */
export type TopicKind = {readonly format?: Format; readonly compression?: 'none' | 'zstd'}
type ProduceRecords = Parameters<Engine['produce']>[0]['records']

const withFormat = (topic: string, format: Format): string =>
  `WITH (KAFKA_TOPIC='${topic}', PARTITIONS=1${format ? `, VALUE_FORMAT='${format}'` : ''})`

/** Orders as a stream; keyed by user, they can be joined without moving them. */
const ordersDdl = (format: Format, key: 'keyed' | 'keyless' = 'keyless'): string =>
  `CREATE STREAM orders (user VARCHAR${key === 'keyed' ? ' KEY' : ''}, id BIGINT, card VARCHAR, amount DOUBLE, city VARCHAR, ts BIGINT)
   ${withFormat('ORDERS', format)};`

/** The stream of orders and its topic, `ORDERS`. */
export async function createOrders(engine: Engine, {format, compression}: TopicKind, key?: 'keyed' | 'keyless'): Promise<void> {
  await run(engine, ordersDdl(format, key))
  if (compression) await engine.alterTopic('ORDERS', {compression})
}

/** `threads`: for queries; a worker thread that starts would count as work of what runs beside it. */
export async function withEngine<T>({redisUrl, fresh}: Bench, threads: number, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await Engine.open({
    storage: {kind: 'redis', mode: 'standalone', url: redisUrl, namespace: fresh('ns')},
    threads,
  })
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}

export type Cache = 'cache' | 'every change'

/** `cache`: of the changes of a commit an aggregate writes the last of each key. */
export async function run(engine: Engine, sql: string, cache: Cache = 'every change'): Promise<void> {
  const bytes = cache === 'cache' ? 10_000_000 : 0
  const result = await engine.execute(sql, {properties: {'auto.offset.reset': 'earliest', 'cache.max.bytes.buffering': bytes}})
  if (result.kind === 'rejected') throw new Error(`${result.message}\n${sql}`)
}

export const asRecords = (orders: readonly OrderEvent[], key: 'keyed' | 'keyless' = 'keyless'): ProduceRecords =>
  orders.map(order => {
    if (key === 'keyless') return {value: order, timestampMs: order.TS}
    const {USER, ...value} = order
    return {key: USER, value, timestampMs: order.TS}
  })

/** Requests of 500 records, a few under way at a time. */
export async function produceAll(engine: Engine, topic: string, records: ProduceRecords, requestRows = batchRows): Promise<void> {
  const batches = batchesOf(records, requestRows).values()
  const one = async (): Promise<void> => {
    for (const batch of batches) {
      const {rejected, errors} = await engine.produce({topic, records: batch})
      if (rejected > 0) throw new Error(errors[0]?.message)
    }
  }
  await Promise.all(Array.from({length: batchesInFlight}, one))
}

/** Produce of batches of 500 with acks LEADER, from objects to the acknowledgement. */
export const measureProduce = (bench: Bench, orders: readonly OrderEvent[], topic: TopicKind = {}): Promise<Measurement> =>
  withEngine(bench, 0, async engine => {
    await createOrders(engine, topic)
    const records = asRecords(orders)
    await produceAll(engine, 'ORDERS', records.slice(0, warmRows))
    const meter = await startCpu(bench.redis)
    await produceAll(engine, 'ORDERS', records)
    return {events: orders.length, use: await meter.stop()}
  })

/** A server that has been up for some seconds has its code compiled. */
const warmRows = 500_000
const warmRuns = 2

export type QueryWork = {
  /** Declares the sources and fills their topics; gives how many events the query reads. */
  readonly prepare: (engine: Engine) => Promise<number>
  /** The statement that creates `name`. */
  readonly query: (name: string) => string
  readonly kind: 'STREAM' | 'TABLE'
  readonly cache?: Cache
}

/**
 * A persistent query over records that are there already: read, decode, compute, commit, until it is level. It runs twice before
 * that, so that what is measured is a server that has been up for more than a second.
 */
export const measureQuery = (bench: Bench, {prepare, query, kind, cache}: QueryWork): Promise<Measurement> =>
  withEngine(bench, 1, async engine => {
    const events = await prepare(engine)
    for (let i = 0; i < warmRuns; i++) {
      await run(engine, query(`WARM_UP_${i}`), cache)
      await engine.settle()
      await run(engine, `DROP ${kind} WARM_UP_${i} DELETE TOPIC;`)
    }
    const meter = await startCpu(bench.redis)
    await run(engine, query('RESULT'), cache)
    await engine.settle()
    await changelogsWritten(bench)
    return {events, use: await meter.stop()}
  })

/** Waits for the rows that a query has committed in changelogs only: they are part of its price. */
async function changelogsWritten({redis}: Bench): Promise<void> {
  for (;;) {
    const sizes = await Promise.all((await redis.keys('*:changelog')).map(key => redis.xlen(key)))
    if (sizes.every(size => size === 0)) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

export type Reading = 'objects' | 'columns'

/** What a member of a group reads before it is measured: a server that has been up for some seconds has its code compiled. */
const warmReads = 2_000_000

/** One member of a group reads every field of all orders, and commits after each batch it is given. */
export const measureConsume = (
  bench: Bench,
  orders: readonly OrderEvent[],
  topic: TopicKind = {},
  reading: Reading = 'objects',
): Promise<Measurement> =>
  withEngine(bench, 0, async engine => {
    await createOrders(engine, topic)
    await produceAll(engine, 'ORDERS', asRecords(orders))
    for (let read = 0; read < warmReads; read += orders.length)
      await consumeAll(engine, `warm-up-${read}`, orders.length, reading)
    const meter = await startCpu(bench.redis)
    await consumeAll(engine, 'measured', orders.length, reading)
    return {events: orders.length, use: await meter.stop()}
  })

async function consumeAll(engine: Engine, group: string, orders: number, reading: Reading): Promise<void> {
  let seen = 0
  let sum = 0
  for await (const batch of engine.consume({topics: ['ORDERS'], group, onNoOffset: 'earliest', recordsMax: batchRows})) {
    const {topic, partition, count, nextOffset, memberId, generation} = batch
    // The value of a record of the stream is an order.
    if (reading === 'objects') for (const value of batch.values) sum += readOrder(value as OrderEvent)
    else sum += readColumns(batch)
    await engine.commitOffsets({group, memberId, generation, offsets: [{topic, partition, offset: nextOffset}]})
    seen += count
    if (seen >= orders) break
  }
  if (!(sum > 0)) throw new Error('the fields of the orders were not there')
}

function readColumns({columns, count}: ConsumedBatch): number {
  let sum = 0
  for (const {values} of columns?.value ?? [])
    for (let i = 0; i < count; i++) {
      const value = values[i]
      sum += typeof value === 'string' ? value.length : Number(value)
    }
  return sum
}
