import {Cluster, Redis} from 'ioredis'
import type {RedisOptions} from 'ioredis'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {Logger} from '../../base/logger.ts'
import {Connection} from './connection.ts'
import {restoreStringMethods} from './restore-string-methods.ts'

export type RedisMode = 'standalone' | 'sentinel' | 'cluster'

/**
 * One connection a role. `command`: nearly everything. `acknowledged`: appends that then wait for replicas and disk, which
 * holds up whatever is sent behind them. `subscriber`: the wake channel, which takes no other commands.
 */
export class Connections {
  readonly #open: () => Redis | Cluster
  readonly #clock: Clock
  readonly #clients: (Redis | Cluster)[] = []
  readonly #takeoverListeners = new Set<() => void>()
  readonly command: Connection
  #acknowledged: Connection | undefined

  private constructor(open: () => Redis | Cluster, clock: Clock) {
    this.#open = open
    this.#clock = clock
    this.command = this.#connection()
    this.command.onChange(() => {
      for (const listener of this.#takeoverListeners) listener()
    })
  }

  /** Resolves when the server answers. */
  static async open(url: string, mode: RedisMode, clock: Clock, logger: Logger): Promise<Connections> {
    restoreStringMethods()
    const make = clientFactory(url, mode)
    let lastError: unknown
    const connections = new Connections(() => {
      const client = make()
      client.on('error', (error: Error) => {
        lastError = error
        logger.warn({mode, error: error.message}, 'The connection to Redis failed; it is tried again.')
      })
      return client
    }, clock)
    try {
      await connections.command.call('PING', [])
    } catch (error) {
      connections.close()
      const reason = lastError instanceof Error ? `: ${lastError.message}` : ''
      throw new EngineError('STORAGE_UNAVAILABLE', `Redis at ${withoutPassword(url)} does not answer${reason}.`, {}, error)
    }
    return connections
  }

  get acknowledged(): Connection {
    this.#acknowledged ??= this.#connection()
    return this.#acknowledged
  }

  /** Calls the listener whenever another server may have taken a primary's place. Returns what stops it. */
  onTakeover(listener: () => void): () => void {
    this.#takeoverListeners.add(listener)
    return () => this.#takeoverListeners.delete(listener)
  }

  /** A client of the caller's own, closed with the rest. */
  subscriber(): Redis | Cluster {
    const client = this.#open()
    this.#clients.push(client)
    return client
  }

  close(): void {
    this.command.close()
    this.#acknowledged?.close()
    for (const client of this.#clients) client.disconnect()
  }

  #connection(): Connection {
    return new Connection(this.#open(), this.#clock)
  }
}

const reconnectPauseMs = (attempts: number): number => Math.min(20 * 2 ** attempts, 500)

/**
 * `autoResendUnfulfilledCommands` would run an append twice whose reply was lost; `maxRetriesPerRequest: 0` makes commands in
 * flight fail when their connection breaks, instead of waiting for ever. `Connection` decides what is sent again.
 */
const clientOptions = {
  protocol: 2,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: reconnectPauseMs,
  // A primary that became a replica keeps the connection: leave it and ask again who the primary is.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} satisfies RedisOptions

/** `redis://host:port/db`; for Sentinel and Cluster several hosts, by commas; for Sentinel the path is the primary's name. */
function clientFactory(url: string, mode: RedisMode): () => Redis | Cluster {
  if (mode === 'standalone') return () => new Redis(url, clientOptions)
  const {nodes, path, access} = parseNodes(url)
  if (mode === 'sentinel') {
    return () =>
      new Redis({
        ...clientOptions,
        ...access,
        sentinels: [...nodes],
        name: path || 'mymaster',
        sentinelRetryStrategy: reconnectPauseMs,
      })
  }
  return () =>
    new Cluster([...nodes], {
      redisOptions: {...clientOptions, ...access},
      clusterRetryStrategy: reconnectPauseMs,
      // Zero turns off the client's own repetition after a break: `Connection` decides that.
      retryDelayOnFailover: 0,
      slotsRefreshTimeout: 2000,
    })
}

type Nodes = {
  readonly nodes: readonly {readonly host: string; readonly port: number}[]
  readonly path: string
  /** Of every server; the sentinels are asked without. */
  readonly access: {readonly username?: string; readonly password?: string; readonly tls?: Record<string, never>}
}

/** Hosts by commas, each with its scheme or all with the first one's; name, password and path of whichever has them. */
export function parseNodes(url: string): Nodes {
  const [first = '', ...others] = url.split(',').map(part => part.trim())
  const scheme = /^[a-z-]+:\/\//.exec(first)?.[0] ?? 'redis://'
  const urls = [first, ...others].map(part => {
    try {
      return new URL(part.includes('://') ? part : scheme + part)
    } catch {
      throw new EngineError(
        'INVALID_CONFIG',
        `"${withoutPassword(url)}" is not an address of Redis: redis://host:port,host:port is expected.`,
      )
    }
  })
  const username = urls.find(each => each.username !== '')?.username
  const password = urls.find(each => each.password !== '')?.password
  return {
    nodes: urls.map(({hostname, port}) => ({host: hostname, port: Number(port || 6379)})),
    path: urls.find(({pathname}) => pathname.length > 1)?.pathname.slice(1) ?? '',
    access: {
      ...(username !== undefined && {username: decodeURIComponent(username)}),
      ...(password !== undefined && {password: decodeURIComponent(password)}),
      ...(scheme === 'rediss://' && {tls: {}}),
    },
  }
}

const withoutPassword = (url: string): string => url.replace(/:[^:@/]*@/, ':…@')
