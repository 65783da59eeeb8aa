import type {TopicPartition} from '../../record/record.ts'
import {parsePartitionKey, partitionKey} from '../../record/record.ts'
import type {Touched, Wake} from './wake.ts'

type Listener = (touched: readonly Touched[]) => void

/** Listeners of one process (or thread). What is touched within one turn is told once, after the turn's promises. */
export class WakeHub implements Wake {
  readonly #toAll = new Set<Listener>()
  readonly #toSome = new Map<string, Set<Listener>>()
  #touched = new Map<string, Touched>()

  async subscribe(partitions: readonly TopicPartition[] | '*', listener: Listener): Promise<() => void> {
    // A wrapper of its own, so that one function subscribed twice is two subscriptions.
    const own: Listener = touched => listener(touched)
    if (partitions === '*') {
      this.#toAll.add(own)
      return () => this.#toAll.delete(own)
    }
    const keys = partitions.map(partitionKey)
    for (const key of keys) this.#toSome.set(key, (this.#toSome.get(key) ?? new Set()).add(own))
    return () => {
      for (const key of keys) {
        const listeners = this.#toSome.get(key)
        listeners?.delete(own)
        if (listeners?.size === 0) this.#toSome.delete(key)
      }
    }
  }

  notify(touched: readonly Touched[]): void {
    if (this.#toAll.size === 0 && this.#toSome.size === 0) return
    if (this.#touched.size === 0) queueMicrotask(() => this.#tell())
    for (const {topic, partition, batches = []} of touched) {
      const key = partitionKey({topic, partition})
      this.#touched.set(key, {topic, partition, batches: [...(this.#touched.get(key)?.batches ?? []), ...batches]})
    }
  }

  /** Everything may have changed (a connection was lost and messages with it): wakes every listener with what it asked for. */
  notifyAll(known: readonly TopicPartition[]): void {
    this.notify([...known, ...[...this.#toSome.keys()].map(parsePartitionKey)])
  }

  #tell(): void {
    const touched = this.#touched
    this.#touched = new Map()
    const all = [...touched.values()]
    const some = new Map<Listener, Touched[]>()
    for (const [key, at] of touched) {
      for (const listener of this.#toSome.get(key) ?? []) {
        const list = some.get(listener)
        if (list) list.push(at)
        else some.set(listener, [at])
      }
    }
    for (const listener of this.#toAll) listener(all)
    for (const [listener, list] of some) listener(list)
  }
}
