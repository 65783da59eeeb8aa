import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {Redis} from 'ioredis'
import {startServer, type RedisServer} from './redis.ts'
import {until} from './until.ts'

export type RedisSentinel = {
  /** The primary first, as it began, then its replicas. */
  readonly servers: readonly RedisServer[]
  /** The sentinels' addresses and the name that they know the primary by. */
  readonly url: string
  /** The server that is the primary as all the sentinels say now; fails while they do not agree. */
  primary(): Promise<RedisServer>
  /** Whether the primary has all the others as replicas that have caught up. */
  isWhole(): Promise<boolean>
  /** Takes the replicas off their primary: what it writes from now on they do not get. The sentinels mend that. */
  cutReplicasOff(): Promise<void>
  /** Starts a server again that was killed: as a replica, if another one has taken its place. */
  rejoin(server: RedisServer): Promise<void>
  stop(): Promise<void>
}

const name = 'main'

/** `config`: lines of the servers' own. A primary, its replicas, and three sentinels that let a replica take over when the primary is silent for `downAfterMs`. */
export async function startRedisSentinel(
  config: readonly string[] = [],
  {replicas: count = 1, downAfterMs = 1000} = {},
): Promise<RedisSentinel> {
  const primary = await startServer((port, dir) => inFile(dir, serverLines(port, dir, config)))
  const ofPrimary = [...config, `replicaof 127.0.0.1 ${primary.port}`]
  const servers = [primary]
  for (let i = 0; i < count; i++) servers.push(await startServer((port, dir) => inFile(dir, serverLines(port, dir, ofPrimary))))
  const sentinels: RedisServer[] = []
  for (let i = 0; i < 3; i++)
    sentinels.push(
      await startServer((port, dir) => [
        ...inFile(dir, sentinelLines(port, dir, {primaryPort: primary.port, downAfterMs})),
        '--sentinel',
      ]),
    )
  await until('all sentinels know of each other and of the replicas', async () => {
    const views = await Promise.all(sentinels.map(({port}) => viewOf(port)))
    return views.every(view => view.sentinels === 2 && view.replicas === count)
  })
  const findPrimary = async (): Promise<RedisServer> => {
    const ports = await Promise.all(sentinels.map(({port}) => viewOf(port)))
    const named = [...new Set(ports.map(({primary: port}) => port))]
    const found = servers.find(({port}) => named.length === 1 && port === named[0])
    if (!found) throw new Error(`found the primaries ${named.join(' and ')} named by the sentinels, expected one of the servers`)
    return found
  }
  return {
    servers,
    url: `${sentinels.map(({url}) => url).join(',')}/${name}`,
    primary: findPrimary,
    async isWhole() {
      const {port} = await findPrimary()
      const facts = await asked(port, client => client.info('replication'))
      return facts.match(/^slave\d+:.*state=online/gm)?.length === count
    },
    async cutReplicasOff() {
      const primaryNow = await findPrimary()
      const replicas = servers.filter(server => server !== primaryNow)
      await Promise.all(replicas.map(({port}) => follow(port, nowhere)))
    },
    async rejoin(server) {
      const {port} = await findPrimary()
      await server.restart(port === server.port ? [] : ['--replicaof', `127.0.0.1 ${port}`])
    },
    async stop() {
      await Promise.all([...servers, ...sentinels].map(server => server.stop()))
    },
  }
}

/** Sentinels write what they learn into the configuration of all, so it is a file. */
function inFile(dir: string, lines: readonly string[]): readonly string[] {
  const file = join(dir, 'redis.conf')
  writeFileSync(file, lines.join('\n'))
  return [file]
}

const serverLines = (port: number, dir: string, config: readonly string[]): readonly string[] => [
  ...[`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`, 'save ""', 'appendonly yes', 'repl-diskless-sync-delay 0'],
  ...config,
]

type Watched = {readonly primaryPort: number; readonly downAfterMs: number}

const sentinelLines = (port: number, dir: string, {primaryPort, downAfterMs}: Watched): readonly string[] => [
  ...[`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`],
  `sentinel monitor ${name} 127.0.0.1 ${primaryPort} 2`,
  `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
  `sentinel failover-timeout ${name} 2000`,
]

/** A port that nobody listens on. */
const nowhere = 1

const follow = (port: number, primaryPort: number): Promise<unknown> =>
  asked(port, client => client.replicaof('127.0.0.1', primaryPort))

async function viewOf(port: number): Promise<{readonly primary: number; readonly replicas: number; readonly sentinels: number}> {
  const flat = await asked(port, async client => (await client.call('SENTINEL', 'MASTER', name)) as string[])
  const field = (wanted: string): number => Number(flat[flat.indexOf(wanted) + 1])
  return {primary: field('port'), replicas: field('num-slaves'), sentinels: field('num-other-sentinels')}
}

async function asked<T>(port: number, ask: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({port, host: '127.0.0.1'})
  try {
    return await ask(client)
  } finally {
    client.disconnect()
  }
}
