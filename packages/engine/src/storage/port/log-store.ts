import type {Epoch, Offset, TopicPartition} from '../../record/record.ts'
import type {CommittedOffset} from './group-store.ts'

/** Topics and their partitions: append-only sequences of encoded record batches, opaque to storage. */
export interface LogStore {
  /** Creates the topic with all its partitions, or says that one of that name exists (and changes nothing). */
  createTopic(topic: TopicRecord): Promise<'created' | 'exists'>
  topic(name: string): Promise<TopicRecord | undefined>
  /** All topics, ordered by name. */
  topics(): Promise<readonly TopicRecord[]>
  /** Replaces the record of an existing topic. Partitions may grow, never shrink: a programmer error otherwise. */
  updateTopic(topic: TopicRecord): Promise<void>
  /** Removes the topic and all its batches. Unknown names are ignored. A topic of that name created later starts at offset 0. */
  dropTopic(name: string): Promise<void>

  /**
   * Appends batches, in order. Each batch stands alone, unless `isAtomic`: then all are written or none.
   * Offsets are contiguous: a batch's base is the partition's end. With a producer, a sequence already stored is
   * answered `duplicate` with its offsets and not written again. One round trip.
   *
   * A partition remembers the offsets of a producer's last few batches (`rememberedBatches`): a sequence below those is
   * `out-of-order` with an `expectedSequence` above it, which means that it is stored. A producer that a partition does not
   * know starts at sequence 0. Batches with a producer are tried again when a connection breaks; without one an unknown
   * outcome fails with STORAGE_UNAVAILABLE, and the batches may or may not be there.
   */
  append(batches: readonly AppendBatch[], options?: AppendOptions): Promise<readonly AppendOutcome[]>

  /**
   * Batches of each range whose last offset is ≥ `from`, in offset order, the one that contains `from` first, until the
   * range's `bytesMax` is used up (at least one batch if there is any) or `to` (exclusive) is reached. One round trip, more
   * where `from` lies inside a batch or in a compacted part. Bases need not be contiguous after compaction. A `from` outside
   * the bounds gives what there is after it: the caller compares with `bounds`. Unknown partitions: no batches, `isKnown` false.
   */
  read(ranges: readonly ReadRange[]): Promise<readonly ReadResult[]>

  /** Begin (first kept offset), end (next offset to be written) and size of partitions. One round trip for some hundreds. */
  bounds(partitions: readonly TopicPartition[]): Promise<readonly PartitionBounds[]>

  /**
   * The batch that holds each offset, or lies before it. Undefined where nobody can say: nothing is kept there, compaction has
   * been there, or the store never loses the end of a log (embedded). One round trip.
   */
  heads(places: readonly (TopicPartition & {readonly offset: Offset})[]): Promise<readonly (BatchHead | undefined)[]>

  /** Calls the listener when another server may have taken a log over, before any answer of it is heard. Returns what stops it. */
  onTakeover(listener: () => void): () => void

  /**
   * Batches that hold events of a key, by version, from the one that holds `fromVersion` on, at most `batchesMax`; and how many
   * events the key has. Batches that were trimmed may be named too: a read finds nothing there.
   */
  keyBatches(partition: TopicPartition, key: Uint8Array, fromVersion: number, batchesMax: number): Promise<KeyIndexPage>

  /** Base offset of the first batch whose `maxTimestampMs` is ≥ the time; undefined when all are older. */
  batchAtTime(partition: TopicPartition, timestampMs: number): Promise<Offset | undefined>

  /**
   * Drops whole batches that lie entirely before the offset, and moves begin up to it (bounded by end, never back). The batch
   * that holds the new begin is kept whole, so it may hold records before begin. Returns the new begin; 0 when unknown.
   *
   * Versions of keys go on counting. What else the indexes say of batches that are gone goes too, at the latest when as much was
   * trimmed as is left: an event id is remembered as long as its batch, or somewhat longer.
   */
  trim(partition: TopicPartition, before: Offset): Promise<Offset>

  /**
   * Where to trim so that at least `bytesMin` bytes (≥ 1) are left; the begin where nothing can go. It may be less far than it could: ask
   * again after the trim.
   */
  trimPoint(partition: TopicPartition, bytesMin: number): Promise<Offset>

  /**
   * Compaction: replaces all batches with base in `[from, to)` by `batches`, whose bases lie in that range and grow, each what is left
   * of one of those. They may come as they are made, more than memory holds; an adapter may then replace some at a time.
   * Offsets of kept records do not change; what is trimmed meanwhile stays trimmed. `from` and `to` are where batches begin or end,
   * `to` is at most the partition's end. One compaction of a partition at a time: where several processes may share a store, a later
   * one makes a `conflict` of an earlier one, and so does a drop. What a compaction that died has left goes with the next one.
   */
  replace(partition: TopicPartition, from: Offset, to: Offset, batches: Batches): Promise<'replaced' | 'conflict'>
}

