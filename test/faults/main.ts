import {spawn, type ChildProcess} from 'node:child_process'
import {createInterface} from 'node:readline'
import {parseArgs} from 'node:util'
import {systemClock} from '../../packages/engine/src/base/clock.ts'
import {seededRandom, type Random} from '../../packages/engine/src/base/random.ts'
import {openLmdbStorage} from '../../packages/engine/src/storage/lmdb/open.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import {openRedisStorage} from '../../packages/engine/src/storage/redis/open.ts'
import {topicRecord} from '../suites/fixture.ts'
import {startRedis} from '../support/redis.ts'
import {temporaryDirectory} from '../support/temp-dir.ts'
import {faultsOf, group, namespace, partitions, topic, type Line} from './history.ts'

/**
 * Producers and consumers that are killed with -9 at random, and Redis with them, for a while; then the whole history is
 * checked. `--seed` repeats the choice of victims and moments, `--seconds` says how long each run is killed at.
 */
const {values} = parseArgs({options: {seed: {type: 'string'}, seconds: {type: 'string', default: '25'}}})
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const killMs = Number(values.seconds) * 1000

/** A worker that is started again after each death, under a new name. */
class Worker {
  readonly #name: string
  readonly #args: (incarnation: string) => readonly string[]
  readonly #hear: (line: Line) => void
  #child: ChildProcess | undefined
  #incarnations = 0

  constructor(name: string, args: (incarnation: string) => readonly string[], hear: (line: Line) => void) {
    this.#name = name
    this.#args = args
    this.#hear = hear
  }

  async start(): Promise<void> {
    const args = this.#args(`${this.#name}.${this.#incarnations++}`)
    const file = new URL('./worker.ts', import.meta.url).pathname
    const child = spawn(process.execPath, ['--conditions=@millrace/source', '--import', 'tsx', file, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    await new Promise<void>((resolve, reject) => {
      child.once('exit', code => reject(new Error(`${this.#name} ended with ${code} by itself`)))
      createInterface({input: child.stdout}).on('line', text => {
        const line = parseLine(text)
        if (line?.kind === 'ready') resolve()
        else if (line) this.#hear(line)
      })
    })
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) throw new Error(`${this.#name} has ended by itself`)
    const ended = new Promise(resolve => child.once('close', resolve))
    child.kill('SIGKILL')
    await ended
  }
}

/** The last line of a process that was killed may be cut. */
function parseLine(text: string): Line | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Victim = {readonly name: string; readonly strike: () => Promise<void>}
type Scene = {
  readonly name: string
  readonly workers: readonly Worker[]
  readonly producers: readonly Worker[]
  readonly victims: readonly Victim[]
  /** The store, opened when the others may not be open: it belongs to one process. */
  readonly look: <T>(work: (storage: Storage) => Promise<T>) => Promise<T>
  readonly canWatch: boolean
  readonly dispose: () => Promise<void>
}

const restarting = (name: string, worker: Worker): Victim => ({name, strike: async () => (await worker.kill(), worker.start())})

async function onRedis(hear: (line: Line) => void): Promise<Scene> {
  const server = await startRedis()
  const storage = await openRedisStorage({url: server.url, namespace})
  await storage.log.createTopic(topicRecord(topic, partitions))
  const at = ['--url', server.url]
  const producers = ['p1', 'p2'].map(name => new Worker(name, incarnation => [...at, '--produce', incarnation], hear))
  const consumers = ['c1', 'c2', 'c3'].map(name => new Worker(name, () => [...at, '--consume'], hear))
  const redis: Victim = {name: 'redis', strike: async () => (await server.kill(), server.restart())}
  const victims = [redis, ...[...producers, ...consumers].map((worker, i) => restarting(`worker ${i}`, worker))]
  const dispose = async (): Promise<void> => {
    await storage.close()
    await server.stop()
  }
  return {
    name: 'redis',
    workers: [...producers, ...consumers],
    producers,
    victims,
    look: work => work(storage),
    canWatch: true,
    dispose,
  }
}

async function onLmdb(hear: (line: Line) => void): Promise<Scene> {
  const dir = temporaryDirectory('faults')
  const look = async <T>(work: (storage: Storage) => Promise<T>): Promise<T> => {
    const storage = await openLmdbStorage({dir: dir.path})
    try {
      return await work(storage)
    } finally {
      await storage.close()
    }
  }
  await look(storage => storage.log.createTopic(topicRecord(topic, partitions)))
  const both = new Worker('s', incarnation => ['--dir', dir.path, '--produce', incarnation, '--consume'], hear)
  // The store belongs to one process, so who only consumes takes over when the producing is over.
  const after = new Worker('t', () => ['--dir', dir.path, '--consume'], hear)
  return {
    name: 'lmdb',
    workers: [both, after],
    producers: [both],
    victims: [restarting('server', both)],
    look,
    canWatch: false,
    dispose: async () => dir.remove(),
  }
}

async function run(open: (hear: (line: Line) => void) => Promise<Scene>, random: Random): Promise<boolean> {
  const lines: Line[] = []
  const scene = await open(line => void lines.push(line))
  const backwards: string[] = []
  const watching = new AbortController()
  const isShared = scene.canWatch
  const first = isShared ? scene.workers : scene.producers
  await Promise.all(first.map(worker => worker.start()))
  const watched = isShared ? scene.look(storage => watchCommits(storage, watching.signal, backwards)) : Promise.resolve()
  let kills = 0
  for (const endMs = systemClock.nowMs() + killMs; systemClock.nowMs() < endMs; kills++) {
    await systemClock.sleep(500 + random.int(2500))
    const victim = scene.victims[random.int(scene.victims.length)]
    await victim?.strike()
  }
  await Promise.all(scene.producers.map(worker => worker.kill()))
  const rest = scene.workers.filter(worker => !scene.producers.includes(worker))
  if (!isShared) await Promise.all(rest.map(worker => worker.start()))
  await untilQuiet(lines)
  await Promise.all(rest.map(worker => worker.kill()))
  watching.abort()
  await watched
  const faults = [...(await scene.look(storage => faultsOf(storage, lines))), ...backwards]
  await scene.dispose()
  const count = (kind: Line['kind']): number => lines.filter(line => line.kind === kind).length
  console.log(
    `${scene.name}: ${kills} kills, ${count('acked')} acknowledged, ${count('handled')} handled, ${count('committed')} commits, ${faults.length} faults`,
  )
  for (const fault of faults.slice(0, 20)) console.log(`  ${fault}`)
  return faults.length === 0 && count('acked') > 0
}

/** Members that were killed must be found dead before others take over, so silence must last. */
async function untilQuiet(lines: readonly Line[]): Promise<void> {
  for (let seen = -1; seen !== lines.length;) {
    seen = lines.length
    await systemClock.sleep(7000)
  }
}

async function watchCommits({groups}: Storage, signal: AbortSignal, backwards: string[]): Promise<void> {
  const last = new Map<number, number>()
  while (!signal.aborted) {
    const offsets = await groups.offsets(group).catch(() => [])
    for (const {partition, next} of offsets) {
      const before = last.get(partition) ?? 0
      if (next < before) backwards.push(`the committed offset of partition ${partition} went from ${before} back to ${next}`)
      last.set(partition, next)
    }
    await systemClock.sleep(50, signal)
  }
}

console.log(`seed ${seed}: repeat with --seed ${seed}`)
const random = seededRandom(seed)
const isRight = [await run(onRedis, random), await run(onLmdb, random)].every(Boolean)
process.exit(isRight ? 0 : 1)
