import {limits} from '../limits.ts'
import type {Offset} from '../record/record.ts'
import type {LogStore, ReadResult} from '../storage/port/log-store.ts'
import type {LossWatch} from './loss-watch.ts'
import type {PartitionQueue, RecordPart} from './partition-queue.ts'
import {withoutOffset, type NoOffset} from './start-offsets.ts'

/** Of what a read may bring: when no more than that waits, the next read begins. */
const lowShare = 1 / 4

type Queues = readonly PartitionQueue<RecordPart>[]

type Read = {
  readonly queues: Queues
  /** Where each was read from. */
  readonly froms: readonly Offset[]
  readonly results: Promise<readonly ReadResult[]>
}

/** Reads the log for a member's queues, one read at a time: mostly while what was read before is handed out. */
export class QueueReader {
  readonly #log: LogStore
  readonly #onNoOffset: NoOffset
  readonly #watch: LossWatch
  /** Queues that were beyond the end of their log, and for which loss was looked for. */
  readonly #suspected = new WeakSet<PartitionQueue<RecordPart>>()
  #ahead: Read | undefined

  constructor(log: LogStore, onNoOffset: NoOffset, watch: LossWatch) {
    this.#log = log
    this.#watch = watch
    this.#onNoOffset = onNoOffset
  }

  /** Begins a read where little waits to be handed out. */
  readAhead(queues: Queues): void {
    if (this.#ahead === undefined && queues.every(isLowAmong(queues))) this.#ahead = this.#begin(queues)
  }

  /** Fills queues of which none has anything left; whether there is anything new. */
  async read(queues: Queues): Promise<boolean> {
    const ahead = this.#ahead
    this.#ahead = undefined
    if (ahead !== undefined && (await this.#fill(ahead))) return true
    // What was read ahead and found nothing may have been too early.
    const next = this.#begin(queues)
    return next !== undefined && this.#fill(next)
  }

  /** What is under way does not count. */
  forget(): void {
    this.#ahead = undefined
  }

  /** Undefined when there is nothing to be found. */
  #begin(all: Queues): Read | undefined {
    const queues = all.filter(({isLevel}) => !isLevel).filter(isLowAmong(all))
    if (queues.length === 0) return undefined
    const froms = queues.map(({readFrom}) => readFrom)
    const bytes = bytesMax(queues)
    const results = this.#log.read(queues.map(({at, readFrom}) => ({from: readFrom, bytesMax: bytes, ...at})))
    // Its failure is heard by who waits for it.
    results.catch(() => {})
    for (const queue of queues) queue.beginRead()
    return {queues, froms, results}
  }

  async #fill({queues, froms, results}: Read): Promise<boolean> {
    let isNew = false
    const found = await results
    if (this.#watch.isDue) return true
    for (const [i, {batches, bounds}] of found.entries()) {
      const queue = queues[i]
      if (!queue || !bounds.isKnown) continue
      // Whose end it is no more: batches were offered since the read began.
      const isWhereItWas = queue.readFrom === froms[i]
      if (isWhereItWas && queue.readFrom > bounds.end && !this.#suspected.has(queue)) {
        this.#suspected.add(queue)
        this.#watch.suspect()
        return true
      }
      if (isWhereItWas && (queue.readFrom < bounds.begin || queue.readFrom > bounds.end)) {
        queue.seek(withoutOffset(queue.at, queue.readFrom, bounds, this.#onNoOffset))
        isNew = true
      } else {
        queue.endRead(batches, bounds.end)
        isNew ||= !queue.isEmpty
      }
    }
    return isNew
  }
}

function isLowAmong(queues: Queues): (queue: PartitionQueue<RecordPart>) => boolean {
  const bytesLow = bytesMax(queues) * lowShare
  return ({bytes}) => bytes <= bytesLow
}

const bytesMax = (queues: Queues): number =>
  Math.ceil(Math.min(limits.readerFetchBytesMax, limits.consumerFetchBytesMax / Math.max(1, queues.length)))
