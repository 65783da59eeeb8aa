import type {Clock} from '../base/clock.ts'
import type {Logger} from '../base/logger.ts'
import {EngineError} from '../base/errors.ts'
import type {Catalog, CatalogSource} from '../catalog/catalog.ts'
import type {Command, QueryRecord} from '../catalog/command.ts'
import type {QueryInfo, QueryState, TaskInfo} from '../engine-api.ts'
import {validatePlan} from '../plan/validate.ts'
import type {TaskPool} from '../runtime/pool.ts'
import type {QueryRun} from '../runtime/query-run.ts'
import {partsOf} from '../runtime/run-parts.ts'
import type {TaskFailure} from '../runtime/task-host.ts'
import type {Storage} from '../storage/port/storage.ts'
import {createQueryTopics, internalTopicsOf, runTopics} from './query-topics.ts'

type Active = {
  readonly run: QueryRun
  state: QueryState
  error: string | undefined
  /** What the tasks last said before they were stopped, so that a query at rest still shows how far it lies behind. */
  lastReports?: ReturnType<TaskPool['reports']>
}

/** The run of a table that is declared over a topic. Another table of the same name is another run. */
export const tableRunId = ({source, madeAt}: CatalogSource): string => `TABLE_${source.name}_${madeAt}`

function withIndexes(run: QueryRun, table: string, catalog: Catalog): QueryRun {
  const indexes = catalog.indexes().filter(index => index.table === table)
  return indexes.length === 0 ? run : {...run, indexes}
}

/** What runs in this process: persistent queries, and the upkeep of declared tables. */
export class PersistentQueries {
  readonly #storage: Storage
  readonly #pool: TaskPool
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #active = new Map<string, Active>()
  /** Queries that could not be started, and why. */
  readonly #failures = new Map<string, string>()

  constructor(parts: {readonly storage: Storage; readonly pool: TaskPool; readonly clock: Clock; readonly logger: Logger}) {
    this.#storage = parts.storage
    this.#pool = parts.pool
    this.#clock = parts.clock
    this.#logger = parts.logger
  }

