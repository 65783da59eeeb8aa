import type {Column} from './schema/schema.ts'
import type {Value} from './schema/value.ts'
import type {Source} from './plan/source.ts'
import type {FunctionDefinition} from './expr/functions/definition.ts'
import type {AggregateDefinition} from './expr/aggregates/definition.ts'
import type {Header, Offset} from './record/record.ts'

/**
 * What a program (the GraphQL server, a test, your own code) may ask of an engine. Expected refusals are values
 * (`rejected`) or EngineErrors with a code; nothing else is thrown on bad input.
 */
export interface EngineApi {
  /** Runs statements that are not queries, as one script: all are checked before the first takes effect. */
  execute(sql: string, options?: ExecuteOptions): Promise<Executed | SqlRejection>
  /** Answers a pull query from committed state. With `after` (a produce token) it waits until that write is visible. */
  pull(sql: string, options?: PullOptions): Promise<PullRows | SqlRejection>
  /** Starts a push query. `after` is a cursor from an earlier event of the same query. */
  push(sql: string, options?: PushOptions): Promise<PushSubscription | SqlRejection>
  /** Checks statements without running them: the editor's diagnostics. */
  validate(sql: string): Promise<readonly SqlRejection[]>

  createTopic(topic: CreateTopic): Promise<TopicInfo>
  alterTopic(name: string, change: AlterTopic): Promise<TopicInfo>
  dropTopic(name: string): Promise<void>
  topic(name: string): Promise<TopicInfo | undefined>
  /** Ordered by name. */
  topics(page?: TopicsPage): Promise<readonly TopicInfo[]>

  produce(request: ProduceRequest): Promise<ProduceResult>
  /** One page of a topic's records, oldest first, merged over partitions by time when none is named. */
  records(request: RecordsRequest): Promise<RecordsPage>
  /** Records as they arrive. Bounded: a slow reader reads from the log at its own pace; nothing is kept for it. */
  tail(request: TailRequest): AsyncIterableIterator<RecordsPage>

  /** Events of a key in their order. Only for topics with a key index. */
  keyEvents(request: KeyEventsRequest): Promise<KeyEventsPage>
  /** The same, and then more as they come. */
  tailKeyEvents(request: KeyEventsRequest & {readonly signal?: AbortSignal}): AsyncIterableIterator<KeyEventsPage>

  /** Ordered by id. */
  groups(page?: GroupsPage): Promise<readonly GroupInfo[]>
  group(id: string, facts?: GroupFacts): Promise<GroupInfo | undefined>
  commitOffsets(request: CommitOffsetsRequest): Promise<void>
  /** Moves the offsets of a group without members, or says what that would change. */
  resetOffsets(request: ResetOffsetsRequest): Promise<readonly OffsetReset[]>
  /** Forgets a group without members, and its offsets. */
  dropGroup(id: string): Promise<void>
  /** Joins a consumer group and hands out batches of its share of the partitions. */
  consume(request: ConsumeRequest): AsyncIterableIterator<ConsumedBatch>

  sources(): readonly Source[]
  queries(): readonly QueryInfo[]
  functions(): readonly (FunctionDefinition | AggregateDefinition)[]
  /** Numbers of this process since it opened, and lag as of now. */
  metrics(): Promise<MetricsSnapshot>
  health(): Promise<Health>

  /** Resolves when every running query has committed all that was appended before the call. */
  settle(): Promise<void>
  close(): Promise<void>
}

export type ExecuteOptions = {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly parameters?: Readonly<Record<string, unknown>>
}
export type PullOptions = ExecuteOptions & {readonly after?: string; readonly signal?: AbortSignal}
export type PushOptions = ExecuteOptions & {readonly after?: string; readonly signal?: AbortSignal}

