import {limits} from '../../limits.ts'
import type {Offset, TopicPartition} from '../../record/record.ts'
import type {KeyBatch, LogStore} from '../../storage/port/log-store.ts'

/** Where the key index of a topic says that events of some keys are. */
export class KeyIndex {
  readonly #log: LogStore
  readonly #topic: string
  readonly #keys: readonly Uint8Array[]

  constructor(log: LogStore, topic: string, keys: readonly Uint8Array[]) {
    this.#log = log
    this.#topic = topic
    this.#keys = keys
  }

  /** Bases of the batches that hold events of the keys in `[from, to)`, growing, each once; the first may end before `from`. */
  async *bases(partition: number, from: Offset, to: Offset): AsyncGenerator<Offset> {
    const walks = await Promise.all(this.#keys.map(key => this.#walk({topic: this.#topic, partition}, key, from)))
    for (;;) {
      const next = Math.min(...walks.map(walk => walk.base))
      if (next >= to) return
      yield next
      for (const walk of walks) while (walk.base === next) await walk.advance()
    }
  }

  /** A step back from `to`, never below `from`: some `events` of one of the keys are on the way, or a few more, of others at most as many. */
  async startOf(partition: number, from: Offset, to: Offset, events: number): Promise<Offset> {
    const at = {topic: this.#topic, partition}
    const starts = await Promise.all(
      this.#keys.map(async key => {
        const last = await this.#lastBefore(at, key, to)
        if (last === undefined) return from
        const {batches} = await this.#log.keyBatches(at, key, Math.max(0, last.version + last.count - events), 1)
        return batches[0]?.baseOffset ?? from
      }),
    )
    return Math.max(from, ...starts)
  }

  async #walk(at: TopicPartition, key: Uint8Array, from: Offset): Promise<Walk> {
    const first = await Walk.open(this.#log, at, key, 0)
    if (!first.isFullBefore(from)) return first
    const start = await this.#lastBefore(at, key, from + 1)
    return Walk.open(this.#log, at, key, start?.version ?? 0)
  }

  /** The last batch of a key whose base is below an offset. Bases grow with versions. */
  async #lastBefore(at: TopicPartition, key: Uint8Array, offset: Offset): Promise<KeyBatch | undefined> {
    const holding = async (version: number): Promise<KeyBatch | undefined> =>
      (await this.#log.keyBatches(at, key, version, 1)).batches[0]
    let found: KeyBatch | undefined
    let low = 0
    let {version: high} = await this.#log.keyBatches(at, key, 0, 1)
    for (let middle = high - 1; low < high; middle = (low + high) >> 1) {
      const batch = await holding(middle)
      if (batch !== undefined && batch.baseOffset < offset) {
        found = batch
        low = batch.version + batch.count
      } else high = middle
    }
    return found
  }
}

/** The batches of one key, some at a time. */
class Walk {
  readonly #read: (fromVersion: number) => Promise<readonly KeyBatch[]>
  #page: readonly KeyBatch[] = []
  #at = 0

  private constructor(log: LogStore, at: TopicPartition, key: Uint8Array) {
    this.#read = async fromVersion => (await log.keyBatches(at, key, fromVersion, limits.keyEventsBatchesMax)).batches
  }

  static async open(log: LogStore, at: TopicPartition, key: Uint8Array, fromVersion: number): Promise<Walk> {
    const walk = new Walk(log, at, key)
    walk.#page = await walk.#read(fromVersion)
    return walk
  }

  /** Infinity behind the last one. */
  get base(): Offset {
    return this.#page[this.#at]?.baseOffset ?? Infinity
  }

  async advance(): Promise<void> {
    const last = this.#page[this.#at]
    this.#at++
    if (last === undefined || this.#at < limits.keyEventsBatchesMax) return
    this.#page = await this.#read(last.version + last.count)
    this.#at = 0
  }

  /** Whether a whole page lies before an offset, and more may follow. */
  isFullBefore(offset: Offset): boolean {
    const last = this.#page[limits.keyEventsBatchesMax - 1]
    return last !== undefined && last.baseOffset <= offset
  }
}
