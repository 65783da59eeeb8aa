import {sliceChunk} from '../../batch/select.ts'
import {must} from '../../base/assert.ts'
import {EngineError} from '../../base/errors.ts'
import type {Clock} from '../../base/clock.ts'
import type {Logger} from '../../base/logger.ts'
import type {Chunk} from '../../chunk/chunk.ts'
import {limits} from '../../limits.ts'
import {damageOf, type Damage} from '../../log/damage.ts'
import type {Offset} from '../../record/record.ts'
import {rowAtOffset} from '../../runtime/slice-chunk.ts'
import {Signal} from '../../base/signal.ts'
import type {ChunkDecoder} from '../../serde/topic-codec.ts'
import type {StoredBatch} from '../../storage/port/log-store.ts'
import type {Storage} from '../../storage/port/storage.ts'

/** Decoded rows of one partition: all that stands in `from` ≤ offset < `next`. Shared by subscribers: read-only. */
export type FeedPiece = {
  readonly partition: number
  readonly from: Offset
  readonly next: Offset
  readonly chunk: Chunk
  /** Why it has no rows: each subscriber stops here or skips it. */
  readonly damage?: Damage
}

export type TopicFeedOptions = {
  readonly topic: string
  readonly partitions: number
  readonly decode: ChunkDecoder
  readonly storage: Storage
  readonly clock: Clock
  readonly logger: Logger
}

type Tail = {pieces: FeedPiece[]; head: Offset}

/**
 * The end of a topic, read and decoded once for all its subscribers. It keeps the last `feedBatchesMax` pieces of each
 * partition; who is slower than that reads the log by itself (`readLog`), so that nothing is queued for anybody.
 */
export class TopicFeed {
  readonly #options: TopicFeedOptions
  readonly #tails: readonly Tail[]
  readonly #listeners = new Set<() => void>()
  readonly #signal: Signal
  readonly #stop = new AbortController()
  #loop: Promise<void> | undefined
  #lookedAtMs: number
  #outgrown: EngineError | undefined

  private constructor(options: TopicFeedOptions, heads: readonly Offset[]) {
    this.#options = options
    this.#tails = heads.map(head => ({pieces: [], head}))
    this.#signal = new Signal(options.clock)
    this.#lookedAtMs = options.clock.nowMs()
  }

