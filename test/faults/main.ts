import {parseArgs} from 'node:util'
import {must} from '../../packages/engine/src/base/assert.ts'
import {seededRandom, type Random} from '../../packages/engine/src/base/random.ts'
import {ask, sleep} from './api.ts'
import {checkHistory} from './check-history.ts'
import {eventsOf, type Event, type History} from './history.ts'
import {ConsumerProcess} from './processes.ts'
import {FaultProducer} from './producer.ts'
import {onCluster, onLmdb, onRedis, onSentinel, readLog, type Scene, type Strike} from './scenes.ts'

/**
 * Idempotent producers with acks LEADER and ALL, a consumer group with members in processes of their own, and where nothing may
 * be lost a group that copies exactly once, over GraphQL, while servers, consumers, Redis, and primaries of a cluster or of
 * sentinels are killed with -9 at random and come back; then the whole history is checked (`check-history.ts` says for what).
 * `--seconds`: how long each scene is tormented. `--seed` repeats the choice of victims and moments. `--only lmdb,redis,sentinel,cluster`.
 */
const {values: options} = parseArgs({
  options: {seed: {type: 'string'}, seconds: {type: 'string', default: '25'}, only: {type: 'string'}},
})
const seed = Number(options.seed ?? Date.now() % 1_000_000)
const killMs = Number(options.seconds) * 1000

const topic = 'faults'
const copies = 'copies'
const group = 'handlers'
const copyGroup = 'copiers'
const partitions = 4
const sessionTimeoutMs = 1500
const stuckMs = 20_000
const faultsShown = 20

async function torment(scene: Scene, random: Random): Promise<boolean> {
  const events: Event[] = []
  const hear = (event: Event): void => void events.push(event)
  const urls = scene.servers.map(({url}) => url)
  for (const name of scene.isExact ? [topic, copies] : [topic]) await createTopic(urls[0] ?? '', name)
  const consumers = Array.from({length: 3}, (_, i) => new ConsumerProcess('consumer.ts', memberArgs(urls, group, i), hear))
  const copierArgs = (i: number): string[] => [...memberArgs(urls, copyGroup, i), '--to', copies]
  const copiers = Array.from({length: scene.isExact ? 2 : 0}, (_, i) => new ConsumerProcess('copier.ts', copierArgs(i), hear))
  const levels = ['LEADER', 'ALL'] as const
  const producers = levels.map(level => new FaultProducer({urls, topic, partitions, name: `p${level}`, level, hear}))
  const watching = new AbortController()
  const watched = watchCommits(urls, watching.signal, hear)
  const members = [...consumers.map(strikeMember('consumer')), ...copiers.map(strikeMember('copier'))]
  const strikes = [...scene.strikes, ...members]
  const spared = new Set(strikes.map(({victim}) => victim))
  for (const endMs = Date.now() + killMs; Date.now() < endMs || spared.size > 0;) {
    await sleep(200 + random.int(1500))
    // When the time is over, those who were spared have their turn.
    const left = Date.now() < endMs ? strikes : strikes.filter(({victim}) => spared.has(victim))
    if (left.length === 0) break
    const strike = must(left[random.int(left.length)], 'a strike')
    spared.delete(strike.victim)
    await strike.run(() => hear({kind: 'killed', atMs: Date.now(), what: strike.victim}))
  }
  await Promise.all(producers.map(producer => producer.stop()))
  await untilCommitted(urls, group)
  if (scene.isExact) await untilCommitted(urls, copyGroup)
  await Promise.all([...consumers, ...copiers].map(member => member.kill()))
  watching.abort()
  await watched
  await Promise.all(scene.servers.map(server => server.kill()))
  const storage = await scene.openStorage()
  const stored = await readLog(storage, topic, partitions)
  const copied = scene.isExact ? {copied: await readLog(storage, copies, partitions)} : {}
  await storage.close()
  await scene.dispose()
  return report(scene.name, {events, stored, ...copied})
}

async function createTopic(url: string, name: string): Promise<void> {
  const input = {name, partitions}
  await ask(url, 'mutation($input: CreateTopicInput!) { createTopic(input: $input) { topic { name } } }', {input})
}

