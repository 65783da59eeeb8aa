import {must} from '../base/assert.ts'
import type {Offset, TopicPartition} from '../record/record.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import {Unacked} from './unacked.ts'

/** Records of a stored batch from an offset on. */
export type Decode<R> = (batch: StoredBatch, from: Offset, at: TopicPartition) => readonly R[]

/** A partition of one member: what was read of it and waits to be handed out, and what was handed out and waits to be committed. */
export class PartitionQueue<R extends {readonly offset: Offset}> {
  readonly at: TopicPartition
  /** Generation since which it is the member's. */
  readonly since: number
  readonly unacked = new Unacked()
  readonly #decode: Decode<R>
  #batches: StoredBatch[] = []
  #records: readonly R[] = []
  #taken = 0
  #from: Offset
  #read: Offset
  #handed: Offset | undefined
  #committed = 0

  constructor(at: TopicPartition, since: number, from: Offset, decode: Decode<R>) {
    this.at = at
    this.since = since
    this.#decode = decode
    this.#from = from
    this.#read = from
  }

  /** Where the next read begins. */
  get readFrom(): Offset {
    return this.#read
  }

  get isEmpty(): boolean {
    return this.#taken === this.#records.length && this.#batches.length === 0
  }

  /** Whether everything that was handed out is committed. */
  get isSettled(): boolean {
    return this.#handed === undefined || this.#committed >= this.#handed
  }

  /** What a read from `readFrom` found. */
  fill(batches: readonly StoredBatch[]): void {
    const last = batches.at(-1)
    if (!last) return
    this.#batches.push(...batches)
    this.#read = last.baseOffset + last.count
  }

  /** Goes on somewhere else: the offset was not in the log. */
  seek(from: Offset): void {
    this.#batches = []
    this.#records = []
    this.#taken = 0
    this.#from = from
    this.#read = from
  }

  /** At most so many records of one batch; none when there are none. Throws BATCH_CORRUPT for a damaged batch. */
  take(recordsMax: number, isTracked: boolean): readonly R[] {
    while (this.#taken === this.#records.length) {
      const batch = this.#batches[0]
      if (!batch) return []
      this.#records = this.#decode(batch, this.#from, this.at)
      this.#taken = 0
      this.#batches.shift()
    }
    const isWhole = this.#taken === 0 && this.#records.length <= recordsMax
    const taken = isWhole ? this.#records : this.#records.slice(this.#taken, this.#taken + recordsMax)
    this.#taken += taken.length
    this.#handed = must(taken.at(-1), 'record').offset + 1
    this.#from = this.#handed
    if (isTracked) this.unacked.add(taken.map(({offset}) => offset))
    return taken
  }

  ack(next: Offset): void {
    this.#committed = Math.max(this.#committed, next)
    this.unacked.ack(next)
  }
}
