import {Redis} from 'ioredis'
import {startRedis} from '../support/redis.ts'
import type {Bench, Benchmark, Contender, Figure, Measurement, Options} from './benchmark.ts'

/** Per event. */
type Cost = {readonly nodeNs: number; readonly serverNs: number}

/** Contenders take turns, so that the noise of a shared machine falls on all of them; the median round counts. */
export async function compare(benchmark: Benchmark, options: Options): Promise<Figure[]> {
  console.log(`\n${benchmark.name}: ${benchmark.description}`)
  const contenders = benchmark.contenders.filter(contender => isWanted(contender, options))
  const costs = new Map<Contender, Cost[]>(contenders.map(it => [it, []]))
  const server = await startRedis(['--appendfsync', options.fsync])
  const redis = new Redis(server.url)
  let names = 0
  const bench: Bench = {redisUrl: server.url, redis, events: options.events, fresh: name => `${name}${names++}`}
  for (let round = 0; round < options.rounds; round++)
    for (const contender of contenders) {
      await redis.flushall()
      costs.get(contender)?.push(costOf(await contender.run(bench)))
    }
  redis.disconnect()
  await server.stop()
  return print(
    benchmark.name,
    contenders.map(({name}, i) => ({name, cost: middle([...costs.values()][i] ?? [])})),
  )
}

function isWanted({name, unavailable}: Contender, {only}: Options): boolean {
  if (only !== undefined && !name.includes(only)) return false
  const reason = unavailable?.()
  if (reason !== undefined) console.log(`  ${name}: left out. ${reason}`)
  return reason === undefined
}

const costOf = ({events, use: {nodeSeconds, serverSeconds}}: Measurement): Cost => ({
  nodeNs: (nodeSeconds * 1e9) / events,
  serverNs: (serverSeconds * 1e9) / events,
})

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** The round of the median total. */
function middle(costs: readonly Cost[]): Cost {
  const total = ({nodeNs, serverNs}: Cost): number => nodeNs + serverNs
  const wantedTotal = median(costs.map(total))
  return costs.find(cost => total(cost) === wantedTotal) ?? {nodeNs: 0, serverNs: 0}
}

function print(benchmark: string, rows: readonly {readonly name: string; readonly cost: Cost}[]): Figure[] {
  const rate = ({nodeNs, serverNs}: Cost): number => 1e9 / (nodeNs + serverNs)
  const ours = rows[0] ? rate(rows[0].cost) : 0
  console.log(`  ${''.padEnd(44)} events/CPU-s   node ns server ns   first ÷ this`)
  for (const {name, cost} of rows) {
    const events = Math.round(rate(cost)).toLocaleString('en').padStart(12)
    const ns = `${cost.nodeNs.toFixed(0).padStart(9)} ${cost.serverNs.toFixed(0).padStart(9)}`
    console.log(`  ${name.padEnd(44)} ${events} ${ns}   ${(ours / rate(cost)).toFixed(2).padStart(8)} ×`)
  }
  return rows.map(({name, cost}) => ({
    benchmark,
    contender: name,
    eventsPerCpuSecond: Math.round(rate(cost)),
    // The first contender's figure divided by this one's.
    ratio: ours / rate(cost),
    nodeNsPerEvent: Math.round(cost.nodeNs),
    serverNsPerEvent: Math.round(cost.serverNs),
  }))
}
