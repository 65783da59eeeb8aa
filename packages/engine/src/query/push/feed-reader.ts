import {sliceChunk} from '../../batch/select.ts'
import {must} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import {limits} from '../../limits.ts'
import type {Damage} from '../../log/damage.ts'
import type {Offset} from '../../record/record.ts'
import {RecordQueue} from '../../runtime/record-queue.ts'
import {Signal} from '../../base/signal.ts'
import {rowAtOffset} from '../../runtime/slice-chunk.ts'
import type {FeedPiece, TopicFeed} from './topic-feed.ts'

/** Rows of feed `feed`; `skipped` records before them are gone from the log. `isOld`: they lie before the hold. */
export type FeedRun = FeedPiece & {readonly feed: number; readonly skipped: number; readonly isOld: boolean}

export type FeedReaderOptions = {
  readonly feeds: readonly TopicFeed[]
  /** Next offsets, by feed and partition. */
  readonly positions: readonly (readonly Offset[])[]
  /** Nothing from here on is read before all that lies before it: work is repeated up to here and no further. */
  readonly hold: readonly (readonly Offset[])[]
  readonly clock: Clock
  readonly isByTime: boolean
  /** Called before a damaged batch is stepped over; what it throws, the reader throws. */
  readonly onDamage: (damage: Damage) => void
}

/**
 * One subscriber's way through its feeds: a position for each partition and nothing else. `isByTime`: rows of different
 * partitions come in the order of their time as far as they are there; else whatever is there comes, in turn.
 */
export class FeedReader {
  readonly #feeds: readonly TopicFeed[]
  readonly #positions: Offset[][]
  readonly #places: readonly {readonly feed: number; readonly partition: number}[]
  readonly #queue: RecordQueue | undefined
  readonly #ahead: Offset[][]
  readonly #signal: Signal
  readonly #stopListening: readonly (() => void)[]
  readonly #onDamage: FeedReaderOptions['onDamage']
  readonly #fromLog = new Map<number, FeedPiece[]>()
  #hold: readonly (readonly Offset[])[] | undefined
  #skipped = 0
  #turn = 0
  #isClosed = false

  constructor({feeds, positions, hold, clock, isByTime, onDamage}: FeedReaderOptions) {
    this.#onDamage = onDamage
    this.#feeds = feeds
    this.#positions = positions.map(of => [...of])
    this.#ahead = positions.map(of => [...of])
    this.#places = feeds.flatMap((feed, i) => Array.from({length: feed.partitions}, (_, partition) => ({feed: i, partition})))
    this.#queue = isByTime ? new RecordQueue(this.#places.length) : undefined
    this.#signal = new Signal(clock)
    this.#hold = hold
    this.#releaseHold()
    this.#stopListening = feeds.map(feed => feed.listen(() => this.#signal.ring()))
  }

  /** Next offsets to be handed out, by feed and partition. */
  get positions(): readonly (readonly Offset[])[] {
    return this.#positions
  }

  /** Waits for rows; undefined once closed. */
  async next(): Promise<FeedRun | undefined> {
    while (!this.#isClosed) {
      this.#signal.reset()
      const run = this.#queue ? await this.#nextByTime(this.#queue) : await this.#nextInTurn()
      if (run) return run
      for (const {outgrown} of this.#feeds) if (outgrown) throw outgrown
      if (!this.#isClosed) await this.#signal.wait(limits.taskPollMs)
    }
    return undefined
  }

  close(): void {
    this.#isClosed = true
    for (const stop of this.#stopListening) stop()
    this.#signal.ring()
  }

  async #nextInTurn(): Promise<FeedRun | undefined> {
    for (let tried = 0; tried < this.#places.length; tried++) {
      const index = this.#turn++ % this.#places.length
      const piece = await this.#fetch(index)
      if (piece) return this.#handOut(index, piece)
    }
    return undefined
  }

  async #nextByTime(queue: RecordQueue): Promise<FeedRun | undefined> {
    for (const index of this.#places.keys()) {
      const piece = queue.isEmpty(index) ? await this.#fetch(index) : undefined
      if (piece) queue.push(index, [{input: index, chunk: piece.chunk}], piece.next)
    }
    const run = queue.take()
    if (run === undefined) return undefined
    const {partition} = must(this.#places[run.topic], 'place')
    const {chunk} = must(run.parts[0], 'rows of a run')
    return this.#handOut(run.topic, {partition, from: 0, next: run.next, chunk})
  }

  #handOut(index: number, piece: FeedPiece): FeedRun {
    const {feed, partition} = must(this.#places[index], 'place')
    must(this.#positions[feed], 'positions')[partition] = piece.next
    const skipped = this.#skipped
    this.#skipped = 0
    const isOld = this.#hold !== undefined
    this.#releaseHold()
    return {...piece, feed, skipped, isOld}
  }

  #releaseHold(): void {
    const isReached = this.#positions.every((of, feed) =>
      of.every((next, partition) => next >= (this.#hold?.[feed]?.[partition] ?? 0)),
    )
    if (isReached) this.#hold = undefined
  }

  /** What comes next at a place, if it is there: from the feed, or from the log for those who are behind. */
  async #fetch(index: number): Promise<FeedPiece | undefined> {
    const {feed: at, partition} = must(this.#places[index], 'place')
    const feed = must(this.#feeds[at], 'feed')
    const ahead = must(this.#ahead[at], 'positions')
    const from = must(ahead[partition], 'position')
    const hold = this.#hold?.[at]?.[partition] ?? Infinity
    if (from >= hold) return undefined
    const found =
      this.#fromLog.get(index)?.shift() ?? feed.read(partition, from) ?? (await this.#fetchLog(index, feed, partition, from))
    if (found === undefined) return undefined
    const piece = found.next > hold ? pieceBefore(found, hold) : found
    if (piece !== found) this.#fromLog.delete(index)
    if (piece.damage) {
      this.#onDamage(piece.damage)
      this.#skipped += piece.next - Math.max(from, piece.from)
    }
    ahead[partition] = piece.next
    return piece
  }

  async #fetchLog(index: number, feed: TopicFeed, partition: number, from: Offset): Promise<FeedPiece | undefined> {
    if (from >= feed.head(partition)) return undefined
    const pieces = [...(await feed.readLog(partition, from))]
    const first = pieces.shift()
    this.#fromLog.set(index, pieces)
    if (first && first.from > from) this.#skipped += first.from - from
    return first
  }
}

const pieceBefore = (piece: FeedPiece, end: Offset): FeedPiece => ({
  ...piece,
  next: end,
  chunk: sliceChunk(piece.chunk, 0, rowAtOffset(piece.chunk, end)),
})
