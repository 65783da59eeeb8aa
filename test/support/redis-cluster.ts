import {spawnSync} from 'node:child_process'
import {Redis} from 'ioredis'
import {startRedis} from './redis.ts'
import type {RedisServer} from './redis.ts'

export type RedisCluster = {
  /** Three primaries, then their replicas: as it began. */
  readonly servers: readonly RedisServer[]
  /** Who has slots now, as the servers that answer see it. */
  primaries(): Promise<readonly RedisServer[]>
  readonly url: string
  /** Resolves when the replica of every primary has all that the primary has. */
  untilReplicated(): Promise<void>
  stop(): Promise<void>
}

/** Three primaries with a replica each, on free ports. */
export async function startRedisCluster(more: readonly string[] = []): Promise<RedisCluster> {
  const config = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--repl-diskless-sync-delay', '0', ...more]
  const servers: RedisServer[] = []
  for (let i = 0; i < 6; i++) servers.push(await startRedis(config))
  const stop = async () => {
    await Promise.all(servers.map(server => server.stop()))
  }
  const addresses = servers.map(server => `127.0.0.1:${server.port}`)
  const created = spawnSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'], {
    encoding: 'utf8',
  })
  if (created.status !== 0) {
    await stop()
    throw new Error(`redis-cli could not make a cluster: ${created.stdout}${created.stderr}`)
  }
  await Promise.all(servers.map(server => until(server.port, isClusterOk)))
  const untilReplicated = async () => {
    await Promise.all(servers.slice(0, 3).map(server => until(server.port, isReplicated)))
  }
  await untilReplicated()
  const primaries = async () => {
    const ports = await primaryPorts(servers)
    return servers.filter(({port}) => ports.has(port))
  }
  return {servers, url: `redis://${addresses.join(',redis://')}`, primaries, untilReplicated, stop}
}

/** A line of CLUSTER NODES: id, host:port@bus, flags, primary, ping, pong, epoch, link, slots. */
async function primaryPorts(servers: readonly RedisServer[]): Promise<ReadonlySet<number>> {
  for (const {port} of servers) {
    const client = new Redis({port, host: '127.0.0.1', retryStrategy: () => null, maxRetriesPerRequest: 0})
    client.on('error', () => {})
    try {
      const nodes = String(await client.cluster('NODES')).split('\n')
      const owners = nodes
        .map(line => line.split(' '))
        .filter(([, , flags = '', , , , , , slots]) => /master/.test(flags) && slots)
      return new Set(owners.map(([, address = '']) => Number(/:(\d+)@/.exec(address)?.[1])))
    } catch {
      // It was killed: another one knows.
    } finally {
      client.disconnect()
    }
  }
  throw new Error('no server of the cluster answers')
}

const isClusterOk = async (client: Redis): Promise<boolean> => (await client.cluster('INFO')).includes('cluster_state:ok')

async function isReplicated(client: Redis): Promise<boolean> {
  const info = await client.info('replication')
  const written = /master_repl_offset:(\d+)/.exec(info)?.[1]
  return /slave0:.*state=online,offset=(\d+)/.exec(info)?.[1] === written
}

async function until(port: number, holds: (client: Redis) => Promise<boolean>): Promise<void> {
  const client = new Redis({port, host: '127.0.0.1', enableReadyCheck: false})
  try {
    while (!(await holds(client))) await new Promise(resolve => setTimeout(resolve, 50))
  } finally {
    client.disconnect()
  }
}
