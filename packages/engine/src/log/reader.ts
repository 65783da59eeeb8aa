import {must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import {limits} from '../limits.ts'
import {partitionKey, type Offset, type TopicPartition} from '../record/record.ts'
import type {LogStore, PartitionBounds, ReadResult, StoredBatch} from '../storage/port/log-store.ts'

export type ReadPosition = TopicPartition & {readonly from: Offset}
export type PartitionBatches = {
  readonly at: TopicPartition
  readonly batches: readonly StoredBatch[]
  readonly bounds: PartitionBounds
}

/** Offsets of the first record at or after a time, by partition; the end where all records are older. */
export async function positionsAtTime(
  log: LogStore,
  partitions: readonly TopicPartition[],
  timestampMs: number,
): Promise<ReadPosition[]> {
  const bounds = await log.bounds(partitions)
  return Promise.all(
    partitions.map(async (at, i) => {
      const from = await log.batchAtTime(at, timestampMs)
      return {topic: at.topic, partition: at.partition, from: from ?? must(bounds[i], 'bounds').end}
    }),
  )
}

/**
 * Reads partitions from their positions on, all in one round trip, one read ahead of its caller. Batches come as they are
 * stored: the first of a partition may begin before its position, and offsets may be missing after compaction.
 */
export class LogReader {
  readonly #log: LogStore
  readonly #bytesMax: number
  readonly #positions: Map<string, ReadPosition>
  #ahead: Promise<readonly ReadResult[]> | undefined

  constructor(log: LogStore, positions: readonly ReadPosition[], bytesMax: number = limits.readerFetchBytesMax) {
    this.#log = log
    this.#bytesMax = bytesMax
    this.#positions = new Map(positions.map(position => [partitionKey(position), position]))
  }

  get positions(): readonly ReadPosition[] {
    return [...this.#positions.values()]
  }

  /** Moves a partition; what was read ahead is forgotten. */
  seek(position: ReadPosition): void {
    this.#positions.set(partitionKey(position), position)
    this.#ahead = undefined
  }

  /**
   * What there is now, one entry for each partition that has something; none at the end of all. EngineErrors:
   * PARTITION_NOT_FOUND, and OFFSET_OUT_OF_RANGE where a position lies before the begin or behind the end.
   */
  async next(): Promise<readonly PartitionBatches[]> {
    const ahead = this.#ahead
    this.#ahead = undefined
    let found = ahead ? this.#take(await ahead) : []
    // What was read ahead and found nothing may have been too early.
    if (found.length === 0) found = this.#take(await this.#read())
    if (found.length > 0) {
      this.#ahead = this.#read()
      // Its failure is heard by the next call.
      this.#ahead.catch(() => {})
    }
    return found
  }

  #take(results: readonly ReadResult[]): readonly PartitionBatches[] {
    return this.positions.flatMap((position, i) => this.#advance(position, must(results[i], 'result of a range')))
  }

  #read(): Promise<readonly ReadResult[]> {
    return this.#log.read(this.positions.map(position => ({...position, bytesMax: this.#bytesMax})))
  }

  #advance(position: ReadPosition, {batches, bounds}: ReadResult): PartitionBatches[] {
    const {topic, partition, from} = position
    if (!bounds.isKnown)
      throw new EngineError('PARTITION_NOT_FOUND', `there is no partition ${partition} of topic ${topic}`, {topic, partition})
    if (from < bounds.begin || from > bounds.end) {
      const message = `found offset ${from} of ${topic}/${partition}, expected ${bounds.begin} to ${bounds.end}`
      throw new EngineError('OFFSET_OUT_OF_RANGE', message, {topic, partition, from, begin: bounds.begin, end: bounds.end})
    }
    const last = batches.at(-1)
    if (last === undefined) return []
    this.#positions.set(partitionKey(position), {topic, partition, from: last.baseOffset + last.count})
    return [{at: {topic, partition}, batches, bounds}]
  }
}
