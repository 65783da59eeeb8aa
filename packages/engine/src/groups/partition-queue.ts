import {must} from '../base/assert.ts'
import {limits} from '../limits.ts'
import {partitionKey, type Offset, type TopicPartition} from '../record/record.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import {LogMarks} from './log-marks.ts'
import {Unacked} from './unacked.ts'

/** Records of a stored batch from an offset on, of which any part may be handed out. Throws BATCH_CORRUPT for a damaged batch. */
export type Decode<P extends RecordPart> = (batch: StoredBatch, from: Offset, at: TopicPartition) => DecodedBatch<P>

export type DecodedBatch<P extends RecordPart> = {
  readonly count: number
  /** Records `from` ≤ i < `to`, of which there is at least one. */
  part(from: number, to: number): P
}

export type RecordPart = {
  readonly offsets: ArrayLike<Offset>
  /** The offset to commit when all of them are done. */
  readonly nextOffset: Offset
}

/** A partition of one member: what was read of it and waits to be handed out, and what was handed out and waits to be committed. */
export class PartitionQueue<P extends RecordPart> {
  readonly at: TopicPartition
  readonly key: string
  /** Generation since which it is the member's. */
  readonly since: number
  readonly unacked = new Unacked()
  /** What was read. */
  readonly marks: LogMarks
  readonly #decode: Decode<P>
  #batches: StoredBatch[] = []
  #bytes = 0
  #decoded: DecodedBatch<P> | undefined
  #taken = 0
  #from: Offset
  #read: Offset
  /** Where the partition ends as far as it is known. */
  #end: Offset = Infinity
  #handed: Offset | undefined
  #committed = 0

  constructor(at: TopicPartition, since: number, from: Offset, decode: Decode<P>, marks = new LogMarks()) {
    this.at = at
    this.marks = marks
    this.key = partitionKey(at)
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
    return this.#left === 0 && this.#batches.length === 0
  }

  /** Stored bytes that wait, without the batch that is being handed out. */
  get bytes(): number {
    return this.#bytes
  }

  /** Decoded and not handed out. */
  get #left(): number {
    return this.#decoded === undefined ? 0 : this.#decoded.count - this.#taken
  }

  /** Whether everything that was handed out is committed. */
  get isSettled(): boolean {
    return this.#handed === undefined || this.#committed >= this.#handed
  }

  /** Whether nothing can be there that was not read. */
  get isLevel(): boolean {
    return this.#read >= this.#end
  }

  /** A read from `readFrom` begins: what is appended from now on makes itself heard. */
  beginRead(): void {
    this.#end = this.#read
  }

  /** What a read that began at some `readFrom` found, and the end it saw. */
  endRead(batches: readonly StoredBatch[], end: Offset): void {
    // Some of it may have been offered meanwhile.
    const fresh = batches.filter(({baseOffset, count}) => baseOffset + count > this.#read)
    this.#append(fresh)
    this.#end = Math.max(this.#end, end)
  }

  /** What was just appended: it saves a read where it follows on what was read. */
  offer(batches: readonly StoredBatch[]): void {
    for (const batch of batches) {
      if (batch.baseOffset + batch.count <= this.#read) continue
      if (batch.baseOffset !== this.#read || this.#batches.length >= limits.consumerWakeBatchesMax) return this.mayHaveGrown()
      this.#append([batch])
      this.#end = Math.max(this.#end, this.#read)
    }
  }

  mayHaveGrown(): void {
    this.#end = Infinity
  }

  #append(batches: readonly StoredBatch[]): void {
    for (const batch of batches) {
      this.#batches.push(batch)
      this.marks.add(batch)
      this.#bytes += batch.bytes.length
      this.#read = batch.baseOffset + batch.count
    }
  }

  /** Goes on somewhere else: the offset was not in the log. */
  seek(from: Offset): void {
    this.#batches = []
    this.#bytes = 0
    this.#decoded = undefined
    this.#taken = 0
    this.#from = from
    this.#read = from
    this.mayHaveGrown()
  }

  /** At most so many records of one batch; undefined when there are none. Throws BATCH_CORRUPT for a damaged batch. */
  take(recordsMax: number, isTracked: boolean): P | undefined {
    while (this.#left === 0) {
      const batch = this.#batches[0]
      if (!batch) return undefined
      this.#decoded = this.#decode(batch, this.#from, this.at)
      this.#taken = 0
      this.#batches.shift()
      this.#bytes -= batch.bytes.length
    }
    const count = Math.min(recordsMax, this.#left)
    const part = must(this.#decoded, 'decoded batch').part(this.#taken, this.#taken + count)
    this.#taken += count
    this.#handed = part.nextOffset
    this.#from = part.nextOffset
    if (isTracked) this.unacked.add(part.offsets)
    return part
  }

  ack(next: Offset): void {
    this.#committed = Math.max(this.#committed, next)
    this.unacked.ack(next)
  }
}
