import {writeFileSync} from 'node:fs'
import {cpus} from 'node:os'
import {parseArgs} from 'node:util'
import {Redis} from 'ioredis'
import {startRedis} from '../support/redis.ts'
import type {Bench, Benchmark, Contender} from './benchmark.ts'
import {benchmarks} from './catalog.ts'
import type {CpuUse} from './cpu.ts'
import {run as runExpressions} from './expressions.ts'

const {values: options, positionals: wanted} = parseArgs({
  allowPositionals: true,
  options: {
    json: {type: 'string'},
    rounds: {type: 'string', default: '3'},
    events: {type: 'string', default: '500000'},
    fsync: {type: 'string', default: 'everysec'},
    only: {type: 'string'},
  },
})

type Result = {
  readonly benchmark: string
  readonly contender: string
  readonly eventsPerCpuSecond: number
  /** The first contender's figure divided by this one's. */
  readonly ratio: number
  readonly nodeNsPerEvent: number
  readonly redisNsPerEvent: number
}

/** Per event. */
type Cost = {readonly nodeNs: number; readonly redisNs: number}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** Contenders take turns, so that the noise of a shared machine falls on all of them. */
async function compare(benchmark: Benchmark): Promise<Result[]> {
  const contenders = benchmark.contenders.filter(({name}) => !options.only || name.includes(options.only))
  const costs = new Map<Contender, Cost[]>(contenders.map(it => [it, []]))
  const server = await startRedis(['--appendfsync', options.fsync])
  const redis = new Redis(server.url)
  let names = 0
  const bench: Bench = {redisUrl: server.url, redis, events: Number(options.events), fresh: name => `${name}${names++}`}
  for (let round = 0; round < Number(options.rounds); round++)
    for (const contender of contenders) {
      await redis.flushall()
      const {events, use} = await contender.run(bench)
      costs.get(contender)?.push(costOf(events, use))
    }
  redis.disconnect()
  await server.stop()
  return print(
    benchmark,
    contenders.map(({name}, i) => ({name, cost: middle([...costs.values()][i] ?? [])})),
  )
}

const costOf = (events: number, {nodeSeconds, redisSeconds}: CpuUse): Cost => ({
  nodeNs: (nodeSeconds * 1e9) / events,
  redisNs: (redisSeconds * 1e9) / events,
})

/** The round of the median total. */
function middle(costs: readonly Cost[]): Cost {
  const total = ({nodeNs, redisNs}: Cost): number => nodeNs + redisNs
  const wantedTotal = median(costs.map(total))
  return costs.find(cost => total(cost) === wantedTotal) ?? {nodeNs: 0, redisNs: 0}
}

function print(benchmark: Benchmark, rows: readonly {readonly name: string; readonly cost: Cost}[]): Result[] {
  const rate = ({nodeNs, redisNs}: Cost): number => 1e9 / (nodeNs + redisNs)
  const ours = rows[0] ? rate(rows[0].cost) : 0
  console.log(`\n${benchmark.name}: ${benchmark.description}`)
  console.log(`  ${''.padEnd(44)} events/CPU-s   node ns  redis ns   first ÷ this`)
  for (const {name, cost} of rows) {
    const events = Math.round(rate(cost)).toLocaleString('en').padStart(12)
    const ns = `${cost.nodeNs.toFixed(0).padStart(9)} ${cost.redisNs.toFixed(0).padStart(9)}`
    console.log(`  ${name.padEnd(44)} ${events} ${ns}   ${(ours / rate(cost)).toFixed(2).padStart(8)} ×`)
  }
  return rows.map(({name, cost}) => ({
    benchmark: benchmark.name,
    contender: name,
    eventsPerCpuSecond: Math.round(rate(cost)),
    ratio: ours / rate(cost),
    nodeNsPerEvent: Math.round(cost.nodeNs),
    redisNsPerEvent: Math.round(cost.redisNs),
  }))
}

const names = [...benchmarks.map(({name}) => name), 'expressions']
const unknown = wanted.filter(name => !names.includes(name))
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(', ')}. There are: ${names.join(', ')}.`)
  process.exit(2)
}
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name)
const results: Result[] = []
console.log(
  `Node ${process.version}, ${cpus().length} cores, redis appendonly yes, appendfsync ${options.fsync}, ${options.events} events, ` +
    `${options.rounds} rounds, median; CPU-seconds of this process and of redis-server together`,
)
for (const benchmark of benchmarks) if (isWanted(benchmark.name)) results.push(...(await compare(benchmark)))
if (isWanted('expressions')) runExpressions()
if (options.json) writeFileSync(options.json, JSON.stringify({node: process.version, options, results}, null, 1))
