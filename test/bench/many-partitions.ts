import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'
import {Worker} from 'node:worker_threads'
import {Engine, silentLogger, type EngineOptions} from '@millrace/engine'
import {startServer} from '@millrace/server'
import {Redis} from 'ioredis'
import {startRedis} from '../support/redis.ts'
import {temporaryDirectory} from '../support/temp-dir.ts'
import type {Figure, Study} from './benchmark.ts'
import {median} from './compare.ts'
import {startCpu, type Server} from './cpu.ts'
import {makeOrders} from './events.ts'
import {asRecords} from './millrace.ts'

const topics = 50
const partitionsPerTopic = 20
const recordsPerPartition = 1_000
const groups = 500
const requestRows = 500
const asks = 25
const produceMs = 2_000
const produceRounds = 3
const nameWidth = 54

const topicName = (i: number): string => `orders-${i}`

const questions = {
  'list topics with their partitions': '{topics {name partitions {id beginOffset endOffset bytes}}}',
  'describe a topic': '{topic(name: "orders-7") {name encoding retentionMs partitions {id beginOffset endOffset bytes}}}',
  'list groups with lag': '{consumerGroups {id state lag}}',
  'a page of 50 groups with their offsets':
    '{consumerGroups(first: 50) {id state lag members {id} offsets {topic partition committedOffset endOffset lag}}}',
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

/** Asks over HTTP, one query after the other; how long each took, ms, the client's part included. */
type Ask = (queries: readonly string[]) => Promise<readonly number[]>

async function withAsker<T>(url: string, use: (ask: Ask) => Promise<T>): Promise<T> {
  const worker = new Worker(new URL('./asker.mjs', import.meta.url), {workerData: {url}, execArgv: []})
  try {
    return await use(async queries => {
      worker.postMessage(queries)
      const [times] = (await once(worker, 'message')) as [readonly number[]]
      return times
    })
  } finally {
    await worker.terminate()
  }
}

const longest = (times: readonly number[]): number => Math.max(...times)
const inMs = (ms: number): string => `${ms.toFixed(1).padStart(6)} ms`

/** On the wall clock, and in CPU time of server, client and Redis together. */
async function timeAlone(ask: Ask, server: Server | undefined): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [name, query] of Object.entries(questions)) {
    await ask([query])
    const meter = await startCpu(server)
    const times = await ask(Array.from({length: asks}, () => query))
    const {nodeSeconds, serverSeconds} = await meter.stop()
    figures.push(timesFigure(name, times, ((nodeSeconds + serverSeconds) * 1000) / asks))
  }
  return figures
}

type Produced = {readonly perSecond: number; readonly p99Ms: number; readonly maxMs: number}

/** One request after the other, for some time, to all partitions in turn. */
async function produceFor(engine: Engine): Promise<Produced> {
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
  return {perSecond: (times.length * requestRows * 1000) / (performance.now() - startMs), p99Ms, maxMs: longest(times)}
}

/** Times of each question. */
type Asked = readonly number[][]

/** While `work` is done, all questions in turn, begun again after so long at the earliest: how long each took by then. */
async function whileAsked<T>(
  ask: Ask,
  everyMs: number,
  work: () => Promise<T>,
): Promise<{readonly result: T; readonly asked: Asked}> {
  const queries = Object.values(questions)
  const asked: number[][] = queries.map(() => [])
  const stop = new AbortController()
  const asking = (async () => {
    while (!stop.signal.aborted) {
      const next = sleep(everyMs, undefined, {signal: stop.signal}).catch(() => {})
      for (const [i, ms] of (await ask(queries)).entries()) asked[i]?.push(ms)
      if (everyMs > 0) await next
    }
  })()
  const result = await work()
  stop.abort()
  await asking
  return {result, asked}
}