/** A statement that was refused: where, why, and a way out. Lines and columns count from 1. */
export type SqlRejection = {
  readonly kind: 'rejected'
  readonly code: string
  readonly message: string
  readonly line?: number
  readonly column?: number
  /** Characters the problem spans from (line, column); at least 1. */
  readonly length?: number
  readonly hint?: string
  /** The statement it stands in. */
  readonly statement?: string
}

export type Executed = {readonly kind: 'executed'; readonly statements: readonly StatementResult[]}

export type StatementResult = {
  /** `CREATE_STREAM`, `SHOW_TOPICS`, … */
  readonly kind: string
  readonly statement: string
  readonly message: string
  readonly source?: string
  readonly queryId?: string
  /** Rows of SHOW, DESCRIBE, EXPLAIN, PRINT: objects by column name. */
  readonly columns?: readonly string[]
  readonly rows?: readonly Readonly<Record<string, unknown>>[]
  readonly warnings?: readonly string[]
}

export type ResultColumn = Column & {readonly isKey: boolean}
export type PullRows = {
  readonly kind: 'rows'
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly (readonly Value[])[]
}

/** Events end (`done`) at LIMIT; an iterator's `return` closes the subscription. */
export type PushSubscription = AsyncIterableIterator<PushBatch> & {
  readonly kind: 'subscription'
  readonly columns: readonly ResultColumn[]
}

/** `tombstones[i]` is set where row i says that its key is gone (value columns NULL). The first batch is empty and carries the start. */
export type PushBatch = {
  readonly rows: readonly (readonly Value[])[]
  readonly tombstones?: readonly boolean[]
  readonly timestampsMs: readonly number[]
  readonly cursor: string
  /** Rows that were left out because the subscriber was too slow and the start of the log is gone. */
  readonly dropped?: number
}

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

/**
 * Key and value as JSON values (as JSON.parse gives them; long digits may come as bigint). How they are written follows from
 * the source declared over the topic: its formats, or by default text keys as UTF-8 and everything else as JSON text.
 */
export type ProduceRecord = {
  readonly key?: unknown
  readonly value?: unknown
  readonly headers?: readonly GivenHeader[]
  readonly timestampMs?: number
  readonly partition?: number
  /** Only for topics whose keys carry a window. */
  readonly window?: {readonly startMs: number; readonly endMs: number}
  /**
   * How many events the key must have before this one (`none`: 0), those of the same request in front of it too; else the whole
   * request is refused with VERSION_CONFLICT. Only in topics with a key index.
   */
  readonly expectedVersion?: number | 'none' | 'any'
  /** Names the event: it is stored once, whoever sends it. Only in topics with a key index. */
  readonly eventId?: string
}
/** Text is base64. */
export type GivenHeader = {readonly key: string; readonly value: Uint8Array | string | null}
export type Acks = 'NONE' | 'LEADER' | 'ALL'

export type ProduceRequest = {
  readonly topic: string
  readonly records: readonly ProduceRecord[]
  readonly acks?: Acks
  /** All partitions or none; a record that is refused refuses all. */
  readonly isAtomic?: boolean
  /** Idempotence: a batch sent again with the same id, epoch and sequence is stored once. */
  readonly producer?: {readonly id: string; readonly epoch: number; readonly sequence: number}
  /** Where partitions must end for the request to be stored; else it is refused with VERSION_CONFLICT. */
  readonly expectedEnds?: readonly {readonly partition: number; readonly offset: Offset}[]
  /**
   * Offsets of a consumer group that are committed in the same step, or neither: what was made of consumed records is stored
   * exactly once. Makes the request atomic.
   */
  readonly consumed?: CommitOffsetsRequest
}

export type ProduceResult = {
  readonly accepted: number
  readonly rejected: number
  readonly ranges: readonly {readonly partition: number; readonly firstOffset: Offset; readonly lastOffset: Offset}[]
  readonly errors: readonly {readonly index: number; readonly code: string; readonly message: string}[]
  /** Give it to a pull query to read this write. */
  readonly token: string
  readonly isDuplicate: boolean
  /** What was given: LEADER where NONE was asked for, and where ALL was asked for and the store can't give it now. */
  readonly acks: Acks
}

