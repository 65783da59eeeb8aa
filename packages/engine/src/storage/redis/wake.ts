import {randomUUID} from 'node:crypto'
import type {Cluster, Redis} from 'ioredis'
import type {TopicPartition} from '../../record/record.ts'
import type {AppendBatch} from '../port/log-store.ts'
import {WakeHub} from '../port/wake-hub.ts'
import type {Touched, Wake} from '../port/wake.ts'
import {touchedByOthers, wakeHead} from './wake-message.ts'

export type RedisWakeParts = {
  readonly channel: string
  readonly openSubscriber: () => Redis | Cluster
  readonly allPartitions: () => Promise<readonly TopicPartition[]>
  readonly isCluster: boolean
}

/**
 * Wakes listeners of this process directly, and those of others by one channel a namespace: the scripts that append publish
 * on it, once a call, which partitions they touched, and small batches whole, so that whoever has read up to them need not ask.
 *
 * Why not XREAD BLOCK on the logs: it would send every batch to every listener, large ones too, which are then read by bytes. A
 * channel costs one message a script call, whatever the number of partitions, none where nobody else listens, and in a cluster
 * reaches every node. It forgets what was said while a connection was away: after each reconnect everybody is woken.
 */
export class RedisWake implements Wake {
  readonly #hub = new WakeHub()
  readonly #channel: string
  readonly #openSubscriber: () => Redis | Cluster
  readonly #allPartitions: () => Promise<readonly TopicPartition[]>
  readonly #isCluster: boolean
  readonly #instance = randomUUID()
  #subscribed: Promise<void> | undefined

  constructor({channel, openSubscriber, allPartitions, isCluster}: RedisWakeParts) {
    this.#channel = channel
    this.#openSubscriber = openSubscriber
    this.#allPartitions = allPartitions
    this.#isCluster = isCluster
  }

  async subscribe(
    partitions: readonly TopicPartition[] | '*',
    listener: (touched: readonly Touched[]) => void,
  ): Promise<() => void> {
    this.#subscribed ??= this.#listen()
    await this.#subscribed
    return this.#hub.subscribe(partitions, listener)
  }

  /** Two arguments of a script that appends: where it publishes, and the head of what. */
  arguments(batches: readonly AppendBatch[]): readonly [string, string] {
    return [this.#channel, wakeHead(this.#instance, this.#isCluster, batches)]
  }

  notify(touched: readonly Touched[]): void {
    this.#hub.notify(touched)
  }

  async #listen(): Promise<void> {
    const client = this.#openSubscriber()
    client.on('messageBuffer', (_channel: Buffer, message: Buffer) => this.#hear(message))
    // The second says to the scripts that this process is one of those on the first.
    await client.subscribe(this.#channel, ...(this.#isCluster ? [] : [`${this.#channel}:${this.#instance}`]))
    client.on('ready', () => void this.#wakeAll())
  }

  #hear(message: Buffer): void {
    const touched = touchedByOthers(message, this.#instance)
    if (touched) this.#hub.notify(touched)
  }

  async #wakeAll(): Promise<void> {
    const partitions = await this.#allPartitions().catch(() => [])
    this.#hub.notifyAll(partitions)
  }
}