  /** Begins at the ends of the log as they are now. */
  static async open(options: TopicFeedOptions): Promise<TopicFeed> {
    const {topic, partitions, storage} = options
    const all = Array.from({length: partitions}, (_, partition) => ({topic, partition}))
    const bounds = await storage.log.bounds(all)
    const feed = new TopicFeed(
      options,
      bounds.map(({end}) => end),
    )
    const unsubscribe = await storage.wake.subscribe(all, () => feed.#signal.ring())
    // What was appended between the bounds and the subscription is found by the first read.
    feed.#signal.ring()
    feed.#loop = feed.#run().finally(unsubscribe)
    return feed
  }

  get partitions(): number {
    return this.#tails.length
  }

  /** Set when the topic has other partitions than those that the feed reads, or is gone. */
  get outgrown(): EngineError | undefined {
    return this.#outgrown
  }

  /** Next offset that the feed has not read. */
  head(partition: number): Offset {
    return this.#tail(partition).head
  }

  /** What the feed holds from an offset on; undefined when it holds nothing there (any more, or yet). */
  read(partition: number, from: Offset): FeedPiece | undefined {
    const piece = this.#tail(partition).pieces.find(({next}) => next > from)
    return piece === undefined || piece.from > from ? undefined : pieceFrom(piece, from)
  }

  /** The same from the log, for those who are behind. `from` of the answer is higher when the log begins later. */
  async readLog(partition: number, from: Offset): Promise<readonly FeedPiece[]> {
    const {topic, storage} = this.#options
    const [result] = await storage.log.read([
      {topic, partition, from, to: this.head(partition), bytesMax: limits.feedFetchBytesMax},
    ])
    const {bounds, batches} = must(result, 'read result')
    const start = Math.max(from, bounds.begin)
    const pieces = batches.flatMap(batch => this.#decode(partition, batch, start))
    if (pieces.length > 0) return pieces
    return [{partition, from: start, next: Math.max(start, this.head(partition)), chunk: emptyChunk}]
  }

  /** Calls when there is more to read. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#signal.ring()
    await this.#loop
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#signal.reset()
      const hasRead = await this.#readOn()
      if (!hasRead && !this.#stop.signal.aborted) await this.#signal.wait(limits.taskPollMs)
      await this.#lookForChange()
    }
  }

  /** A subscriber's cursor covers the partitions there were, so it goes on from there with a new feed. */
  async #lookForChange(): Promise<void> {
    const {topic, partitions, storage, clock} = this.#options
    if (this.#outgrown || clock.nowMs() - this.#lookedAtMs < limits.taskPollMs) return
    this.#lookedAtMs = clock.nowMs()
    // A store that can't be reached says nothing of the topic.
    const found = await storage.log.topic(topic).catch(() => 'unknown' as const)
    if (found === 'unknown' || found?.partitions === partitions) return
    const grown = `topic ${topic} has grown from ${partitions} to ${found?.partitions} partitions: subscribe again, after the last cursor`
    this.#outgrown = found
      ? new EngineError('CLOSED', grown, {topic})
      : new EngineError('TOPIC_NOT_FOUND', `topic ${topic} was dropped while it was read`, {topic})
    for (const listener of this.#listeners) listener()
  }

  async #readOn(): Promise<boolean> {
    const {topic, storage, clock, logger} = this.#options
    try {
      const results = await storage.log.read(
        this.#tails.map(({head}, partition) => ({topic, partition, from: head, bytesMax: limits.feedFetchBytesMax})),
      )
      let hasRead = false
      for (const [partition, {batches}] of results.entries()) {
        for (const batch of batches) {
          const tail = this.#tail(partition)
          for (const piece of this.#decode(partition, batch, tail.head)) keep(tail, piece)
          tail.head = Math.max(tail.head, batch.baseOffset + batch.count)
          hasRead = true
        }
      }
      if (hasRead) for (const listener of this.#listeners) listener()
      return hasRead
    } catch (error) {
      if (this.#stop.signal.aborted) return false
      logger.warn({topic, error}, 'a feed could not read its topic and tries again')
      await clock.sleep(limits.taskRestartMsMin, this.#stop.signal)
      return true
    }
  }

  /** Pieces of at most one event's rows; of a batch that can't be read one without rows. */
  #decode(partition: number, batch: StoredBatch, from: Offset): FeedPiece[] {
    const next = batch.baseOffset + batch.count
    try {
      const {chunk} = this.#options.decode(batch, from, partition)
      return cut(partition, chunk, Math.max(from, batch.baseOffset), next)
    } catch (error) {
      const {topic, logger} = this.#options
      const damage = damageOf(error, {topic, partition}, batch)
      if (!damage) logger.error({topic, partition, offset: batch.baseOffset, error}, 'a feed skips a batch that it can not read')
      return [{partition, from: Math.max(from, batch.baseOffset), next, chunk: emptyChunk, ...(damage && {damage})}]
    }
  }

  #tail(partition: number): Tail {
    return must(this.#tails[partition], `partition ${partition}`)
  }
}

const emptyChunk: Chunk = {count: 0, columns: [], timestamps: []}

function cut(partition: number, chunk: Chunk, from: Offset, next: Offset): FeedPiece[] {
  const rows = limits.pushRowsPerEventMax
  const pieces: FeedPiece[] = []
  for (let row = 0; row < chunk.count || row === 0; row += rows) {
    const end = Math.min(chunk.count, row + rows)
    const pieceNext = end === chunk.count ? next : must(chunk.origin?.offsets[end], 'offset of a source row')
    pieces.push({partition, from: pieces.at(-1)?.next ?? from, next: pieceNext, chunk: sliceChunk(chunk, row, end)})
  }
  return pieces
}

function keep(tail: Tail, piece: FeedPiece): void {
  tail.pieces.push(piece)
  if (tail.pieces.length > limits.feedBatchesMax) tail.pieces.shift()
}

function pieceFrom(piece: FeedPiece, from: Offset): FeedPiece {
  if (from <= piece.from) return piece
  const row = rowAtOffset(piece.chunk, from)
  return {...piece, from, chunk: sliceChunk(piece.chunk, row, piece.chunk.count)}
}