export type LogRecord = {
  readonly partition: number
  readonly offset: Offset
  readonly timestampMs: number
  /** Decoded by the source over the topic, or as JSON, text, or base64, whichever fits first. JSON-able. */
  readonly key: unknown
  readonly value: unknown
  readonly headers: readonly Header[]
  readonly window?: {readonly startMs: number; readonly endMs: number}
}
export type StartPosition =
  | {readonly kind: 'earliest'}
  | {readonly kind: 'latest'}
  | {readonly kind: 'timestamp'; readonly timestampMs: number}
  | {readonly kind: 'offsets'; readonly offsets: readonly {readonly partition: number; readonly offset: Offset}[]}
  | {readonly kind: 'cursor'; readonly cursor: string}

/** Where to go on when a position is no longer, or not yet, in the log. */
export type OnNoOffset = 'earliest' | 'latest' | 'error'

export type RecordsRequest = {
  readonly topic: string
  readonly partition?: number
  readonly from: StartPosition
  readonly recordsMax: number
  readonly onOutOfRange?: OnNoOffset
  readonly onCorruptBatch?: OnCorruptBatch
}
export type RecordsPage = {readonly records: readonly LogRecord[]; readonly cursor: string; readonly isAtEnd: boolean}
export type TailRequest = Omit<RecordsRequest, 'partition' | 'recordsMax'> & {readonly signal?: AbortSignal}

export type KeyEventsRequest = {
  readonly topic: string
  readonly key: unknown
  /** Default 0, the first. */
  readonly fromVersion?: number
  readonly eventsMax?: number
  /** Where events of the key were produced to a partition by its number. */
  readonly partition?: number
}
/** `version` counts the events of the key before this one. */
export type KeyEvent = LogRecord & {readonly version: number}
/** `version`: how many events the key has. `nextVersion`: where the next page begins. */
export type KeyEventsPage = {
  readonly events: readonly KeyEvent[]
  readonly version: number
  readonly nextVersion: number
  readonly isAtEnd: boolean
}

/** Only those behind the id `after`, at most `groupsMax`. */
export type GroupsPage = GroupFacts & {readonly after?: string | undefined; readonly groupsMax?: number | undefined}
/** `hasLagMs: false` spares the reads that lag in time costs: `lagMs` is then -1 where the group is not level. */
export type GroupFacts = {readonly hasLagMs?: boolean | undefined}

export type GroupInfo = {
  readonly id: string
  readonly state: 'empty' | 'stable' | 'rebalancing'
  readonly generation: number
  readonly members: readonly {
    readonly id: string
    readonly clientId: string
    readonly assignment: readonly {readonly topic: string; readonly partition: number}[]
  }[]
  readonly offsets: readonly {
    readonly topic: string
    readonly partition: number
    /** Null where the group has committed nothing, in a partition that one of its members has. */
    readonly committedOffset: Offset | null
    readonly endOffset: Offset
    readonly lag: number
    /** How far the oldest unread record lies behind the newest one, ms; 0 when level; -1 where too much would have to be read. */
    readonly lagMs: number
  }[]
}
export type CommitOffsetsRequest = {
  readonly group: string
  readonly generation?: number
  readonly memberId?: string
  readonly offsets: readonly {readonly topic: string; readonly partition: number; readonly offset: Offset}[]
}
/** `shift`: by so many records from the committed offset on, negative to go back. */
export type ResetTarget = Exclude<StartPosition, {readonly kind: 'cursor'}> | {readonly kind: 'shift'; readonly by: number}
export type ResetOffsetsRequest = {
  readonly group: string
  readonly topic: string
  /** All of the topic when absent. */
  readonly partitions?: readonly number[]
  readonly to: ResetTarget
  readonly isDryRun?: boolean
}
/** `before` is null where the group has committed nothing. */
export type OffsetReset = {
  readonly topic: string
  readonly partition: number
  readonly before: Offset | null
  readonly after: Offset
}
export type ConsumeRequest = {
  readonly topics: readonly string[]
  readonly group: string
  readonly clientId?: string
  readonly instanceId?: string
  readonly delivery?: 'at-least-once' | 'at-most-once'
  readonly onNoOffset?: OnNoOffset
  readonly onCorruptBatch?: OnCorruptBatch
  readonly recordsMax?: number
  /** Records handed out and not yet committed, at most; then nothing more comes until a commit. */
  readonly unackedMax?: number
  readonly sessionTimeoutMs?: number
  /** How long the caller may take before it asks for more, or commits what it must to get more; then the member leaves. */
  readonly pollIntervalMsMax?: number
  readonly signal?: AbortSignal
}
/**
 * Some records of one partition. What is not asked for is not decoded; reading `records` or `values`, also of a column, throws
 * BATCH_CORRUPT where the batch is not what was written.
 */
