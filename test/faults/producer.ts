import {ApiError, ask, Servers, sleep} from './api.ts'
import type {Event} from './history.ts'

export type ProducerOptions = {
  readonly urls: readonly string[]
  readonly topic: string
  readonly partitions: number
  readonly name: string
  readonly level: 'LEADER' | 'ALL'
  readonly hear: (event: Event) => void
}

const keysPerPartition = 3
const batchSize = 30
const pauseMs = 150

type Produced = {
  readonly acks: 'LEADER' | 'ALL'
  readonly ranges: readonly {readonly partition: number; readonly firstOffset: string}[]
}
const produceQuery =
  'mutation($input: ProduceInput!) { produce(input: $input) { acks ranges { partition firstOffset } errors { message } } }'

/**
 * An idempotent producer: one batch after the other to each partition, each tried again until it is acknowledged. Its epoch
 * grows only when a partition has forgotten what it acknowledged, which the history shows.
 */
export class FaultProducer {
  readonly #options: ProducerOptions
  readonly #lanes: Promise<void>[]
  #isStopped = false

  constructor(options: ProducerOptions) {
    this.#options = options
    this.#lanes = Array.from({length: options.partitions}, (_, partition) => this.#run(partition))
  }

  /** Resolves when what was under way is acknowledged. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#lanes)
  }

  async #run(partition: number): Promise<void> {
    const {name, urls} = this.#options
    const servers = new Servers(urls, partition)
    const producer = {id: `${name}/${partition}`, epoch: 0, sequence: 0}
    for (let first = 0; !this.#isStopped; first += batchSize) {
      const values = Array.from({length: batchSize}, (_, i) => valueOf(name, partition, first + i))
      await this.#sendUntilAcknowledged(servers, partition, producer, values)
      await sleep(pauseMs)
    }
  }

  async #sendUntilAcknowledged(
    servers: Servers,
    partition: number,
    producer: {readonly id: string; epoch: number; sequence: number},
    values: readonly string[],
  ): Promise<void> {
    const {topic, level, hear} = this.#options
    const records = values.map(value => ({key: value.slice(0, value.lastIndexOf(':')), value, partition}))
    for (;;) {
      try {
        const {produce} = await ask<{readonly produce: Produced}>(servers.url, produceQuery, {
          input: {topic, acks: level, producer, records},
        })
        const [range] = produce.ranges
        if (!range) throw new Error('a batch was acknowledged without a place')
        const atMs = Date.now()
        for (const [i, value] of values.entries())
          hear({kind: 'acked', atMs, partition, offset: Number(range.firstOffset) + i, value, level: produce.acks})
        producer.sequence++
        return
      } catch (error) {
        if (error instanceof ApiError && error.code === 'SEQUENCE_OUT_OF_ORDER') {
          producer.epoch++
          producer.sequence = 0
        } else if (error instanceof ApiError && !error.isRetryable)
          hear({kind: 'failed', atMs: Date.now(), message: `produce: ${error.message}`})
        servers.next()
        await sleep(50)
      }
    }
  }
}

const valueOf = (name: string, partition: number, number: number): string =>
  `${name}:${partition}.${number % keysPerPartition}:${Math.floor(number / keysPerPartition)}`
