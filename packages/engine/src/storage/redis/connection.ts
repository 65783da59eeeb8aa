import {Cluster} from 'ioredis'
import type {Redis} from 'ioredis'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import {slotOf} from './connection-slot.ts'
import {engineError, failureOf, NotSent} from './errors.ts'
import {inOneWrite} from './one-write.ts'
import {isUnknownScript, RunTogether} from './run-together.ts'
import type {Command, ScriptCall, Together} from './run-together.ts'
import type {Script} from './script.ts'

export type Argument = string | number | Buffer
type Client = Redis | Cluster

/** How long a call may wait for a server that is away (a restart, a failover) before it fails with STORAGE_UNAVAILABLE. */
const patienceMs = 10_000
const firstPauseMs = 20
const longestPauseMs = 500

/**
 * Commands over one connection. A command that the server refused for now is sent again; one whose connection broke is sent
 * again only when the caller says that running it twice is running it once (`isRepeatable`).
 */
export class Connection {
  readonly #client: Client
  readonly #clock: Clock
  readonly #together = new WeakMap<Redis, RunTogether>()
  #isClosed = false

  constructor(client: Client, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  call(command: string, args: readonly Argument[], {isRepeatable = true} = {}): Promise<unknown> {
    return this.#persist(isRepeatable, () => this.#client.callBuffer(command, ...args))
  }

  run(
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
    {isRepeatable}: {isRepeatable: boolean},
  ): Promise<unknown> {
    return this.#persist(isRepeatable, () => evaluate(this.#client, script, keys, args))
  }

  /**
   * A script and a command behind it, on one connection to one server, see `RunTogether`. If it breaks in between, both are sent
   * again, to the server that has the keys then, or fail as one. While a slot moves to another server both wait for its end:
   * keys that are there already can't be followed with a second command.
   */
  runThen(call: ScriptCall, then: Command, {isRepeatable}: {isRepeatable: boolean}): Promise<Together> {
    return this.#persist(isRepeatable, async () => {
      const server = this.#serverOf(call.keys[0] ?? '')
      let together = this.#together.get(server)
      if (!together) this.#together.set(server, (together = new RunTogether(server)))
      try {
        return await together.run(call, then)
      } catch (error) {
        this.#lookAgain()
        throw error
      }
    })
  }

  /** Of a cluster: names the primary that has the key; changes when another one takes over. Else ''. */
  addressOf(key: string): string {
    return this.#client instanceof Cluster ? (this.#client.slots[slotOf(key)]?.[0] ?? '') : ''
  }

  /** The reply of the server that has the key; without a key of every primary, of those that answer. */
  async ask(command: string, args: readonly Argument[], key?: string): Promise<readonly unknown[]> {
    if (!(this.#client instanceof Cluster)) return [await this.call(command, args)]
    if (key !== undefined) return [await this.#persist(true, () => this.#serverOf(key).callBuffer(command, ...args))]
    const answers = await Promise.allSettled(this.#client.nodes('master').map(server => server.callBuffer(command, ...args)))
    const found = answers.flatMap(answer => (answer.status === 'fulfilled' ? [answer.value] : []))
    return found.length > 0 ? found : [await this.call(command, args)]
  }

  /** Calls the listener whenever the client has a new connection, or has learned anew which server has which slot. */
  onChange(listener: () => void): void {
    this.#client.on('ready', listener)
    if (this.#client instanceof Cluster) this.#client.on('refresh', listener)
  }

  close(): void {
    this.#isClosed = true
    this.#client.disconnect()
  }

  #serverOf(key: string): Redis {
    const client = this.#client
    if (!(client instanceof Cluster)) return client
    const address = this.addressOf(key)
    const server = client.nodes('master').find(({options: {host, port}}) => `${host}:${port}` === address)
    if (server) return server
    this.#lookAgain()
    throw new NotSent('no server of the cluster is known to have the slot')
  }

  #lookAgain(): void {
    if (this.#client instanceof Cluster) this.#client.refreshSlotsCache()
  }

  async #persist<T>(isRepeatable: boolean, send: () => Promise<T>): Promise<T> {
    const deadlineMs = this.#clock.nowMs() + patienceMs
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      if (this.#isClosed) throw new EngineError('CLOSED', 'The connection to Redis is closed.')
      // Sent only over a connection that stands, so that what was never sent is not taken for an unknown outcome.
      if (this.#client.status === 'ready') {
        inOneWrite(this.#client)
        try {
          return await send()
        } catch (error) {
          const failure = failureOf(error)
          const mayRepeat = failure === 'refused' || (failure === 'unknown' && isRepeatable)
          if (!mayRepeat || this.#isClosed || this.#clock.nowMs() >= deadlineMs) throw engineError(error)
        }
      } else if (this.#clock.nowMs() >= deadlineMs) {
        throw new EngineError('STORAGE_UNAVAILABLE', `Redis can't be reached since ${patienceMs / 1000} s.`)
      }
      await this.#clock.sleep(pauseMs)
    }
  }
}

async function evaluate(client: Client, script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
  try {
    return await client.callBuffer('EVALSHA', script.digest, keys.length, ...keys, ...args)
  } catch (error) {
    if (!isUnknownScript(error)) throw error
    return client.callBuffer('EVAL', script.source, keys.length, ...keys, ...args)
  }
}
