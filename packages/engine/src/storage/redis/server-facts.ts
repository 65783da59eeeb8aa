import type {StorageFeatures} from '../port/features.ts'
import type {StorageHealth} from '../port/storage.ts'
import type {Connection} from './connection.ts'
import {fieldsOf, textOf} from './reply.ts'

/** What the server's configuration promises at this moment. */
export type Durability = {
  /** Replicas that an append can wait for. */
  readonly replicas: number
  readonly isAppendOnly: boolean
  /** `unknown` where the server does not let us ask. */
  readonly appendFsync: 'always' | 'everysec' | 'no' | 'unknown'
  /** The server has WAITAOF (7.2). */
  readonly canWaitForDisk: boolean
}

export type ServerFacts = {readonly info: ReadonlyMap<string, string>; readonly durability: Durability}

/** Of a cluster: what one of its nodes says. */
export async function readServerFacts(connection: Connection, isCluster: boolean): Promise<ServerFacts> {
  const info = new Map<string, string>()
  for (const line of textOf(await connection.call('INFO', [])).split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) info.set(line.slice(0, colon), line.slice(colon + 1))
  }
  const isAppendOnly = info.get('aof_enabled') === '1'
  const [major = 0, minor = 0] = (info.get('redis_version') ?? '').split('.').map(Number)
  return {
    info,
    durability: {
      // WAIT speaks of the writes of one connection to one node, and a cluster's client does not let us choose which.
      replicas: isCluster ? 0 : onlineReplicas(info),
      isAppendOnly,
      appendFsync: await readAppendFsync(connection),
      canWaitForDisk: isAppendOnly && !isCluster && (major > 7 || (major === 7 && minor >= 2)),
    },
  }
}

/** Those that are still loading their first copy acknowledge nothing yet. */
const onlineReplicas = (info: ReadonlyMap<string, string>): number =>
  [...info].filter(([name, value]) => /^slave\d+$/.test(name) && value.includes('state=online')).length

async function readAppendFsync(connection: Connection): Promise<Durability['appendFsync']> {
  try {
    const value = fieldsOf(await connection.call('CONFIG', ['GET', 'appendfsync']))
      .get('appendfsync')
      ?.toString()
    return value === 'always' || value === 'everysec' || value === 'no' ? value : 'unknown'
  } catch {
    // Hosted servers often have no CONFIG.
    return 'unknown'
  }
}

export function featuresOf(durability: Durability, isCluster: boolean): StorageFeatures {
  const {replicas, isAppendOnly, appendFsync, canWaitForDisk} = durability
  const leader = !isAppendOnly
    ? 'the end of this process, not of Redis (appendonly no)'
    : appendFsync === 'always'
      ? 'the end of the machine (appendfsync always)'
      : appendFsync === 'everysec'
        ? 'the end of Redis; of the machine, all but about the last second (appendfsync everysec)'
        : `the end of Redis (appendfsync ${appendFsync})`
  const onDisk = isAppendOnly && (canWaitForDisk || appendFsync === 'always')
  const waits = [
    ...(onDisk ? ['on disk'] : []),
    ...(replicas > 0 ? [`on ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`] : []),
  ]
  return {
    adapter: 'redis',
    isCrossProcess: true,
    isAtomicAcrossPartitions: !isCluster,
    canAckAll: waits.length > 0,
    durability: {leader, all: waits.length > 0 ? waits.join(' and ') : `no more than LEADER: ${leader}`},
  }
}

export function healthOf({info, durability}: ServerFacts): StorageHealth {
  const fact = (name: string) => info.get(name) ?? 'unknown'
  return {
    isHealthy: info.get('loading') !== '1' && info.get('aof_last_write_status') !== 'err',
    facts: {
      store: `Redis ${fact('redis_version')}`,
      role: fact('role'),
      memory: fact('used_memory_human'),
      'memory limit': info.get('maxmemory') === '0' ? 'none' : fact('maxmemory_human'),
      persistence: durability.isAppendOnly
        ? `append-only file, fsync ${durability.appendFsync}`
        : 'no append-only file: acknowledged records may be lost when Redis ends',
      replicas: String(durability.replicas),
    },
  }
}
