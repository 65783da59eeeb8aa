import type {AggregateDefinition} from './expr/aggregates/definition.ts'
import type {FunctionDefinition} from './expr/functions/definition.ts'
import type {Source} from './plan/source.ts'
import type {ConsumeRequest, ConsumedBatch} from './api/consume.ts'
import type {CommitOffsetsRequest, GroupFacts, GroupInfo, GroupsPage, OffsetReset, ResetOffsetsRequest} from './api/groups.ts'
import type {Health, MetricsSnapshot, QueryInfo} from './api/process.ts'
import type {ProduceRequest, ProduceResult} from './api/produce.ts'
import type {KeyEventsPage, KeyEventsRequest, RecordsPage, RecordsRequest, TailRequest} from './api/records.ts'
import type {ExecuteOptions, Executed, PullOptions, PullRows, PushOptions, PushSubscription, SqlRejection} from './api/sql.ts'
import type {AlterTopic, CreateTopic, TopicInfo, TopicsPage} from './api/topics.ts'

export type * from './api/consume.ts'
export type * from './api/groups.ts'
export type * from './api/process.ts'
export type * from './api/produce.ts'
export type * from './api/records.ts'
export type * from './api/sql.ts'
export type * from './api/topics.ts'

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