export type TopicRecord = {
  readonly name: string
  readonly partitions: number
  /** Topics of one placement keep equal partition numbers together (in a cluster: in one slot). */
  readonly placement: string
  readonly isInternal: boolean
  readonly createdAtMs: number
  /** Settings that storage does not interpret: encoding, schema, retention, cleanup policy, … JSON data. */
  readonly config: Readonly<Record<string, unknown>>
}

export type AppendBatch = TopicPartition & {
  readonly bytes: Uint8Array
  /** Offsets the batch takes, ≥ 1. */
  readonly count: number
  readonly maxTimestampMs: number
  readonly producer?: ProducerStamp
  /** Refuse with `conflict` unless the partition's end is this offset. */
  readonly expectedEnd?: Offset
  /**
   * In topics whose keys are indexed: what the batch holds of each key, each key once. In other topics absent: the index is
   * made of this alone.
   */
  readonly keys?: readonly KeyEvents[]
  /**
   * Names of events in the batch. A batch whose names are all known to the partition is answered `duplicate` and not written;
   * when only some are, it is refused with `known-events`.
   */
  readonly eventIds?: readonly string[]
}

export type KeyEvents = {
  readonly key: Uint8Array
  /** Events of the key in this batch, ≥ 1. */
  readonly count: number
  /** Refuse with `key-conflict` unless the key has this many events so far. */
  readonly expected?: number
}

/** A batch that holds events of a key: `count` of them, numbered from `version` on. */
export type KeyBatch = {readonly baseOffset: Offset; readonly version: number; readonly count: number}

/** `sequence` numbers a producer's batches to one partition from 0, by one. A newer epoch starts again at 0. */
export type ProducerStamp = {readonly id: string; readonly epoch: Epoch; readonly sequence: number}

export type KeyIndexPage = {readonly version: number; readonly batches: readonly KeyBatch[]}

export type AppendOptions = {
  readonly isAtomic?: boolean
  /**
   * LEADER (the default): applied. ALL: also on the replicas and on disk, as `features.durability.all` says; fails with
   * ACKS_NOT_REACHED when that did not happen in time (the batches are applied nevertheless). Where ALL can't be given at this
   * moment (`features.canAckAll`), the outcomes say `acks: 'LEADER'`. NONE is answered as LEADER: a producer that wants no
   * acknowledgement does not wait.
   */
  readonly acks?: 'NONE' | 'LEADER' | 'ALL'
  /**
   * Only with `isAtomic`: commits these offsets of a consumer group in the same step. When the group's generation is not
   * `generation`, nothing is written and every batch is answered `aborted`. In a cluster the batches follow the offsets, and
   * are there when it is answered; after a failure they may still come. Producers are remembered by the group then, and one
   * that it does not know begins with any sequence.
   */
  readonly groupOffsets?: {readonly group: string; readonly generation?: number; readonly offsets: readonly CommittedOffset[]}
}

export type AppendOutcome =
  /** `acks` only where ALL was asked for and less was given. */
  | {readonly kind: 'appended'; readonly baseOffset: Offset; readonly acks?: 'LEADER'}
  | {readonly kind: 'duplicate'; readonly baseOffset: Offset; readonly acks?: 'LEADER'}
  | {readonly kind: 'out-of-order'; readonly expectedSequence: number}
  | {readonly kind: 'fenced'; readonly by: Epoch}
  | {readonly kind: 'conflict'; readonly end: Offset}
  /** `index`: of the first key in the batch that has another number of events, which is `version`. */
  | {readonly kind: 'key-conflict'; readonly index: number; readonly version: number}
  /** Some of the batch's events are stored and some are not: `known` is how many. */
  | {readonly kind: 'known-events'; readonly known: number}
  | {readonly kind: 'unknown-partition'}
  /** Only in an atomic append: another batch or the group's generation was refused, so this one was not written. */
  | {readonly kind: 'aborted'}

export type StoredBatch = {
  readonly baseOffset: Offset
  readonly count: number
  readonly maxTimestampMs: number
  readonly bytes: Uint8Array
}

export const headBytes = 8

/** `bytes`: its first `headBytes`. */
export type BatchHead = Pick<StoredBatch, 'baseOffset' | 'count' | 'bytes'>

export type Batches = Iterable<StoredBatch> | AsyncIterable<StoredBatch>

export type ReadRange = TopicPartition & {readonly from: Offset; readonly to?: Offset; readonly bytesMax: number}

export type ReadResult = {
  readonly bounds: PartitionBounds
  readonly batches: readonly StoredBatch[]
}

export type PartitionBounds = {readonly begin: Offset; readonly end: Offset; readonly bytes: number; readonly isKnown: boolean}