  /** In the order in which they were started. */
  runs(): readonly QueryRun[] {
    return [...this.#active.values()].map(({run}) => run)
  }

  running(): readonly QueryRun[] {
    return [...this.#active.values()].filter(({state}) => state === 'RUNNING').map(({run}) => run)
  }

  run(id: string): QueryRun | undefined {
    return this.#active.get(id)?.run
  }

  /** Goes on with all that the catalog says should run. What can't be started says so and does not hold up the others. */
  async startAll(catalog: Catalog): Promise<void> {
    for (const entry of catalog.entries()) await this.keepTable(entry, catalog)
    for (const query of catalog.queries()) await this.#tryStart(query, catalog)
  }

  /** Makes the topics that are missing and starts the tasks, unless it is paused. A running query of that id is replaced. */
  async start(query: QueryRecord, catalog: Catalog): Promise<void> {
    const {plan, sinkSettings, start, settings} = query
    validatePlan(plan)
    const topics = await createQueryTopics(this.#storage.log, plan, sinkSettings, this.#clock.nowMs())
    const run: QueryRun = {id: query.id, what: {kind: 'query', plan}, topics, settings, ...(start && {start})}
    await this.#start(withIndexes(run, query.sink, catalog), query.isPaused)
  }

  /** Starts the upkeep of a table that is declared over a topic; other sources need none. */
  async keepTable(entry: CatalogSource, catalog: Catalog): Promise<void> {
    const {source} = entry
    if (source.kind !== 'table' || source.createdBy !== undefined) return
    const topic = await this.#storage.log.topic(source.topic)
    if (topic === undefined) {
      this.#logger.error({table: source.name, topic: source.topic}, 'the topic of a table is gone')
      return
    }
    const run: QueryRun = {id: tableRunId(entry), what: {kind: 'table', source}, topics: runTopics([topic]), settings: {}}
    await this.#start(withIndexes(run, source.name, catalog), false)
  }

  /** Runs the query that keeps a table again, with the indexes that the table has now. */
  async reindex(catalog: Catalog, table: string): Promise<void> {
    const entry = catalog.entry(table)
    const id = entry?.source.createdBy ?? (entry && tableRunId(entry))
    const active = id === undefined ? undefined : this.#active.get(id)
    if (id === undefined || active === undefined) return
    const run: QueryRun = {...active.run, indexes: catalog.indexes().filter(index => index.table === table)}
    await this.#pool.stop(id)
    this.#active.set(id, {...active, run})
    if (active.state === 'RUNNING') await this.#pool.start(run)
  }

  /** Does here what another process has done to the catalog: each runs its share of the tasks. */
  async follow(command: Command, before: Catalog, after: Catalog): Promise<void> {
    switch (command.kind) {
      case 'start-query':
        return this.#tryStart(command.query, after)
      case 'put-source': {
        const entry = after.entry(command.source.name)
        const old = before.entry(command.source.name)
        if (old) await this.#forget(tableRunId(old))
        return entry && this.keepTable(entry, after)
      }
      case 'put-index':
        return this.reindex(after, command.index.table)
      case 'drop-index': {
        const index = before.index(command.name)
        return index && this.reindex(after, index.table)
      }
      case 'terminate-query':
        return this.#forget(command.id)
      case 'drop-source': {
        const entry = before.entry(command.name)
        return entry && this.#forget(tableRunId(entry))
      }
      case 'pause-query':
        return this.pause(command.id)
      case 'resume-query':
        return this.resume(command.id)
      default:
    }
  }

  async pause(id: string): Promise<void> {
    this.#keepReports(id)
    await this.#pool.stop(id)
    this.#set(id, 'PAUSED')
  }

  async resume(id: string): Promise<void> {
    const active = this.#active.get(id)
    if (active === undefined) return
    await this.#pool.stop(id)
    const run = {...active.run, topics: await this.#topicsNow(active.run)}
    this.#active.set(id, {...active, run})
    this.#set(id, 'RUNNING')
    await this.#pool.start(run)
  }

  /** Settings of topics may have changed while it stood: what to do with a damaged batch, for one. */
  async #topicsNow({topics}: QueryRun): Promise<QueryRun['topics']> {
    const found = await Promise.all(Object.keys(topics).map(name => this.#storage.log.topic(name)))
    return {...topics, ...runTopics(found.filter(topic => topic !== undefined))}
  }

  /** Ends a query for good: its state and its internal topics go, its results stay. */
  async drop(id: string): Promise<void> {
    const active = this.#active.get(id)
    if (active === undefined) return
    this.#active.delete(id)
    await this.#pool.stop(id)
    await this.#storage.state.dropQuery(id)
    const {what} = active.run
    if (what.kind === 'query') for (const topic of internalTopicsOf(what.plan)) await this.#storage.log.dropTopic(topic)
  }

  /** A task gave up: the query stops as a whole and says why. Others go on. */
  fail({queryId, task, message}: TaskFailure): void {
    const active = this.#active.get(queryId)
    if (active === undefined || active.state === 'FAILED') return
    this.#keepReports(queryId)
    active.state = 'FAILED'
    active.error = `task ${task}: ${message}`
    this.#pool
      .stop(queryId)
      .catch((error: unknown) => this.#logger.error({queryId, error}, 'a failed query could not be stopped'))
  }

  infos(queries: readonly QueryRecord[]): readonly QueryInfo[] {
    const reports = this.#pool.reports()
    return queries.map(query => {
      const active = this.#active.get(query.id)
      const failure = active ? active.error : this.#failures.get(query.id)
      const tasks = (active?.lastReports ?? reports)
        .filter(({queryId}) => queryId === query.id)
        .map(({subTopology, partition, worker, inputs, recordsIn, recordsOut, badRecords, stateEntries}): TaskInfo => ({
          id: `${query.id}/${subTopology}/${partition}`,
          subTopology,
          partition,
          worker,
          recordsIn,
          recordsOut,
          badRecords,
          stateEntries,
          inputs: inputs.map(input => ({...input, partition, lag: Math.max(0, input.endOffset - input.position)})),
        }))
      return {
        id: query.id,
        statement: query.statement,
        state: active?.state ?? (failure === undefined ? 'STARTING' : 'FAILED'),
        ...(failure !== undefined && {error: failure}),
        sources: query.sources,
        sink: query.sink,
        sinkTopic: query.plan.sink.topic,
        tasks,
      }
    })
  }

  async #tryStart(query: QueryRecord, catalog: Catalog): Promise<void> {
    try {
      await this.start(query, catalog)
    } catch (error) {
      if (!(error instanceof EngineError) || error.isRetryable) throw error
      this.#logger.error({query: query.id, error}, 'a query could not be started')
      this.#failures.set(query.id, error.message)
    }
  }

  async #start(run: QueryRun, isPaused: boolean): Promise<void> {
    if (this.#active.has(run.id)) await this.#pool.stop(run.id)
    // Fails here, before anything runs, when this version can't run the plan.
    partsOf(run)
    this.#active.set(run.id, {run, state: isPaused ? 'PAUSED' : 'RUNNING', error: undefined})
    if (!isPaused) await this.#pool.start(run)
  }

  async #forget(id: string): Promise<void> {
    this.#active.delete(id)
    await this.#pool.stop(id)
  }

  #keepReports(id: string): void {
    const active = this.#active.get(id)
    if (active) active.lastReports = this.#pool.reports().filter(({queryId}) => queryId === id)
  }

  #set(id: string, state: QueryState): void {
    const active = this.#active.get(id)
    if (active === undefined) return
    if (state === 'RUNNING') delete active.lastReports
    active.state = state
    active.error = undefined
  }
}
