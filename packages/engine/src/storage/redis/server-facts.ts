import type {StorageFeatures} from '../port/features.ts'
import type {StorageHealth} from '../port/storage.ts'
import type {Connection} from './connection.ts'
import {fieldsOf, textOf} from './reply.ts'

/** What a server's configuration promises at this moment. */
export type Durability = {
  /** Replicas that a write can wait for. */
  readonly replicas: number
  readonly isAppendOnly: boolean
  /** `unknown` where the server does not let us ask. */
  readonly appendFsync: 'always' | 'everysec' | 'no' | 'unknown'
  /** The server has WAITAOF (7.2). */
  readonly canWaitForDisk: boolean
}

type Info = ReadonlyMap<string, string>
export type ServerFacts = {
  /** Of each primary: one, but in a cluster. */
  readonly primaries: readonly Info[]
  /** Of the primary that promises least. */
  readonly durability: Durability
}

export async function readServerFacts(connection: Connection): Promise<ServerFacts> {
  const primaries = (await connection.ask('INFO', [])).map(parseInfo)
  const appendFsync = await readAppendFsync(connection)
  const [first, ...others] = primaries.map(info => durabilityOf(info, appendFsync))
  const least = (one: Durability, other: Durability): Durability => ({
    replicas: Math.min(one.replicas, other.replicas),
    isAppendOnly: one.isAppendOnly && other.isAppendOnly,
    appendFsync,
    canWaitForDisk: one.canWaitForDisk && other.canWaitForDisk,
  })
  return {primaries, durability: others.reduce(least, first ?? durabilityOf(new Map(), appendFsync))}
}

/** Of the server that has the key. */
export async function durabilityAt(connection: Connection, key: string): Promise<Durability> {
  const [[info], appendFsync] = await Promise.all([connection.ask('INFO', [], key), readAppendFsync(connection, key)])
  return durabilityOf(parseInfo(info), appendFsync)
}

function parseInfo(reply: unknown): Info {
  const info = new Map<string, string>()
  for (const line of textOf(reply).split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) info.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return info
}

function durabilityOf(info: Info, appendFsync: Durability['appendFsync']): Durability {
  const isAppendOnly = info.get('aof_enabled') === '1'
  const [major = 0, minor = 0] = (info.get('redis_version') ?? '').split('.').map(Number)
  return {
    replicas: onlineReplicas(info),
    isAppendOnly,
    appendFsync,
    canWaitForDisk: isAppendOnly && (major > 7 || (major === 7 && minor >= 2)),
  }
}

/** Those that are still loading their first copy acknowledge nothing yet. */
const onlineReplicas = (info: Info): number =>
  [...info].filter(([name, value]) => /^slave\d+$/.test(name) && value.includes('state=online')).length

async function readAppendFsync(connection: Connection, key?: string): Promise<Durability['appendFsync']> {
  try {
    const [reply] = await connection.ask('CONFIG', ['GET', 'appendfsync'], key)
    const value = fieldsOf(reply).get('appendfsync')?.toString()
    return value === 'always' || value === 'everysec' || value === 'no' ? value : 'unknown'
  } catch {
    // Hosted servers often have no CONFIG.
    return 'unknown'
  }
}

/** Whether a write is on this server's disk when level ALL answers. */
const isOnDisk = ({isAppendOnly, canWaitForDisk, appendFsync}: Durability): boolean =>
  isAppendOnly && (canWaitForDisk || appendFsync === 'always')

/** Whether level ALL means more than LEADER: a replica has it or, where no other server takes over, the disk. */
export const canKeepAll = (durability: Durability, mayFailOver: boolean): boolean =>
  durability.replicas > 0 || (!mayFailOver && isOnDisk(durability))

export type Deployment = {readonly isCluster: boolean; readonly mayFailOver: boolean}

export function featuresOf(durability: Durability, {isCluster, mayFailOver}: Deployment): StorageFeatures {
  const {replicas} = durability
  const leader = leaderPromise(durability, mayFailOver)
  const waits = [
    ...(isOnDisk(durability) ? ['on disk'] : []),
    ...(replicas > 0 ? [`on ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}${isCluster ? ' of its primary' : ''}`] : []),
  ]
  const canAckAll = canKeepAll(durability, mayFailOver)
  const lacking = mayFailOver ? 'no more than LEADER, for want of a replica' : 'no more than LEADER'
  return {
    adapter: 'redis',
    isCrossProcess: true,
    isAtomicAcrossPartitions: !isCluster,
    canAckAll,
    durability: {leader, all: canAckAll ? waits.join(' and ') : `${lacking}: ${leader}`},
  }
}

function leaderPromise({isAppendOnly, appendFsync}: Durability, mayFailOver: boolean): string {
  const failover = mayFailOver ? '; not a failover, which loses what the replica had not received' : ''
  if (!isAppendOnly) return `the end of this process, not of Redis (appendonly no)${failover}`
  if (appendFsync === 'always') return `the end of the machine (appendfsync always)${failover}`
  if (appendFsync === 'everysec')
    return `the end of Redis; of the machine, all but about the last second (appendfsync everysec)${failover}`
  return `the end of Redis (appendfsync ${appendFsync})${failover}`
}

export function healthOf({primaries, durability}: ServerFacts): StorageHealth {
  const [first = new Map<string, string>()] = primaries
  const fact = (name: string) => [...new Set(primaries.map(info => info.get(name) ?? 'unknown'))].join(', ')
  const evicts = primaries.some(evictsData)
  const policy = first.get('maxmemory_policy') ?? 'unknown'
  return {
    isHealthy: !primaries.some(info => info.get('loading') === '1' || info.get('aof_last_write_status') === 'err'),
    facts: {
      store: first.has('valkey_version') ? `Valkey ${fact('valkey_version')}` : `Redis ${fact('redis_version')}`,
      role: fact('role'),
      ...(primaries.length > 1 && {primaries: String(primaries.length)}),
      memory: fact('used_memory_human'),
      'memory limit': first.get('maxmemory') === '0' ? 'none' : `${fact('maxmemory_human')}, then ${policy}`,
      ...(evicts && {
        warning: `maxmemory-policy ${policy} lets Redis delete acknowledged records when its memory is full: set it to noeviction`,
      }),
      persistence: durability.isAppendOnly
        ? `append-only file, fsync ${durability.appendFsync}`
        : 'no append-only file: acknowledged records may be lost when Redis ends',
      replicas: String(durability.replicas),
    },
  }
}

/** The volatile policies delete only keys that expire, and ours never do. */
const evictsData = (info: Info): boolean =>
  info.get('maxmemory') !== '0' && (info.get('maxmemory_policy') ?? '').startsWith('allkeys')
