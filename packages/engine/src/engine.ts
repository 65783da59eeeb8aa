import {systemClock, type Clock} from './base/clock.ts'
import {EngineError, errorTable} from './base/errors.ts'
import {silentLogger, type Logger} from './base/logger.ts'
import type {Catalog} from './catalog/catalog.ts'
import {CommandLog, commandTopic} from './catalog/command-log.ts'
import type {Command} from './catalog/command.ts'
import type * as api from './engine-api.ts'
import {allFunctions, type AnyFunction} from './expr/functions/registry.ts'
import {limits} from './limits.ts'
import {Cleaner} from './log/cleaner.ts'
import {corruptPolicyIn, type DamagePolicy} from './log/damage.ts'
import {newTopic, topicConfig} from './log/topic.ts'
import type {Source} from './plan/source.ts'
import {awaitProgress, endsOf, linksOf} from './query/await-progress.ts'
import {ConsumerGroups} from './query/consumer-groups.ts'
import {metricsOf} from './query/metrics.ts'
import {refuseGrowth} from './query/partition-growth.ts'
import {PersistentQueries} from './query/persistent.ts'
import {Feeds} from './query/push/feeds.ts'
import {openPush} from './query/push/open-push.ts'
import {DamageReport} from './query/records/damage-report.ts'
import {keyEvents, tailKeyEvents} from './query/records/key-events.ts'
import {readPage, resolveStart} from './query/records/read-records.ts'
import {RecordWriter} from './query/records/record-writer.ts'
import {tailRecords} from './query/records/tail-records.ts'
import {rejectionOfError} from './query/rejection.ts'
import {runPull, type PullContext} from './query/run-select.ts'
import {CommittedState} from './state/committed-state.ts'
import {Compiler, refusedSelect, selectOf, type Script, type Select, type Settings} from './query/statements/compiler.ts'
import {Reports} from './query/statements/reports.ts'
import {StatementRunner} from './query/statements/statement-runner.ts'
import {TopicAdmin} from './query/topic-admin.ts'
import {evaluationEnv} from './runtime/evaluation.ts'
import {loadFunctions, useFunctions} from './runtime/load-functions.ts'
import {openStorage} from './runtime/open-storage.ts'
import {OwnedTasks, type ProcessOptions} from './runtime/ownership.ts'
import {InlinePool, type TaskPool} from './runtime/pool.ts'
import {ProcessingLog, processingLogTopic} from './runtime/processing-log.ts'
import {TaskHost, type EndOffsets} from './runtime/task-host.ts'
import {ThreadPool} from './runtime/thread-pool.ts'
import type {StorageDescriptor} from './runtime/worker-protocol.ts'
import type {TopicRecord} from './storage/port/log-store.ts'
import type {Storage} from './storage/port/storage.ts'

export type EngineOptions = {
  /** An open storage, closed by whoever opened it, or how to open one, which the engine then closes. Threads need the latter. */
  readonly storage: Storage | StorageDescriptor
  /** Worker threads for tasks; 0: tasks run in the calling thread. Default 0 with an open storage, else 1. */
  readonly threads?: number
  /** `manual` (only without threads): tasks move only inside `settle` and `drive`, in a fixed order. Default `auto`. */
  readonly tasks?: 'auto' | 'manual'
  readonly clock?: Clock
  readonly logger?: Logger
  /** How this process shares tasks with the others over one storage, where several may use it. */
  readonly process?: ProcessOptions
  /** Session properties that hold where a request names none. */
  readonly properties?: Readonly<Record<string, unknown>>
  /** Partitions of a topic that is created without saying how many. Default 1. */
  readonly partitions?: number
  /** Users' functions, for an engine without threads. They hold in the whole thread while the engine is open. */
  readonly functions?: readonly AnyFunction[]
  /** The same for any engine: an absolute path or URL of a module that exports `functions`; each worker thread imports it. */
  readonly functionsModule?: string
}

type Parts = {
  readonly storage: Storage
  readonly isOwner: boolean
  readonly clock: Clock
  readonly logger: Logger
  readonly commands: CommandLog
  readonly pool: TaskPool
  readonly queries: PersistentQueries
  readonly processingLog: ProcessingLog
  readonly options: EngineOptions
}

