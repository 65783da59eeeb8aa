import {writeFileSync} from 'node:fs'
import {cpus} from 'node:os'
import {parseArgs} from 'node:util'
import type {Figure, Options} from './benchmark.ts'
import {benchmarks, studies} from './catalog.ts'
import {compare} from './compare.ts'

const {values, positionals: wanted} = parseArgs({
  allowPositionals: true,
  options: {
    json: {type: 'string'},
    rounds: {type: 'string', default: '3'},
    events: {type: 'string', default: '500000'},
    fsync: {type: 'string', default: 'everysec'},
    only: {type: 'string'},
  },
})
const options: Options = {...values, rounds: Number(values.rounds), events: Number(values.events)}

const names = [...benchmarks, ...studies].map(({name}) => name)
const unknown = wanted.filter(name => !names.includes(name))
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(', ')}. There are: ${names.join(', ')}.`)
  process.exit(2)
}
const isWanted = ({name}: {readonly name: string}): boolean => wanted.length === 0 || wanted.includes(name)

console.log(
  `Node ${process.version}, ${cpus().length} cores, redis appendonly yes, appendfsync ${options.fsync}, ${options.events} events, ` +
    `${options.rounds} rounds, median; CPU-seconds of this process and of the server beside it together`,
)
const figures: Figure[] = []
for (const benchmark of benchmarks) if (isWanted(benchmark)) figures.push(...(await compare(benchmark, options)))
for (const study of studies) if (isWanted(study)) figures.push(...(await study.run(options)))
if (values.json) writeFileSync(values.json, JSON.stringify({node: process.version, options, results: figures}, null, 1))
