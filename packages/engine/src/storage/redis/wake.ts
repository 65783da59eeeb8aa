import {randomUUID} from 'node:crypto'
import type {Cluster, Redis} from 'ioredis'
import type {TopicPartition} from '../../record/record.ts'
import {parsePartitionKey, partitionKey} from '../../record/record.ts'
import {WakeHub} from '../port/wake-hub.ts'
import type {Touched, Wake} from '../port/wake.ts'

/**
 * Wakes listeners of this process directly, and those of others by one channel a namespace: the scripts that append publish
 * on it which partitions they touched, once a call.
 *
 * Why not XREAD BLOCK on the logs: a wake of another process carries no data (readers fetch on their own, by bytes), and XREAD
 * would send the batch itself only to say that there is one, then again to whoever reads. Measured as a wake followed by a read, a
 * channel is 0.1 ms behind it at the median; its cost is one small message a script call, whatever the number of partitions and
 * batches in it, and a publish reaches every node of a cluster. A channel forgets what was said while a connection was
 * away: after each reconnect everybody is woken.
 */
export class RedisWake implements Wake {
  readonly #hub = new WakeHub()
  readonly #channel: string
  readonly #openSubscriber: () => Redis | Cluster
  readonly #allPartitions: () => Promise<readonly TopicPartition[]>
  readonly #instance = randomUUID()
  #subscribed: Promise<void> | undefined

  constructor(channel: string, openSubscriber: () => Redis | Cluster, allPartitions: () => Promise<readonly TopicPartition[]>) {
    this.#channel = channel
    this.#openSubscriber = openSubscriber
    this.#allPartitions = allPartitions
  }

  async subscribe(
    partitions: readonly TopicPartition[] | '*',
    listener: (touched: readonly Touched[]) => void,
  ): Promise<() => void> {
    this.#subscribed ??= this.#listen()
    await this.#subscribed
    return this.#hub.subscribe(partitions, listener)
  }

  /** What a script publishes: who appended, and where. */
  message(touched: readonly TopicPartition[]): string {
    return [this.#instance, ...new Set(touched.map(partitionKey))].join('\n')
  }

  notify(touched: readonly Touched[]): void {
    this.#hub.notify(touched)
  }

  async #listen(): Promise<void> {
    const client = this.#openSubscriber()
    client.on('message', (_channel: string, message: string) => this.#hear(message))
    await client.subscribe(this.#channel)
    client.on('ready', () => void this.#wakeAll())
  }

  #hear(message: string): void {
    const [instance, ...places] = message.split('\n')
    if (instance === this.#instance) return
    this.#hub.notify(places.map(parsePartitionKey))
  }

  async #wakeAll(): Promise<void> {
    const partitions = await this.#allPartitions().catch(() => [])
    this.#hub.notifyAll(partitions)
  }
}
