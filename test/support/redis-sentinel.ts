import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {Redis} from 'ioredis'
import {startServer, type RedisServer} from './redis.ts'
import {until} from './until.ts'

export type RedisSentinel = {
  /** A primary and its replica, as it began. */
  readonly servers: readonly [RedisServer, RedisServer]
  /** The sentinels' addresses and the name that they know the primary by. */
  readonly url: string
  /** The server that is the primary as the sentinels say now. */
  primary(): Promise<RedisServer>
  stop(): Promise<void>
}

const name = 'main'

/** `config`: lines of the servers' own. A primary, a replica, and three sentinels that let the replica take over when the primary is away for a second. */
export async function startRedisSentinel(config: readonly string[] = []): Promise<RedisSentinel> {
  const primary = await startServer((port, dir) => inFile(dir, serverLines(port, dir, config)))
  const ofPrimary = [...config, `replicaof 127.0.0.1 ${primary.port}`]
  const replica = await startServer((port, dir) => inFile(dir, serverLines(port, dir, ofPrimary)))
  const sentinels: RedisServer[] = []
  for (let i = 0; i < 3; i++)
    sentinels.push(await startServer((port, dir) => [...inFile(dir, sentinelLines(port, dir, primary.port)), '--sentinel']))
  const servers = [primary, replica] as const
  await until('all sentinels know of each other and of the replica', async () => {
    const views = await Promise.all(sentinels.map(({port}) => viewOf(port)))
    return views.every(view => view.sentinels === 2 && view.replicas === 1)
  })
  return {
    servers,
    url: `${sentinels.map(({url}) => url).join(',')}/${name}`,
    async primary() {
      const ports = await Promise.all(sentinels.map(({port}) => viewOf(port)))
      const found = servers.find(({port}) => port === ports[0]?.primary)
      if (!found) throw new Error(`the sentinels name an unknown primary: ${ports[0]?.primary}`)
      return found
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

const sentinelLines = (port: number, dir: string, primaryPort: number): readonly string[] => [
  ...[`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`],
  `sentinel monitor ${name} 127.0.0.1 ${primaryPort} 2`,
  `sentinel down-after-milliseconds ${name} 1000`,
  `sentinel failover-timeout ${name} 5000`,
]

async function viewOf(port: number): Promise<{readonly primary: number; readonly replicas: number; readonly sentinels: number}> {
  const client = new Redis({port, host: '127.0.0.1'})
  try {
    const flat = (await client.call('SENTINEL', 'MASTER', name)) as string[]
    const field = (wanted: string): number => Number(flat[flat.indexOf(wanted) + 1])
    return {primary: field('port'), replicas: field('num-slaves'), sentinels: field('num-other-sentinels')}
  } finally {
    client.disconnect()
  }
}
