import {latin1} from '../base/bytes.ts'
import type {ChangelogPage} from '../storage/port/state-store.ts'
import {changeAt, hashOf, sectionsOf, type Section} from './changelog-entry.ts'

type Entry = {readonly sequence: number; readonly bytes: Uint8Array; readonly sections: readonly Section[]}

/** What a reader remembers of a task's changelog, so that it asks storage only for what is new. */
export class ChangelogView {
  /** Oldest first. */
  #entries: Entry[] = []
  #keepFrom = 0
  bytes = 0

  /** Sequence after which nothing has been seen. */
  get last(): number {
    return this.#entries.at(-1)?.sequence ?? Math.max(0, this.#keepFrom - 1)
  }

  get keepFrom(): number {
    return this.#keepFrom
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  /** Takes in a page that was read after some entry of this view, or after `last`. Pages may come late. */
  add({keepFrom, entries}: ChangelogPage): void {
    // The task was dropped, and what has its name now never used its changelog.
    if (keepFrom === 0) {
      this.#entries = []
      this.#keepFrom = 0
      this.bytes = 0
      return
    }
    const {last} = this
    const added = entries.filter(({sequence}) => sequence > last)
    this.#keepFrom = Math.max(this.#keepFrom, keepFrom)
    const all = [...this.#entries, ...added.map(({sequence, bytes}) => ({sequence, bytes, sections: sectionsOf(bytes)}))]
    this.#entries = all.filter(({sequence}) => sequence >= this.#keepFrom)
    this.bytes = this.#entries.reduce((sum, entry) => sum + entry.bytes.length, 0)
  }

  /** The last logged value of a key; null when it was removed, undefined when it is not in the changelog. */
  find(store: string, key: Uint8Array): Uint8Array | null | undefined {
    const hash = hashOf(key)
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const {bytes, sections} = this.#entries[i]!
      for (const {store: name, starts, hashes} of sections) {
        if (name !== store) continue
        for (let at = hashes.lastIndexOf(hash); at >= 0; at = at === 0 ? -1 : hashes.lastIndexOf(hash, at - 1)) {
          const change = changeAt(bytes, starts[at]!)
          if (Buffer.compare(change.key, key) === 0) return change.value
        }
      }
    }
    return undefined
  }

  /** The last logged values of all keys of a store, by key as Latin-1 text. */
  all(store: string): Map<string, {readonly key: Uint8Array; readonly value: Uint8Array | null}> {
    const changes = new Map<string, ReturnType<typeof changeAt>>()
    for (const {bytes, sections} of this.#entries)
      for (const section of sections) {
        if (section.store !== store) continue
        for (const start of section.starts) {
          const change = changeAt(bytes, start)
          changes.set(latin1(change.key), change)
        }
      }
    return changes
  }
}