/** An event-streaming database in this process: a facade over log, catalog and queries. */
export class Engine implements api.EngineApi {
  readonly #storage: Storage
  readonly #parts: Parts
  readonly #clock: Clock
  readonly #queries: PersistentQueries
  readonly #commands: CommandLog
  readonly #writer: RecordWriter
  readonly #statements: StatementRunner
  readonly #groups: ConsumerGroups
  readonly #damage: DamageReport
  readonly #cleaner: Cleaner
  readonly #feeds = new Feeds()
  readonly #committed: CommittedState
  readonly #compiler: Compiler
  readonly #topics: TopicAdmin
  readonly #openedAtMs: number
  readonly #closing = new AbortController()
  #lastScript: Promise<unknown> = Promise.resolve()
  readonly #news: {readonly command: Command; readonly before: Catalog}[] = []
  #pushSubscriptions = 0
  #pullQueries = 0

  private constructor(parts: Parts) {
    const {storage, clock, commands, queries} = parts
    this.#parts = parts
    this.#storage = storage
    this.#committed = new CommittedState(storage.state)
    this.#clock = clock
    this.#queries = queries
    this.#commands = commands
    this.#cleaner = new Cleaner({log: storage.log, documents: storage.groups, clock, logger: parts.logger})
    if (parts.options.tasks !== 'manual') this.#cleaner.start()
    this.#damage = new DamageReport(parts.processingLog, parts.logger)
    this.#groups = new ConsumerGroups(storage, clock, topic => this.#sourceOver(topic), this.#damage)
    this.#writer = new RecordWriter(storage, clock)
    const {properties = {}, partitions = 1} = parts.options
    this.#compiler = new Compiler({clock, properties, partitions})
    this.#topics = new TopicAdmin(storage.log, clock, partitions)
    this.#openedAtMs = clock.nowMs()
    const reports = new Reports({
      topics: () => this.topics(),
      queries: () => this.queries(),
      functions: allFunctions,
      properties: () => new Map(Object.entries(this.#compiler.settings())),
      evaluation: () => evaluationEnv(this.#compiler.settings(), clock),
      someRecords: (topic, isFromBeginning, count) => this.#someRecords(topic, isFromBeginning, count),
    })
    this.#statements = new StatementRunner({
      storage,
      clock,
      commands,
      queries,
      reports,
      topics: this.#topics,
      pull: (plan, settings) =>
        runPull(plan, this.#pullContext(settings, 'a statement'), {after: undefined, signal: this.#closing.signal}),
      systemProperties: this.#compiler.systemProperties,
    })
  }

  /** Opens the catalog and goes on with every query that was running. */
  static async open(options: EngineOptions): Promise<Engine> {
    const {clock = systemClock, logger = silentLogger} = options
    const descriptor = 'kind' in options.storage ? options.storage : undefined
    const threads = options.threads ?? (descriptor ? 1 : 0)
    if (threads > 0 && (options.functions?.length ?? 0) > 0)
      throw new EngineError('INVALID_CONFIG', 'functions do not reach worker threads: name a module of them (functionsModule)')
    const {functions = [], functionsModule} = options
    const loaded = functionsModule === undefined ? [] : await loadFunctions(functionsModule)
    const releaseFunctions = useFunctions([...functions, ...loaded])
    const storage = 'kind' in options.storage ? await openStorage(options.storage) : options.storage
    const commands = await CommandLog.open(storage.log, clock)
    await storage.log.createTopic(
      newTopic({name: processingLogTopic, partitions: 1, isInternal: true, createdAtMs: clock.nowMs(), encoding: 'bytes'}),
    )
    const processingLog = new ProcessingLog(storage.log, clock, logger)
    if (threads > 0 && descriptor === undefined)
      throw new EngineError('INVALID_CONFIG', 'worker threads open the storage themselves: give the engine its descriptor')
    const onFailed: PersistentQueries['fail'] = failure => queries.fail(failure)
    const own =
      threads > 0 && descriptor
        ? new ThreadPool({threads, storage: descriptor, functionsModule, clock, logger, onFailed})
        : new InlinePool(new TaskHost({storage, clock, logger, processingLog, isManual: options.tasks === 'manual', onFailed}))
    const isShared = storage.features.isCrossProcess && options.tasks !== 'manual'
    const pool = isShared ? await OwnedTasks.join({...options.process, pool: own, groups: storage.groups, clock, logger}) : own
    const queries = new PersistentQueries({storage, pool, clock, logger})
    await queries.startAll(commands.catalog)
    const engine = new Engine({
      storage,
      isOwner: descriptor !== undefined,
      clock,
      logger,
      commands,
      pool,
      queries,
      processingLog,
      options,
    })
    engine.#closing.signal.addEventListener('abort', releaseFunctions, {once: true})
    const follow = (): void => {
      if (engine.#closing.signal.aborted) return
      engine.#follow().catch((error: unknown) => logger.warn({error}, 'the catalog could not be read on'))
    }
    const unsubscribe = await storage.wake.subscribe([{topic: commandTopic, partition: 0}], follow)
    engine.#closing.signal.addEventListener('abort', unsubscribe, {once: true})
    follow()
    return engine
  }

  async execute(sql: string, options: api.ExecuteOptions = {}): Promise<api.Executed | api.SqlRejection> {
    const turn = this.#lastScript.then(() => this.#execute(sql, options))
    this.#lastScript = turn.catch(() => {})
    return turn
  }

  async pull(sql: string, options: api.PullOptions = {}): Promise<api.PullRows | api.SqlRejection> {
    const compiled = await this.#compileSelect(sql, options, 'pull')
    if (compiled.kind === 'rejected') return compiled
    this.#pullQueries++
    const context = this.#pullContext(compiled.settings, `query: ${sql}`)
    return this.#refusable(sql, () => runPull(compiled.statement.plan, context, {after: options.after, signal: options.signal}))
  }

  async push(sql: string, options: api.PushOptions = {}): Promise<api.PushSubscription | api.SqlRejection> {
    const compiled = await this.#compileSelect(sql, options, 'push')
    if (compiled.kind === 'rejected') return compiled
    if (this.#pushSubscriptions >= limits.pushSubscriptionsMax)
      throw new EngineError(
        'LIMIT_EXCEEDED',
        `${this.#pushSubscriptions} push queries run already, expected fewer than ${limits.pushSubscriptionsMax}`,
      )
    const {settings, statement} = compiled
    const {logger} = this.#parts
    const signal = options.signal ? AbortSignal.any([options.signal, this.#closing.signal]) : this.#closing.signal
    this.#pushSubscriptions++
    const onEnd = (): void => void this.#pushSubscriptions--
    try {
      const ofSession = corruptPolicyIn(settings)
      const policyOf = (topic: TopicRecord) => this.#policyOf(topic, ofSession, `query: ${sql}`)
      return await openPush(
        {storage: this.#storage, feeds: this.#feeds, clock: this.#clock, logger, policyOf},
        {
          plan: statement.plan,
          sql,
          evaluation: evaluationEnv(settings, this.#clock),
          start: settings['auto.offset.reset'] === 'earliest' ? 'earliest' : 'latest',
          after: options.after,
          signal,
          onEnd,
        },
      )
    } catch (error) {
      onEnd()
      throw error
    }
  }

  async validate(sql: string): Promise<readonly api.SqlRejection[]> {
    return this.#compiler.problems(sql, this.#catalog.withTopics(await this.#topics.partitions()))
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

  topics(): Promise<readonly api.TopicInfo[]> {
    return this.#topics.all()
  }

  async produce(request: api.ProduceRequest): Promise<api.ProduceResult> {
    const topic = await this.#topics.recentRecord(request.topic, this.#catalog.version)
    try {
      return await this.#writer.produce(request, topic, this.#catalog.sourcesOver(request.topic))
    } catch (error) {
      this.#topics.forget(request.topic)
      throw error
    }
  }

  async records(request: api.RecordsRequest): Promise<api.RecordsPage> {
    const topic = await this.#topics.record(request.topic)
    const positions = await resolveStart(this.#storage.log, topic, request.from, request.onOutOfRange)
    return readPage(this.#storage.log, topic, this.#sourceOver(topic.name), positions, {
      ...request,
      ...this.#policyOf(topic, request.onCorruptBatch, `records of ${topic.name}`),
    })
  }

  tail(request: api.TailRequest): AsyncIterableIterator<api.RecordsPage> {
    const {topic} = request
    const signal = request.signal ? AbortSignal.any([request.signal, this.#closing.signal]) : this.#closing.signal
    return deferred(async () => {
      const record = await this.#topics.record(topic)
      const policy = this.#policyOf(record, request.onCorruptBatch, `records of ${topic}`)
      return tailRecords(this.#storage, this.#clock, record, () => this.#sourceOver(topic), {...request, ...policy, signal})
    })
  }

  async keyEvents(request: api.KeyEventsRequest): Promise<api.KeyEventsPage> {
    const topic = await this.#topics.record(request.topic)
    const policy = this.#policyOf(topic, undefined, `key events of ${topic.name}`)
    return keyEvents(this.#storage.log, topic, this.#catalog.sourcesOver(topic.name), {...request, ...policy})
  }

  tailKeyEvents(request: api.KeyEventsRequest & {readonly signal?: AbortSignal}): AsyncIterableIterator<api.KeyEventsPage> {
    const {topic} = request
    const signal = request.signal ? AbortSignal.any([request.signal, this.#closing.signal]) : this.#closing.signal
    const sources = (): readonly Source[] => this.#catalog.sourcesOver(topic)
    return deferred(async () => {
      const record = await this.#topics.record(topic)
      const policy = this.#policyOf(record, undefined, `key events of ${topic}`)
      return tailKeyEvents(this.#storage, this.#clock, record, sources, {...request, ...policy, signal})
    })
  }

  groups(): Promise<readonly api.GroupInfo[]> {
    return this.#groups.all()
  }

  group(id: string): Promise<api.GroupInfo | undefined> {
    return this.#groups.find(id)
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
    const signal = request.signal ? AbortSignal.any([request.signal, this.#closing.signal]) : this.#closing.signal
    return this.#groups.consume({...request, signal})
  }

  sources(): readonly Source[] {
    return this.#catalog.sources()
  }

  queries(): readonly api.QueryInfo[] {
    return this.#queries.infos(this.#catalog.queries())
  }

  functions(): readonly AnyFunction[] {
    return allFunctions()
  }

  async metrics(): Promise<api.MetricsSnapshot> {
    const {records, bytes} = this.#writer.totals
    const atMs = this.#clock.nowMs()
    const totals = {
      atMs,
      uptimeMs: atMs - this.#openedAtMs,
      recordsProduced: records,
      bytesProduced: bytes,
      pushSubscriptions: this.#pushSubscriptions,
      pullQueries: this.#pullQueries,
      corruptBatchesSkipped: this.#damage.skipped,
    }
    return metricsOf(totals, await this.topics(), this.queries())
  }

  async health(): Promise<api.Health> {
    const {features} = this.#storage
    const {isHealthy, facts} = await this.#storage.health()
    return {
      isReady: isHealthy && !this.#closing.signal.aborted,
      storage: features.adapter,
      durability: {...features.durability, canAckAll: features.canAckAll},
      facts,
    }
  }

  async settle(): Promise<void> {
    const {pool, processingLog} = this.#parts
    if (pool instanceof InlinePool && this.#parts.options.tasks === 'manual') {
      let hasWorked = true
      while (hasWorked) {
        hasWorked = false
        for (const {id} of this.#queries.running()) if (await pool.drive(id)) hasWorked = true
      }
    } else {
      const links = linksOf(this.#queries.running())
      const topics = [...new Set(links.flatMap(({part}) => part.topics))]
      const ends = new Map(await Promise.all(topics.map(async topic => [topic, await endsOf(this.#storage, topic)] as const)))
      await awaitProgress(links, ends, {
        storage: this.#storage,
        clock: this.#clock,
        waitMsMax: Infinity,
        signal: this.#closing.signal,
      })
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
    await this.#lastScript
    await this.#groups.close()
    await this.#cleaner.close()
    await this.#feeds.close()
    await this.#parts.pool.close()
    await this.#parts.processingLog.flush()
    if (this.#parts.isOwner) await this.#storage.close()
  }

  get #catalog(): Catalog {
    return this.#commands.catalog
  }

  #pullContext(settings: Settings, reader: string): PullContext {
    return {
      storage: this.#storage,
      state: this.#committed,
      clock: this.#clock,
      catalog: this.#catalog,
      queries: this.#queries,
      settings,
      policyOf: topic => this.#policyOf(topic, corruptPolicyIn(settings), reader),
    }
  }

  /** Between scripts: reads what other processes have done to the catalog. */
  #follow(): Promise<void> {
    const turn = this.#lastScript.then(() => this.#catchUp())
    this.#lastScript = turn.catch(() => {})
    return turn
  }

  async #hasNews(): Promise<boolean> {
    const {version} = this.#catalog
    await this.#follow()
    return this.#catalog.version > version
  }

  /** A command stays first in line until it is followed, so that a storage that is away for a while keeps none back for good. */
  async #catchUp(): Promise<void> {
    const before = this.#catalog
    for (const command of await this.#commands.catchUp()) this.#news.push({command, before})
    for (let next = this.#news[0]; next !== undefined; next = this.#news[0]) {
      await this.#queries.follow(next.command, next.before, this.#catalog)
      this.#news.shift()
    }
  }

  async #execute(sql: string, options: api.ExecuteOptions): Promise<api.Executed | api.SqlRejection> {
    for (;;) {
      await this.#catchUp()
      const compiled = await this.#compile(sql, options)
      if (compiled.kind === 'rejected') return compiled
      const select = refusedSelect(sql, compiled)
      if (select) return select
      const results = await this.#refusable(sql, () => this.#statements.run(compiled.statements, compiled.settings))
      if (results !== 'conflict') return 'kind' in results ? results : {kind: 'executed', statements: results}
    }
  }

  async #compile(sql: string, options: api.ExecuteOptions): Promise<Script | api.SqlRejection> {
    return this.#compiler.script(sql, this.#catalog.withTopics(await this.#topics.partitions()), options)
  }

  async #compileSelect<K extends 'pull' | 'push'>(
    sql: string,
    options: api.ExecuteOptions,
    kind: K,
  ): Promise<Select<K> | api.SqlRejection> {
    // A pull asks for nothing that only storage knows; what it finds missing may be new from another process.
    let script = kind === 'pull' ? this.#compiler.script(sql, this.#catalog, options) : await this.#compile(sql, options)
    if (script.kind === 'rejected' && (await this.#hasNews())) script = await this.#compile(sql, options)
    return script.kind === 'rejected' ? script : selectOf(sql, script, kind)
  }

  /** Refusals that show only while a statement runs are answers too, where the caller is to blame. */
  async #refusable<T>(sql: string, run: () => Promise<T>): Promise<T | api.SqlRejection> {
    try {
      return await run()
    } catch (error) {
      if (error instanceof EngineError && errorTable[error.code].blame === 'caller') return rejectionOfError(sql, error)
      throw error
    }
  }

  #policyOf(topic: TopicRecord, asked: api.OnCorruptBatch | undefined, reader: string): DamagePolicy {
    return {
      onCorruptBatch: asked ?? topicConfig(topic).onCorruptBatch,
      onSkipped: damage => this.#damage.skip(reader, damage),
    }
  }

  #sourceOver(topic: string): Source | undefined {
    return this.#catalog.sourcesOver(topic)[0]
  }

  async #someRecords(name: string, isFromBeginning: boolean, count: number): Promise<readonly api.LogRecord[]> {
    if (isFromBeginning) return (await this.records({topic: name, from: {kind: 'earliest'}, recordsMax: count})).records
    const {partitions = []} = (await this.topic(name)) ?? {}
    const pages = partitions.map(({id: partition, beginOffset, endOffset}) => {
      const offsets = [{partition, offset: Math.max(beginOffset, endOffset - count)}]
      return this.records({topic: name, partition, from: {kind: 'offsets', offsets}, recordsMax: count})
    })
    const found = (await Promise.all(pages)).flatMap(({records}) => records)
    return found.toSorted((a, b) => a.timestampMs - b.timestampMs).slice(-count)
  }
}

/** An iterator that is made when it is first asked. */
function deferred<T>(open: () => Promise<AsyncIterableIterator<T>>): AsyncIterableIterator<T> {
  let inner: Promise<AsyncIterableIterator<T>> | undefined
  return {
    next: async () => (await (inner ??= open())).next(),
    return: async () => (await inner)?.return?.() ?? {done: true, value: undefined},
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
