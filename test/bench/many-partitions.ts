import {Engine, silentLogger} from '@millrace/engine'
import {startServer} from '@millrace/server'
import {Redis} from 'ioredis'
import {startRedis} from '../support/redis.ts'
import {temporaryDirectory} from '../support/temp-dir.ts'
import type {Figure, Study} from './benchmark.ts'
import {median} from './compare.ts'
import {startCpu} from './cpu.ts'
import {makeOrders} from './events.ts'
import {asRecords} from './millrace.ts'

const topics = 50
const partitionsPerTopic = 20
const recordsPerPartition = 1_000
const groups = 500
const requestRows = 500
const asks = 15
const produceMs = 3_000

const topicName = (i: number): string => `orders-${i}`

const questions = {
  'list topics with their partitions': '{topics {name partitions {id beginOffset endOffset bytes}}}',
  'describe a topic': '{topic(name: "orders-7") {name encoding retentionMs partitions {id beginOffset endOffset bytes}}}',
  'list groups with lag': '{consumerGroups {id state lag}}',
  'describe a group':
    '{consumerGroup(id: "group-7") {id state members {id} offsets {topic partition committedOffset endOffset lag lagMs}}}',
} as const

/** A million records, and groups that have read half of one topic each. */
async function load(engine: Engine): Promise<void> {
  const records = asRecords(makeOrders(recordsPerPartition, 1_000))
  for (let i = 0; i < topics; i++) {
    await engine.createTopic({name: topicName(i), partitions: partitionsPerTopic})
    const fill = async (partition: number): Promise<unknown> =>
      engine.produce({topic: topicName(i), records: records.map(record => ({...record, partition}))})
    await Promise.all(Array.from({length: partitionsPerTopic}, (_, partition) => fill(partition)))
  }
  for (let i = 0; i < groups; i++) {
    const topic = topicName(i % topics)
    const offsets = Array.from({length: partitionsPerTopic}, (_, partition) => ({
      topic,
      partition,
      offset: recordsPerPartition / 2,
    }))
    await engine.commitOffsets({group: `group-${i}`, offsets})
  }
}

type Ask = (query: string) => Promise<void>

type Times = {readonly p50Ms: number; readonly maxMs: number; readonly cpuMs: number}

/** An answer over HTTP, the client's part included: on the wall clock, and in CPU time of server, client and Redis together. */
async function timesOf(ask: Ask, query: string, redis: Redis): Promise<Times> {
  await ask(query)
  const times: number[] = []
  const meter = await startCpu(redis)
  for (let i = 0; i < asks; i++) {
    const fromMs = performance.now()
    await ask(query)
    times.push(performance.now() - fromMs)
  }
  const {nodeSeconds, serverSeconds} = await meter.stop()
  return {p50Ms: median(times), maxMs: Math.max(...times), cpuMs: ((nodeSeconds + serverSeconds) * 1000) / asks}
}

/** One request after the other, for some seconds, to all partitions in turn. */
async function produceFor(engine: Engine): Promise<{readonly perSecond: number; readonly p99Ms: number; readonly maxMs: number}> {
  const records = asRecords(makeOrders(requestRows, 1_000))
  const times: number[] = []
  const startMs = performance.now()
  for (let i = 0; performance.now() - startMs < produceMs; i++) {
    const fromMs = performance.now()
    const partition = Math.floor(i / topics) % partitionsPerTopic
    await engine.produce({topic: topicName(i % topics), records: records.map(record => ({...record, partition}))})
    times.push(performance.now() - fromMs)
  }
  const sorted = times.toSorted((a, b) => a - b)
  const p99Ms = sorted[Math.floor(sorted.length * 0.99)] ?? 0
  return {perSecond: (times.length * requestRows * 1000) / (performance.now() - startMs), p99Ms, maxMs: sorted.at(-1) ?? 0}
}

async function produceWhileAsked(engine: Engine, ask: Ask): ReturnType<typeof produceFor> {
  const stop = new AbortController()
  const asking = (async () => {
    while (!stop.signal.aborted) for (const query of Object.values(questions)) await ask(query)
  })()
  const found = await produceFor(engine)
  stop.abort()
  await asking
  return found
}

/** What operators ask for, of many partitions and groups, and what a producer feels of it. */
export const manyPartitions: Study = {
  name: 'catalog',
  run: async ({fsync}) => {
    console.log(
      `\ncatalog: ${topics * partitionsPerTopic * recordsPerPartition} records in ${topics * partitionsPerTopic} partitions, ` +
        `${groups} groups of ${partitionsPerTopic} partitions; GraphQL over HTTP, goal 100 ms`,
    )
    const redis = await startRedis(['--appendfsync', fsync])
    const client = new Redis(redis.url)
    const files = temporaryDirectory('dashboard')
    const engine = await Engine.open({
      storage: {kind: 'redis', mode: 'standalone', url: redis.url, namespace: 'catalog'},
      threads: 0,
    })
    await load(engine)
    const server = await startServer({engine, logger: silentLogger, host: '127.0.0.1', port: 0, dashboardDir: files.path})
    const ask: Ask = async query => {
      const headers = {'content-type': 'application/json', accept: 'application/json'}
      const answer = await fetch(`${server.url}/graphql`, {method: 'POST', headers, body: JSON.stringify({query})})
      const {errors} = JSON.parse(await answer.text()) as {readonly errors?: readonly {readonly message: string}[]}
      if (errors) throw new Error(errors[0]?.message)
    }
    const figures: Figure[] = []
    for (const [name, query] of Object.entries(questions)) {
      const {p50Ms, maxMs, cpuMs} = await timesOf(ask, query, client)
      const [p50, longest, cpu] = [p50Ms, maxMs, cpuMs].map(ms => `${ms.toFixed(1).padStart(6)} ms`)
      console.log(`  ${name.padEnd(44)} p50 ${p50}   longest ${longest}   CPU ${cpu}`)
      figures.push({benchmark: 'catalog', contender: name, p50Ms, maxMs, cpuMs})
    }
    for (const [name, produce] of [
      ['produce alone', () => produceFor(engine)],
      ['produce while all of it is asked for', () => produceWhileAsked(engine, ask)],
    ] as const) {
      const {perSecond, p99Ms, maxMs} = await produce()
      const rate = Math.round(perSecond).toLocaleString('en').padStart(9)
      console.log(`  ${name.padEnd(44)} ${rate} records/s   p99 ${p99Ms.toFixed(1)} ms   longest ${maxMs.toFixed(1)} ms`)
      figures.push({benchmark: 'catalog', contender: name, recordsPerSecond: perSecond, p99Ms, maxMs})
    }
    await server.close()
    await engine.close()
    client.disconnect()
    await redis.stop()
    files.remove()
    return figures
  },
}
