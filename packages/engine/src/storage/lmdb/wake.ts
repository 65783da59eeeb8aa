import {createHash} from 'node:crypto'
import {realpathSync} from 'node:fs'
import {BroadcastChannel} from 'node:worker_threads'
import type {TopicPartition} from '../../record/record.ts'
import {partitionKey} from '../../record/record.ts'
import {WakeHub} from '../port/wake-hub.ts'
import type {Touched, Wake} from '../port/wake.ts'

/** Wakes listeners of this thread directly, and those of the other threads on the same directory by a channel named after it. */
export class ThreadWake implements Wake {
  readonly #hub = new WakeHub()
  readonly #channel: BroadcastChannel
  #touched = new Map<string, TopicPartition>()
  #isClosed = false

  constructor(dir: string) {
    this.#channel = new BroadcastChannel(`millrace ${createHash('sha256').update(realpathSync(dir)).digest('hex')}`)
    // Only ThreadWakes know the name, and they send lists of partitions.
    this.#channel.onmessage = event => this.#hub.notify((event as {data: readonly TopicPartition[]}).data)
    this.#channel.unref()
  }

  subscribe(partitions: readonly TopicPartition[] | '*', listener: (touched: readonly Touched[]) => void): Promise<() => void> {
    return this.#hub.subscribe(partitions, listener)
  }

  /** After a commit, which may end after the close. Commits that are told of in one turn make one message. */
  notify(touched: readonly Touched[]): void {
    this.#hub.notify(touched)
    if (this.#isClosed) return
    if (this.#touched.size === 0) queueMicrotask(() => this.#broadcast())
    for (const at of touched) this.#touched.set(partitionKey(at), {topic: at.topic, partition: at.partition})
  }

  close(): void {
    this.#isClosed = true
    this.#touched.clear()
    this.#channel.close()
  }

  #broadcast(): void {
    if (this.#touched.size > 0) this.#channel.postMessage([...this.#touched.values()])
    this.#touched = new Map()
  }
}
