import {writeFileSync} from 'node:fs'
import {cpus} from 'node:os'
import {parseArgs} from 'node:util'
import {Redis} from 'ioredis'
import {startRedis} from '../support/redis.ts'
import type {Bench, Benchmark, Contender} from './benchmark.ts'
import {benchmarks} from './catalog.ts'
import {capacity} from './cpu.ts'

const {values: options, positionals: wanted} = parseArgs({
  allowPositionals: true,
  options: {
    json: {type: 'string'},
    rounds: {type: 'string', default: '3'},
    events: {type: 'string', default: '200000'},
    fsync: {type: 'string', default: 'everysec'},
  },
})

const unknown = wanted.filter(name => !benchmarks.some(it => it.name === name))
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(', ')}. There are: ${benchmarks.map(it => it.name).join(', ')}.`)
  process.exit(2)
}

type Result = {readonly benchmark: string; readonly contender: string; readonly eventsPerCpuSecond: number; readonly ratio: number}

const results: Result[] = []
console.log(`Node ${process.version}, ${cpus().length} cores, redis appendonly yes, appendfsync ${options.fsync}; ${options.rounds} rounds, median; events per CPU-second of client and server together`)
for (const benchmark of benchmarks) if (wanted.length === 0 || wanted.includes(benchmark.name)) results.push(...(await compare(benchmark)))
if (options.json) writeFileSync(options.json, JSON.stringify(results, null, 1))

/** Contenders take turns, so that the noise of a shared machine falls on all of them. */
async function compare(benchmark: Benchmark): Promise<Result[]> {
  const contenders = [benchmark.ours, ...benchmark.peers]
  const rates = new Map<Contender, number[]>(contenders.map(it => [it, []]))
  const server = await startRedis(["--appendfsync", options.fsync])
  const redis = new Redis(server.url)
  let names = 0
  const bench: Bench = {redisUrl: server.url, redis, events: Number(options.events), fresh: name => `${name}${names++}`}
  for (let round = 0; round < Number(options.rounds); round++)
    for (const contender of contenders) {
      await redis.flushall()
      const {events, use} = await contender.run(bench)
      rates.get(contender)?.push(capacity(events, use))
      if (process.env.BENCH_VERBOSE) console.log(`  ${contender.name}: node ${(use.nodeSeconds * 1e9 / events).toFixed(0)} ns, redis ${(use.redisSeconds * 1e9 / events).toFixed(0)} ns an event, wall ${use.wallSeconds.toFixed(2)} s`)
    }
  redis.disconnect()
  await server.stop()
  return print(benchmark, contenders.map(it => ({name: it.name, rate: median(rates.get(it) ?? [])})))
}

function print(benchmark: Benchmark, rows: readonly {readonly name: string; readonly rate: number}[]): Result[] {
  const ours = rows[0]?.rate ?? 0
  console.log(`\n${benchmark.name}: ${benchmark.description}`)
  for (const {name, rate} of rows) console.log(`  ${name.padEnd(32)} ${Math.round(rate).toLocaleString('en').padStart(12)}   Millrace is ${(ours / rate).toFixed(2)} ×`)
  return rows.map(({name, rate}) => ({benchmark: benchmark.name, contender: name, eventsPerCpuSecond: Math.round(rate), ratio: ours / rate}))
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
