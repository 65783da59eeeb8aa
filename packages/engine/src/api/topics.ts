import type {Offset} from '../record/record.ts'

export type TopicEncoding = 'bytes' | 'columns'
export type CleanupPolicy = 'delete' | 'compact' | 'compact,delete'

export type TopicSettings = {
  readonly retentionMs?: number | null
  readonly retentionBytes?: number | null
  readonly cleanupPolicy?: CleanupPolicy
  readonly compression?: 'none' | 'zstd'
  /** How long a tombstone stays in a compacted topic, ms. Default one day. */
  readonly tombstoneRetentionMs?: number
  /** A partition is compacted when what was written since the last time makes up this part of its bytes, 0 to 1. Default 0.5. */
  readonly minCleanableDirtyRatio?: number
  /** … or when a record waits for so long, ms. Default null: it may wait for ever. */
  readonly maxCompactionLagMs?: number | null
  /** Younger records are left alone by compaction, ms. Default 0. */
  readonly minCompactionLagMs?: number
  /** Number the events of each key, so that a produce may expect a version and the events of a key can be read. Only at creation. */
  readonly keyIndex?: boolean
  /** `append`: produced records have the time at which they are appended, whatever they say. Default `create`: their own. */
  readonly timestampType?: 'create' | 'append'
  /** What readers do with a damaged batch, unless they say otherwise themselves. Default `fail`. */
  readonly onCorruptBatch?: OnCorruptBatch
}

/** `fail`: reading stops with BATCH_CORRUPT, which says where. `skip`: it goes on behind the batch, and the processing log says so. */
export type OnCorruptBatch = 'fail' | 'skip'

export type CreateTopic = TopicSettings & {readonly name: string; readonly partitions?: number}
export type AlterTopic = TopicSettings & {readonly partitions?: number}

/** Only those behind the name `after`, at most `topicsMax`; internal ones unless `hasInternal` is false. */
export type TopicsPage = {
  readonly after?: string | undefined
  readonly topicsMax?: number | undefined
  readonly hasInternal?: boolean | undefined
}

export type TopicInfo = {
  readonly name: string
  readonly encoding: TopicEncoding
  readonly isInternal: boolean
  readonly createdAtMs: number
  readonly settings: Required<TopicSettings>
  readonly partitions: readonly {
    readonly id: number
    readonly beginOffset: Offset
    readonly endOffset: Offset
    readonly bytes: number
  }[]
}
