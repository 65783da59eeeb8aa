import type {Cluster, Redis} from 'ioredis'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import {engineError, failureOf} from './errors.ts'
import type {Script} from './script.ts'

export type Argument = string | number | Buffer
type Client = Redis | Cluster

/** How long a call may wait for a server that is away (a restart, a failover) before it fails with STORAGE_UNAVAILABLE. */
const patienceMs = 10_000
const firstPauseMs = 20
const longestPauseMs = 500

/**
 * Commands over one connection. A command that the server refused for now is sent again; one whose connection broke is sent
 * again only when the caller says that running it twice is running it once (`repeatable`).
 */
export class Connection {
  readonly #client: Client
  readonly #clock: Clock
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
    return this.#persist(isRepeatable, () => this.#evaluate(script, keys, args))
  }

  close(): void {
    this.#isClosed = true
    this.#client.disconnect()
  }

  async #evaluate(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.#client.callBuffer('EVALSHA', script.digest, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return this.#client.callBuffer('EVAL', script.source, keys.length, ...keys, ...args)
    }
  }

  async #persist(isRepeatable: boolean, send: () => Promise<unknown>): Promise<unknown> {
    const deadlineMs = this.#clock.nowMs() + patienceMs
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      if (this.#isClosed) throw new EngineError('CLOSED', 'The connection to Redis is closed.')
      // Sent only over a connection that stands, so that what was never sent is not taken for an unknown outcome.
      if (this.#client.status === 'ready') {
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