const memberArgs = (urls: readonly string[], of: string, first: number): string[] => [
  ...['--urls', urls.join(','), '--first', `${first}`, '--topic', topic, '--group', of, '--session', `${sessionTimeoutMs}`],
]

const strikeMember =
  (victim: 'consumer' | 'copier') =>
  (member: ConsumerProcess): Strike => ({
    victim,
    async run(died) {
      died()
      await member.kill()
      member.restart()
    },
  })

type Offsets = readonly {readonly partition: number; readonly committedOffset: string; readonly lag: string}[]

async function offsetsOf(url: string, of: string): Promise<Offsets> {
  type Answer = {readonly consumerGroup: {readonly offsets: Offsets} | null}
  const query = 'query($group: String!) { consumerGroup(id: $group) { offsets { partition committedOffset lag } } }'
  return (await ask<Answer>(url, query, {group: of})).consumerGroup?.offsets ?? []
}

async function watchCommits(urls: readonly string[], signal: AbortSignal, hear: (event: Event) => void): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) {
    const startedMs = Date.now()
    const offsets = await offsetsOf(urls[turn % urls.length] ?? '', group).catch(() => [])
    const atMs = Date.now()
    for (const {partition, committedOffset} of offsets)
      hear({kind: 'observed', startedMs, atMs, partition, next: Number(committedOffset)})
    await sleep(50)
  }
}

/** Returns when the group has committed everything, or nothing new for too long: then the check says what is missing. */
async function untilCommitted(urls: readonly string[], of: string): Promise<void> {
  let [seen, sinceMs] = ['', Date.now()]
  for (; Date.now() < sinceMs + stuckMs; await sleep(100)) {
    const offsets = await offsetsOf(urls[0] ?? '', of).catch(() => [])
    if (offsets.length === partitions && offsets.every(({lag}) => Number(lag) === 0)) return
    const committed = offsets.map(({committedOffset}) => committedOffset).join()
    if (committed !== seen) [seen, sinceMs] = [committed, Date.now()]
  }
}

function report(name: string, history: History): boolean {
  const {faults, lostAsPromised} = checkHistory(history)
  const acked = eventsOf(history, 'acked')
  const withAll = acked.filter(({level}) => level === 'ALL').length
  const kills = new Map<string, number>()
  for (const {what} of eventsOf(history, 'killed')) kills.set(what, (kills.get(what) ?? 0) + 1)
  const killed = [...kills].map(([what, count]) => `${count} ${what}`).join(', ')
  const handled = eventsOf(history, 'handled').length
  const commits = eventsOf(history, 'committed').length
  const copied = history.copied ? `; copied ${history.copied.length} exactly once` : ''
  console.log(
    `${name}: killed ${killed}; acknowledged ${acked.length - withAll} LEADER (${lostAsPromised} of them lost in failovers), ${withAll} ALL; handled ${handled}, ${commits} commits${copied}; ${faults.length} faults`,
  )
  for (const fault of faults.slice(0, faultsShown)) console.log(`  ${fault}`)
  return faults.length === 0 && withAll < acked.length && handled > 0 && commits > 0
}

// One for each process that must not outlive this one.
process.setMaxListeners(50)
console.log(`seed ${seed}: repeat with --seed ${seed}`)
const scenes: Readonly<Record<string, () => Promise<Scene>>> = {
  lmdb: onLmdb,
  redis: onRedis,
  sentinel: () => onSentinel(seed),
  cluster: () => onCluster(seed),
}
const chosen = Object.entries(scenes).filter(([name]) => options.only === undefined || options.only.split(',').includes(name))
let isRight = chosen.length > 0
for (const [name, open] of chosen) {
  const scene = await open()
  const hasPassed = await torment(scene, seededRandom(seed))
  if (!hasPassed) for (const server of scene.servers) console.log(`${name}: a server said:\n${server.output().slice(-4000)}`)
  isRight &&= hasPassed
}
process.exit(isRight ? 0 : 1)