export type ConsumedBatch = {
  readonly topic: string
  readonly partition: number
  readonly records: readonly LogRecord[]
  /** Only the value of each record: costs less to read than `records`. */
  readonly values: readonly unknown[]
  /** The records by column; undefined in topics of opaque records (JSON, AVRO, …). */
  readonly columns: RecordColumns | undefined
  /** How many records these are, at least one. */
  readonly count: number
  /** The offset to commit when all of them are done. */
  readonly nextOffset: Offset
  readonly memberId: string
  readonly generation: number
}
/** Record i is what stands at index i of each column. */
export type RecordColumns = {
  readonly offsets: ArrayLike<Offset>
  readonly timestamps: ArrayLike<number>
  /** As the batch says, whatever a source over the topic declares. */
  readonly key: readonly ValueColumn[]
  readonly value: readonly ValueColumn[]
  /** 1 where the whole value is null. Absent: nowhere. */
  readonly nullValues?: ArrayLike<number>
}
/** Values in the form of their SQL type; a typed array where there are only numbers. Decoded on first use. */
export type ValueColumn = Column & {readonly values: ArrayLike<Value>}

export type QueryState = 'RUNNING' | 'PAUSED' | 'FAILED' | 'STARTING'
export type QueryInfo = {
  readonly id: string
  readonly statement: string
  readonly state: QueryState
  readonly error?: string
  readonly sources: readonly string[]
  readonly sink: string
  readonly sinkTopic: string
  readonly tasks: readonly TaskInfo[]
}
export type TaskInfo = {
  readonly id: string
  readonly subTopology: number
  readonly partition: number
  readonly worker: number
  readonly recordsIn: number
  readonly recordsOut: number
  readonly badRecords: number
  readonly stateEntries: number
  readonly inputs: readonly {
    readonly topic: string
    readonly partition: number
    readonly position: Offset
    readonly endOffset: Offset
    readonly lag: number
  }[]
}

export type MetricsSnapshot = {
  readonly atMs: number
  readonly uptimeMs: number
  readonly recordsProduced: number
  readonly bytesProduced: number
  readonly recordsProcessed: number
  readonly recordsEmitted: number
  readonly badRecords: number
  /** By consumers, pages of records, push and pull queries of this process; those that tasks skip are bad records. */
  readonly corruptBatchesSkipped: number
  readonly pushSubscriptions: number
  readonly pullQueries: number
  readonly topics: readonly {
    readonly name: string
    readonly partitions: number
    readonly endOffset: Offset
    readonly records: number
    readonly bytes: number
  }[]
  readonly queries: readonly {
    readonly id: string
    readonly state: QueryState
    readonly lag: number
    readonly recordsIn: number
    readonly recordsOut: number
    readonly badRecords: number
  }[]
}

export type Health = {
  readonly isReady: boolean
  readonly storage: string
  readonly durability: {readonly leader: string; readonly all: string; readonly canAckAll: boolean}
  readonly facts: Readonly<Record<string, string>>
}
