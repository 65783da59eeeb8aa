import type {TopicFeed} from './topic-feed.ts'

type Entry = {readonly feed: Promise<TopicFeed>; users: number}

/** One feed for all subscribers that see a topic through the same source, as long as there is one. */
export class Feeds {
  readonly #entries = new Map<string, Entry>()

  /** Give it back with the returned `release`. `key` names the topic and how it is decoded. */
  async acquire(
    key: string,
    open: () => Promise<TopicFeed>,
  ): Promise<{readonly feed: TopicFeed; readonly release: () => Promise<void>}> {
    const entry = this.#entries.get(key) ?? {feed: open(), users: 0}
    this.#entries.set(key, entry)
    entry.users++
    let isReleased = false
    const release = async (): Promise<void> => {
      if (isReleased) return
      isReleased = true
      if (--entry.users > 0) return
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      await (await entry.feed).close()
    }
    try {
      return {feed: await entry.feed, release}
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
  }

  async close(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(entries.map(async entry => (await entry.feed).close()))
  }
}
