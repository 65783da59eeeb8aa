import {grown} from './grown.ts'
import {TimeOrder} from './time-order.ts'

/** Slots of one stretch of time; `number` counts such stretches since 1970. */
type Bucket = {readonly number: number; newest: number}

/**
 * Slots by coarse time: a bucket gives up its slots once all of its times are over. Slots are linked inside their bucket, so that
 * one costs neither an object nor a search, in whatever order times come.
 */
export class TimeBuckets {
  readonly #widthMs: number
  readonly #buckets = new Map<number, Bucket>()
  readonly #numbers = new TimeOrder()
  /** The one that was last added to. */
  #recent: Bucket | undefined
  /** By slot: the one that came before it in the same bucket, or -1. */
  #older: Int32Array = new Int32Array(0)

  constructor(widthMs: number) {
    this.#widthMs = Math.max(1, Math.floor(widthMs))
  }

  add(slot: number, timeMs: number): void {
    const bucket = this.#bucket(Math.floor(timeMs / this.#widthMs))
    this.#older = grown(this.#older, slot)
    this.#older[slot] = bucket.newest
    bucket.newest = slot
  }

  #bucket(number: number): Bucket {
    if (this.#recent?.number === number) return this.#recent
    let bucket = this.#buckets.get(number)
    if (bucket === undefined) {
      bucket = {number, newest: -1}
      this.#buckets.set(number, bucket)
      this.#numbers.add(number)
    }
    this.#recent = bucket
    return bucket
  }

  /** Drops the slots of buckets that end at `timeMs` or before. One that `drop` leaves alone (false) stops those after it. */
  expire(timeMs: number, drop: (slot: number) => boolean): void {
    for (let number = this.#numbers.first; number !== undefined; number = this.#numbers.first) {
      if ((number + 1) * this.#widthMs - 1 > timeMs) return
      const bucket = this.#bucket(number)
      let slot = bucket.newest
      bucket.newest = -1
      while (slot >= 0) {
        const older = this.#older[slot]!
        if (!drop(slot)) {
          this.#older[slot] = bucket.newest
          bucket.newest = slot
        }
        slot = older
      }
      if (bucket.newest >= 0) return
      this.#buckets.delete(number)
      this.#numbers.shift()
      this.#recent = undefined
    }
  }
}
