import {eitherSignal} from './base/abort.ts'
import {EngineError} from './base/errors.ts'
import type {Catalog} from './catalog/catalog.ts'
import {commandTopic} from './catalog/command-log.ts'
import type * as api from './engine-api.ts'
import {openParts, type EngineOptions, type EngineParts} from './engine-parts.ts'
import {allFunctions, type AnyFunction} from './expr/functions/registry.ts'
import {Cleaner} from './log/cleaner.ts'
import type {Source} from './plan/source.ts'
import {awaitProgress, endsOf, linksOf} from './query/await-progress.ts'
import {CatalogFollower} from './query/catalog-follower.ts'
import {ConsumerGroups} from './query/consumer-groups.ts'
import {metricsOf} from './query/metrics.ts'
import {refuseOwnTopic} from './query/own-topics.ts'
import {refuseGrowth} from './query/partition-growth.ts'
import {DamageReport} from './query/records/damage-report.ts'
import {RecordWriter} from './query/records/record-writer.ts'
import {TopicReader} from './query/records/topic-reader.ts'
import {orRejection} from './query/rejection.ts'
import {Selects} from './query/selects.ts'
import {Compiler, refusedSelect} from './query/statements/compiler.ts'
import {Reports} from './query/statements/reports.ts'
import {StatementRunner} from './query/statements/statement-runner.ts'
import {TopicAdmin} from './query/topic-admin.ts'
import {evaluationEnv} from './runtime/evaluation.ts'
import {InlinePool} from './runtime/pool.ts'
import type {EndOffsets} from './runtime/task-host.ts'

export type {EngineOptions} from './engine-parts.ts'

/** An event-streaming database in this process: a facade over log, catalog and queries. */
export class Engine implements api.EngineApi {
  readonly #parts: EngineParts
  readonly #topics: TopicAdmin
  readonly #writer: RecordWriter
  readonly #reader: TopicReader
  readonly #groups: ConsumerGroups
  readonly #compiler: Compiler
  readonly #follower: CatalogFollower
  readonly #statements: StatementRunner
  readonly #selects: Selects
  readonly #damage: DamageReport
  readonly #cleaner: Cleaner
  readonly #openedAtMs: number
  readonly #closing = new AbortController()

