import type {Clock} from '../../base/clock.ts'
import type {Logger} from '../../base/logger.ts'
import {limits} from '../../limits.ts'
import type {Connection} from './connection.ts'
import type {GroupOutbox} from './group-outbox.ts'
import type {RedisKeys} from './keys.ts'
import {arrayOf, textOf} from './reply.ts'

export type OutboxSweeperParts = {
  readonly connection: Connection
  readonly keys: RedisKeys
  readonly outbox: GroupOutbox
  readonly clock: Clock
  readonly logger: Logger
}

const groupsAtATime = 100

/** Sends what processes that died left in the outboxes of groups which nobody uses since; at once, and then every some seconds. */
export class OutboxSweeper {
  readonly #parts: OutboxSweeperParts
  readonly #stop = new AbortController()

  constructor(parts: OutboxSweeperParts) {
    this.#parts = parts
  }

  async run(): Promise<void> {
    const {clock, logger} = this.#parts
    const {signal} = this.#stop
    while (!signal.aborted) {
      try {
        await this.#sweep()
      } catch (error) {
        const {message} = error instanceof Error ? error : new Error(String(error))
        if (!signal.aborted) logger.warn({error: message}, 'Outboxes of groups could not be looked at; it is tried again.')
      }
      await clock.sleep(limits.groupOutboxSweepMs, signal)
    }
  }

  stop(): void {
    this.#stop.abort()
  }

  async #sweep(): Promise<void> {
    const {connection, keys, outbox} = this.#parts
    const groups = arrayOf(await connection.call('SMEMBERS', [keys.groupsWithOutbox])).map(textOf)
    for (let i = 0; i < groups.length; i += groupsAtATime)
      await Promise.all(groups.slice(i, i + groupsAtATime).map(group => outbox.help(group)))
  }
}