/** Ways to be asked while somebody produces: takes turns, so that the noise of a shared machine falls on all of them. */
async function timeTogether(engine: Engine, ask: Ask): Promise<Figure[]> {
  const ways = [
    {name: 'produce alone', produced: [] as Produced[]},
    {name: 'produce, all of it asked for every second', everyMs: 1_000, produced: [] as Produced[]},
    {name: 'produce, all of it asked for without a pause', everyMs: 0, produced: [] as Produced[]},
  ]
  const times: number[][] = Object.keys(questions).map(() => [])
  for (let round = 0; round < produceRounds; round++)
    for (const {everyMs, produced} of ways) {
      if (everyMs === undefined) {
        produced.push(await produceFor(engine))
        continue
      }
      const {result, asked} = await whileAsked(ask, everyMs, () => produceFor(engine))
      produced.push(result)
      for (const [i, more] of asked.entries()) times[i]?.push(...more)
    }
  return [
    ...ways.map(({name, produced}) => produceFigure(name, produced)),
    ...Object.keys(questions).map((name, i) => timesFigure(`${name}, under produce`, times[i] ?? [])),
  ]
}

/** The median turn counts, of the longest the longest. */
function produceFigure(contender: string, turns: readonly Produced[]): Figure {
  const recordsPerSecond = median(turns.map(turn => turn.perSecond))
  const p99Ms = median(turns.map(turn => turn.p99Ms))
  const maxMs = longest(turns.map(turn => turn.maxMs))
  const rate = Math.round(recordsPerSecond).toLocaleString('en').padStart(9)
  console.log(`  ${contender.padEnd(nameWidth)} ${rate} records/s   p99 ${inMs(p99Ms)}   longest ${inMs(maxMs)}`)
  return {benchmark: 'catalog', contender, recordsPerSecond, p99Ms, maxMs}
}

function timesFigure(contender: string, times: readonly number[], cpuMs?: number): Figure {
  const [p50Ms, maxMs] = [median(times), longest(times)]
  const cpu = cpuMs === undefined ? '' : `   CPU ${inMs(cpuMs)}`
  console.log(`  ${contender.padEnd(nameWidth)} p50 ${inMs(p50Ms)}   longest ${inMs(maxMs)}${cpu}`)
  return {benchmark: 'catalog', contender, p50Ms, maxMs, ...(cpuMs !== undefined && {cpuMs})}
}

/** `server`: what runs beside this process. */
async function measure(storage: NonNullable<EngineOptions['storage']>, server: Server | undefined): Promise<Figure[]> {
  const engine = await Engine.open({storage, threads: 0})
  const files = temporaryDirectory('dashboard')
  await load(engine)
  const {url, close} = await startServer({engine, logger: silentLogger, host: '127.0.0.1', port: 0, dashboardDir: files.path})
  const figures = await withAsker(url, async ask => [...(await timeAlone(ask, server)), ...(await timeTogether(engine, ask))])
  await close()
  await engine.close()
  files.remove()
  return figures
}

/** What operators ask for, of many partitions and groups, and what a producer feels of it. */
export const manyPartitions: Study = {
  name: 'catalog',
  run: async ({fsync}) => {
    console.log(
      `\ncatalog: ${topics * partitionsPerTopic * recordsPerPartition} records in ${topics * partitionsPerTopic} partitions, ` +
        `${groups} groups of ${partitionsPerTopic} partitions; GraphQL over HTTP, goal 100 ms`,
    )
    console.log(' Redis')
    const redis = await startRedis(['--appendfsync', fsync])
    const client = new Redis(redis.url)
    const figures = await measure({kind: 'redis', mode: 'standalone', url: redis.url, namespace: 'catalog'}, client)
    client.disconnect()
    await redis.stop()
    console.log(' embedded')
    const data = temporaryDirectory('catalog')
    const embedded = await measure({kind: 'lmdb', dir: data.path}, undefined)
    data.remove()
    return [...figures, ...embedded.map(({contender, ...figure}) => ({...figure, contender: `${contender}, embedded`}))]
  },
}