  private constructor(parts: EngineParts) {
    const {storage, clock, logger, commands, queries, processingLog} = parts
    const {properties = {}, partitions = 1, tasks} = parts.options
    const closing = this.#closing.signal
    this.#parts = parts
    this.#openedAtMs = clock.nowMs()
    this.#cleaner = new Cleaner({log: storage.log, documents: storage.groups, clock, logger})
    if (tasks !== 'manual') this.#cleaner.start()
    const damage = new DamageReport(processingLog, logger)
    const topics = new TopicAdmin(storage, clock, partitions)
    const reader = new TopicReader({storage, clock, topics, catalog: () => commands.catalog, damage, closing})
    const compiler = new Compiler({clock, properties, partitions})
    const follower = new CatalogFollower(commands, queries, topics)
    const selects = new Selects({storage, clock, logger, queries, follower, compiler, damage, closing})
    const reports = new Reports({
      topics: () => this.topics(),
      topic: name => this.topic(name),
      health: () => this.health(),
      queries: () => this.queries(),
      functions: allFunctions,
      properties: () => new Map(Object.entries(compiler.settings())),
      evaluation: () => evaluationEnv(compiler.settings(), clock),
      someRecords: (topic, isFromBeginning, count) => reader.someRecords(topic, isFromBeginning, count),
    })
    this.#damage = damage
    this.#topics = topics
    this.#reader = reader
    this.#compiler = compiler
    this.#follower = follower
    this.#selects = selects
    this.#groups = new ConsumerGroups(storage, clock, topic => reader.sourceOver(topic), damage)
    this.#writer = new RecordWriter(storage, clock)
    this.#statements = new StatementRunner({
      storage,
      clock,
      commands,
      queries,
      reports,
      topics,
      pull: (plan, settings) => selects.pullInScript(plan, settings),
      systemProperties: compiler.systemProperties,
    })
  }

  /** Opens the catalog and goes on with every query that was running. */
  static async open(options: EngineOptions): Promise<Engine> {
    const parts = await openParts(options)
    const {storage, logger, releaseFunctions} = parts
    const engine = new Engine(parts)
    const closing = engine.#closing.signal
    closing.addEventListener('abort', releaseFunctions, {once: true})
    const follow = (): void => {
      if (closing.aborted) return
      engine.#follower.follow().catch((error: unknown) => logger.warn({error}, 'the catalog could not be read on'))
    }
    const unsubscribe = await storage.wake.subscribe([{topic: commandTopic, partition: 0}], follow)
    closing.addEventListener('abort', unsubscribe, {once: true})
    follow()
    return engine
  }

  execute(sql: string, options: api.ExecuteOptions = {}): Promise<api.Executed | api.SqlRejection> {
    return this.#follower.inTurn(() => this.#execute(sql, options))
  }

  pull(sql: string, options: api.PullOptions = {}): Promise<api.PullRows | api.SqlRejection> {
    return this.#selects.pull(sql, options)
  }

  push(sql: string, options: api.PushOptions = {}): Promise<api.PushSubscription | api.SqlRejection> {
    return this.#selects.push(sql, options)
  }

  async validate(sql: string): Promise<readonly api.SqlRejection[]> {
    return this.#compiler.problems(sql, await this.#follower.withTopics())
  }

  createTopic(topic: api.CreateTopic): Promise<api.TopicInfo> {
    return this.#topics.create(topic)
  }

  alterTopic(name: string, change: api.AlterTopic): Promise<api.TopicInfo> {
    return this.#topics.alter(name, change, () => refuseGrowth(this.#catalog, name))
  }

  dropTopic(name: string): Promise<void> {
    return this.#topics.drop(
      name,
      this.#catalog.sourcesOver(name).map(source => source.name),
    )
  }

  topic(name: string): Promise<api.TopicInfo | undefined> {
    return this.#topics.find(name)
  }

  topics(page?: api.TopicsPage): Promise<readonly api.TopicInfo[]> {
    return this.#topics.all(page)
  }

  async produce(request: api.ProduceRequest): Promise<api.ProduceResult> {
    const topic = await this.#topics.recentRecord(request.topic, this.#catalog.version)
    refuseOwnTopic(topic, 'written to')
    try {
      return await this.#writer.produce(request, topic, this.#catalog.sourcesOver(request.topic))
    } catch (error) {
      this.#topics.forget(request.topic)
      throw error
    }
  }

  records(request: api.RecordsRequest): Promise<api.RecordsPage> {
    return this.#reader.records(request)
  }

  tail(request: api.TailRequest): AsyncIterableIterator<api.RecordsPage> {
    return this.#reader.tail(request)
  }

  keyEvents(request: api.KeyEventsRequest): Promise<api.KeyEventsPage> {
    return this.#reader.keyEvents(request)
  }

  tailKeyEvents(request: api.KeyEventsRequest & {readonly signal?: AbortSignal}): AsyncIterableIterator<api.KeyEventsPage> {
    return this.#reader.tailKeyEvents(request)
  }

  groups(page?: api.GroupsPage): Promise<readonly api.GroupInfo[]> {
    return this.#groups.all(page)
  }

  group(id: string, facts?: api.GroupFacts): Promise<api.GroupInfo | undefined> {
    return this.#groups.find(id, facts)
  }

  commitOffsets(request: api.CommitOffsetsRequest): Promise<void> {
    return this.#groups.commit(request)
  }

  resetOffsets(request: api.ResetOffsetsRequest): Promise<readonly api.OffsetReset[]> {
    return this.#groups.reset(request)
  }

  dropGroup(id: string): Promise<void> {
    return this.#groups.drop(id)
  }

  consume(request: api.ConsumeRequest): AsyncIterableIterator<api.ConsumedBatch> {
    return this.#groups.consume({...request, signal: eitherSignal(this.#closing.signal, request.signal)})
  }

  sources(): readonly Source[] {
    return this.#catalog.sources()
  }

  queries(): readonly api.QueryInfo[] {
    return this.#parts.queries.infos(this.#catalog.queries())
  }

  functions(): readonly AnyFunction[] {
    return allFunctions()
  }

  async metrics(): Promise<api.MetricsSnapshot> {
    const {records, bytes} = this.#writer.totals
    const atMs = this.#parts.clock.nowMs()
    const totals = {
      atMs,
      uptimeMs: atMs - this.#openedAtMs,
      recordsProduced: records,
      bytesProduced: bytes,
      ...this.#selects.totals,
      corruptBatchesSkipped: this.#damage.skipped,
    }
    return metricsOf(totals, await this.topics(), this.queries())
  }

  async health(): Promise<api.Health> {
    const {storage} = this.#parts
    const {features} = storage
    const {isHealthy, facts} = await storage.health()
    return {
      isReady: isHealthy && !this.#closing.signal.aborted,
      storage: features.adapter,
      durability: {...features.durability, canAckAll: features.canAckAll},
      facts,
    }
  }

  async settle(): Promise<void> {
    const {storage, clock, pool, queries, processingLog, options} = this.#parts
    if (pool instanceof InlinePool && options.tasks === 'manual') {
      let hasWorked = true
      while (hasWorked) {
        hasWorked = false
        for (const {id} of queries.running()) if (await pool.drive(id)) hasWorked = true
      }
    } else {
      const links = linksOf(queries.running())
      const topics = [...new Set(links.flatMap(({part}) => part.topics))]
      const ends = new Map(await Promise.all(topics.map(async topic => [topic, await endsOf(storage, topic)] as const)))
      await awaitProgress(links, ends, {storage, clock, waitMsMax: Infinity, signal: this.#closing.signal})
    }
    await processingLog.flush()
  }

  /** With `tasks: 'manual'`: runs one query, stopping before the given offsets, until it has nothing more to do. */
  async drive(queryId: string, ends?: EndOffsets): Promise<void> {
    const {pool} = this.#parts
    if (!(pool instanceof InlinePool)) throw new EngineError('INVALID_ARGUMENT', 'only an engine without threads can be driven')
    await pool.drive(queryId, ends)
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    const {storage, isOwner, pool, processingLog} = this.#parts
    await this.#follower.idle()
    await this.#groups.close()
    await this.#cleaner.close()
    await this.#selects.close()
    await pool.close()
    await processingLog.flush()
    if (isOwner) await storage.close()
  }

  get #catalog(): Catalog {
    return this.#follower.catalog
  }

  async #execute(sql: string, options: api.ExecuteOptions): Promise<api.Executed | api.SqlRejection> {
    for (;;) {
      await this.#follower.catchUp()
      const compiled = this.#compiler.script(sql, await this.#follower.withTopics(), options)
      if (compiled.kind === 'rejected') return compiled
      const select = refusedSelect(sql, compiled)
      if (select) return select
      const results = await orRejection(sql, () => this.#statements.run(compiled.statements, compiled.settings))
      if (results !== 'conflict') return 'kind' in results ? results : {kind: 'executed', statements: results}
    }
  }
}
