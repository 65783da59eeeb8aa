import type {Clock} from '../../base/clock.ts'
import type {Logger} from '../../base/logger.ts'
import {limits} from '../../limits.ts'
import type {Connection} from './connection.ts'
import type {GroupOutbox} from './group-outbox.ts'
import type {RedisKeys} from './keys.ts'
import {forgetGoneOutboxes} from './outbox-memory.ts'
import {arrayOf, textOf} from './reply.ts'
import type {TopicRegistry} from './topic-registry.ts'

export type OutboxSweeperParts = {
  readonly connection: Connection
  readonly keys: RedisKeys
  readonly topics: TopicRegistry
  readonly outbox: GroupOutbox
  readonly clock: Clock
  readonly logger: Logger
}

const groupsAtATime = 100
const partitionsAtATime = 4

/**
 * Sends what processes that died left in the outboxes of groups which nobody uses since, and lets partitions forget outboxes that are
 * gone; at once, and then again and again.
 */
export class OutboxSweeper {
  readonly #parts: OutboxSweeperParts
  readonly #stop = new AbortController()

  constructor(parts: OutboxSweeperParts) {
    this.#parts = parts
  }

  async run(): Promise<void> {
    await Promise.all([
      this.#every(limits.groupOutboxSweepMs, () => this.#send()),
      this.#every(limits.outboxMemorySweepMs, () => this.#forget()),
    ])
  }

  stop(): void {
    this.#stop.abort()
  }

  async #every(pauseMs: number, sweep: () => Promise<void>): Promise<void> {
    const {clock, logger} = this.#parts
    const {signal} = this.#stop
    while (!signal.aborted) {
      try {
        await sweep()
      } catch (error) {
        const {message} = error instanceof Error ? error : new Error(String(error))
        if (!signal.aborted) logger.warn({error: message}, 'Outboxes could not be looked at; it is tried again.')
      }
      await clock.sleep(pauseMs, signal)
    }
  }

  async #send(): Promise<void> {
    const {connection, keys, outbox} = this.#parts
    const groups = arrayOf(await connection.call('SMEMBERS', [keys.groupsWithOutbox])).map(textOf)
    for (let i = 0; i < groups.length; i += groupsAtATime)
      await Promise.all(groups.slice(i, i + groupsAtATime).map(group => outbox.help(group)))
  }

  async #forget(): Promise<void> {
    const {connection, keys, topics} = this.#parts
    for (const {name, partitions} of await topics.all()) {
      for (let from = 0; from < partitions && !this.#stop.signal.aborted; from += partitionsAtATime) {
        const some = Array.from({length: Math.min(partitionsAtATime, partitions - from)}, (_, i) => from + i)
        const places = await topics.places(some.map(partition => ({topic: name, partition})))
        const found = places.filter(place => place !== undefined)
        await Promise.all(found.map(place => forgetGoneOutboxes(connection, keys, place)))
      }
    }
  }
}
