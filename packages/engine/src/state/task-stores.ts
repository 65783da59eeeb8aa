import {assert, must} from '../base/assert.ts'
import type {StateWrite} from '../storage/port/task-commit.ts'
import {Facts} from './facts.ts'
import type {StoreImage} from './store-image.ts'

/** All state of one task. */
export class TaskStores {
  readonly facts = new Facts()
  readonly #stores = new Map<string, StoreImage>()

  add<S extends StoreImage>(store: S): S {
    assert(!this.#stores.has(store.name), `two stores are called ${store.name}`)
    this.#stores.set(store.name, store)
    return store
  }

  store(name: string): StoreImage {
    return must(this.#stores.get(name), `state store ${name}`)
  }

  stores(): Iterable<StoreImage> {
    return this.#stores.values()
  }

  settle(): void {
    for (const store of this.#stores.values()) store.settle()
  }

  drain(): StateWrite[] {
    const writes: StateWrite[] = []
    for (const store of this.#stores.values()) for (const write of store.drain()) writes.push(write)
    return writes
  }
}
