import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {Catalog} from '../../catalog/catalog.ts'
import type {CommandLog} from '../../catalog/command-log.ts'
import type {Command} from '../../catalog/command.ts'
import type {PullRows, StatementResult} from '../../engine-api.ts'
import {corruptPolicyIn} from '../../log/damage.ts'
import {newTopic, topicConfig} from '../../log/topic.ts'
import type {Offset} from '../../record/record.ts'
import type {PullPlan} from '../../plan/pull-plan.ts'
import {sourcesOf} from '../../plan/plan-sources.ts'
import type {CompiledStatement, TopicConfig} from '../../sql/statements/compiled-statement.ts'
import type {Storage} from '../../storage/port/storage.ts'
import {endsOf} from '../await-progress.ts'
import {refuseOwnTopic, topicChange} from '../own-topics.ts'
import {refuseGrowth} from '../partition-growth.ts'
import {tableRunId, type PersistentQueries} from '../persistent.ts'
import type {TopicAdmin} from '../topic-admin.ts'
import {commandsOf, settingsOf, withBounds} from './commands-of.ts'
import {assertRows} from './assert-rows.ts'
import {assertTopic} from './assert-topic.ts'
import {withSet, type Settings} from './compiler.ts'
import {refuseOtherKeys} from './refuse-other-keys.ts'
import type {Reports} from './reports.ts'
import {statementKind} from './statement-kind.ts'
import {writeRows} from './write-rows.ts'

export type StatementRunnerOptions = {
  readonly storage: Storage
  readonly clock: Clock
  readonly commands: CommandLog
  readonly queries: PersistentQueries
  readonly reports: Reports
  readonly topics: TopicAdmin
  readonly pull: (plan: PullPlan, settings: Settings) => Promise<PullRows>
  /** Properties of ALTER SYSTEM: they hold for all that follows in this process. */
  readonly systemProperties: Map<string, string>
}

type Answer = Pick<StatementResult, 'message'> & Partial<StatementResult>

/** Does what checked statements say. One script at a time. */
export class StatementRunner {
  readonly #options: StatementRunnerOptions

  constructor(options: StatementRunnerOptions) {
    this.#options = options
  }

  /** `conflict`: another process changed the catalog since the statements were checked, and nothing was done. */
  async run(
    statements: readonly CompiledStatement[],
    session: Readonly<Record<string, string>>,
  ): Promise<readonly StatementResult[] | 'conflict'> {
    await this.#refuseTopicChanges(statements)
    await this.#refuseIndexedSinks(statements)
    await refuseOtherKeys(statements, this.#options.commands.catalog, this.#options.storage.log)
    const results: StatementResult[] = []
    let settings = session
    for (const part of partsOf(statements)) {
      const done = await this.#runPart(part, settings)
      if (done === 'conflict' && results.length === 0) return done
      if (done === 'conflict') throw changedMeanwhile(part[0])
      results.push(...done)
      settings = withSet(settings, part)
    }
    return results
  }

  /** What statements change in the catalog is one step; then each does the rest. */
  async #runPart(
    statements: readonly CompiledStatement[],
    session: Readonly<Record<string, string>>,
  ): Promise<readonly StatementResult[] | 'conflict'> {
    const {commands} = this.#options
    for (const statement of statements) if (statement.kind === 'create-source') await this.#createTopic(statement.topic)
    const before = commands.catalog
    let catalog = before
    const all: Command[] = []
    const changing = new Set<CompiledStatement>()
    let settings = session
    for (const statement of statements) {
      settings = withSet(settings, [statement])
      const start = settings['auto.offset.reset'] === 'latest' ? await this.#latest(statement) : undefined
      const own = commandsOf(statement, catalog, {settings, start})
      for (const command of own) catalog = catalog.apply(command)
      all.push(...own)
      if (own.length > 0) changing.add(statement)
    }
    if ((await commands.append(all)) === 'conflict') return 'conflict'
    const results: StatementResult[] = []
    const failures: unknown[] = []
    for (const statement of statements) {
      // What is in the catalog must run, whatever went wrong before it.
      if (failures.length > 0 && !changing.has(statement)) continue
      try {
        const answer = await this.#take(statement, before, settings)
        const {text, warnings} = statement
        results.push({kind: statementKind(statement), statement: text, ...(warnings.length > 0 && {warnings}), ...answer})
      } catch (error) {
        failures.push(placed(error, statement))
      }
    }
    if (failures.length > 0) throw failures[0]
    return results
  }

  async #createTopic(topic: TopicConfig | undefined): Promise<void> {
    if (topic === undefined) return
    const {name, partitions, encoding} = topic
    const {storage, clock} = this.#options
    await storage.log.createTopic(newTopic({name, partitions, encoding, createdAtMs: clock.nowMs(), settings: settingsOf(topic)}))
  }

  async #refuseTopicChanges(statements: readonly CompiledStatement[]): Promise<void> {
    const {storage, commands} = this.#options
    for (const statement of statements) {
      const change = topicChange(statement)
      const topic = change && (await storage.log.topic(change.topic))
      if (!topic) continue
      refuseOwnTopic(topic, change.done)
      if (statement.kind === 'alter-topic' && statement.partitions > topic.partitions) refuseGrowth(commands.catalog, topic.name)
    }
  }

  /** The results of a query are not numbered, so a topic that numbers the events of its keys would have some without. */
  async #refuseIndexedSinks(statements: readonly CompiledStatement[]): Promise<void> {
    const made = new Set<string>()
    for (const statement of statements) {
      if (statement.kind === 'create-source' && statement.topic?.keyIndex) made.add(statement.topic.name)
      if (statement.kind === 'create-topic' && statement.topic.keyIndex) made.add(statement.topic.name)
      if (statement.kind !== 'create-as' && statement.kind !== 'insert-select') continue
      const {topic} = statement.plan.sink
      const record = made.has(topic) ? undefined : await this.#options.storage.log.topic(topic)
      if (!made.has(topic) && !(record && topicConfig(record).keyIndex)) continue
      const message = `topic ${topic} numbers the events of its keys (KEY_INDEX), and the results of a query have no numbers: write them to another topic`
      throw new EngineError('INVALID_ARGUMENT', message, {topic})
    }
  }

  async #latest(statement: CompiledStatement): Promise<Readonly<Record<string, readonly Offset[]>> | undefined> {
    if (statement.kind !== 'create-as' && statement.kind !== 'insert-select') return undefined
    const {storage, commands} = this.#options
    const topics = sourcesOf(statement.plan.root).flatMap(name => commands.catalog.source(name)?.topic ?? [])
    return Object.fromEntries(await Promise.all(topics.map(async topic => [topic, await endsOf(storage, topic)] as const)))
  }

  async #take(statement: CompiledStatement, before: Catalog, settings: Settings): Promise<Answer> {
    const {storage, clock, commands, queries, reports, topics, systemProperties} = this.#options
    switch (statement.kind) {
      case 'create-source':
      case 'alter-source':
        await this.#keepTable(statement.source.name, before)
        return {
          message: `${capital(statement.source.kind)} ${statement.kind === 'alter-source' ? 'altered' : 'created'}`,
          source: statement.source.name,
        }
      case 'create-as': {
        await this.#startQuery(statement.plan.queryId)
        return {
          message: `Created query with ID ${statement.plan.queryId}`,
          source: statement.source.name,
          queryId: statement.plan.queryId,
        }
      }
      case 'insert-select':
        await this.#startQuery(statement.plan.queryId)
        return {
          message: `Created query with ID ${statement.plan.queryId}`,
          source: statement.plan.sink.sourceName,
          queryId: statement.plan.queryId,
        }
      case 'insert-values':
        await writeRows(storage.log, statement.source, statement.rows, {nowMs: clock.nowMs(), isTombstone: false})
        return {message: `Inserted ${count(statement.rows.length, 'row')}`, source: statement.source.name}
      case 'delete-rows': {
        const rows = statement.keys.map(values => ({values, timestampMs: undefined}))
        await writeRows(storage.log, statement.source, rows, {nowMs: clock.nowMs(), isTombstone: true})
        return {message: `Deleted ${count(rows.length, 'key')}`, source: statement.source.name}
      }
      case 'drop-source': {
        const {source, dependents, terminates} = statement
        for (const id of terminates) await queries.drop(id)
        for (const {name, topic, isReadOnly} of [...dependents, source]) {
          const entry = before.entry(name)
          if (entry) await queries.drop(tableRunId(entry))
          if (statement.deletesTopic && !isReadOnly) await topics.remove(topic)
          topics.forget(topic)
        }
        const others = dependents.map(({name}) => name)
        const message = `Source ${source.name} was dropped${others.length === 0 ? '' : `, and what was made of it: ${others.join(', ')}`}`
        return {message, source: source.name}
      }
      case 'create-topic': {
        const {name, partitions} = statement.topic
        await topics.create({name, partitions, ...settingsOf(statement.topic)})
        return {message: `Topic ${name} created`}
      }
      case 'alter-topic': {
        const {name, partitions, settings} = statement
        await topics.alter(name, {partitions, ...withBounds(settings)}, () => refuseGrowth(commands.catalog, name))
        return {message: `Topic ${name} altered`}
      }
      case 'drop-topic':
        await topics.drop(statement.name, [])
        return {message: `Topic ${statement.name} was dropped`}
      case 'control-query':
        return this.#control(statement.action, statement.queryId, before)
      case 'create-index':
        await queries.reindex(commands.catalog, statement.index.table)
        return {message: `Index ${statement.index.name} created; it is used once it is built`, source: statement.index.table}
      case 'drop-index':
        await queries.reindex(commands.catalog, statement.table)
        return {message: `Index ${statement.name} was dropped`, source: statement.table}
      case 'create-type':
        return {message: `Registered custom type with name '${statement.name}'`}
      case 'drop-type':
        return {message: `Dropped type '${statement.name}'`}
      case 'no-op':
        return {message: statement.message}
      case 'set-property':
        corruptPolicyIn({[statement.name.toLowerCase()]: statement.value})
        if (statement.isSystemWide) systemProperties.set(statement.name.toLowerCase(), statement.value)
        return {message: `Property ${statement.name} is '${statement.value}'`}
      case 'unset-property':
        return {message: `Property ${statement.name} is not set`}
      case 'define-variable':
        return {message: `Variable ${statement.name} is '${statement.value}'`}
      case 'undefine-variable':
        return {message: `Variable ${statement.name} is not defined`}
      case 'assert-topic':
        return {message: await assertTopic(storage.log, clock, statement)}
      case 'assert-values':
        return {message: await assertRows(plan => this.#options.pull(plan, settings), clock, statement)}
      case 'pull':
      case 'push':
        throw new EngineError('SQL_INVALID', 'a SELECT gives rows: run it as a pull query, or with EMIT CHANGES as a push query')
      default:
        return reports.answer(statement, commands.catalog)
    }
  }

  /** A table over a topic is kept so that it can be pulled from; another definition of it starts over. */
  async #keepTable(name: string, before: Catalog): Promise<void> {
    const {commands, queries} = this.#options
    const old = before.entry(name)
    const entry = commands.catalog.entry(name)
    if (old) await queries.drop(tableRunId(old))
    if (entry?.source.kind === 'table' && entry.source.createdBy === undefined) await queries.startTable(entry, commands.catalog)
  }

  /** Unless a later statement of the same script ended it again. */
  async #startQuery(id: string): Promise<void> {
    const query = this.#options.commands.catalog.query(id)
    if (query) await this.#options.queries.start(query, this.#options.commands.catalog)
  }

  async #control(action: 'terminate' | 'pause' | 'resume', queryId: string | undefined, before: Catalog): Promise<Answer> {
    const {queries} = this.#options
    const ids = queryId === undefined ? before.queries().map(({id}) => id) : [queryId]
    for (const id of ids) {
      if (action === 'terminate') await queries.drop(id)
      else if (action === 'pause') await queries.pause(id)
      else await queries.resume(id)
    }
    const done = {terminate: 'terminated', pause: 'paused', resume: 'resumed'}[action]
    return {message: `${count(ids.length, 'query', 'queries')} ${done}`, ...(queryId !== undefined && {queryId})}
  }
}

/** An assertion waits for what the statements before it do, and those behind it wait for the assertion. */
function partsOf(statements: readonly CompiledStatement[]): readonly (readonly CompiledStatement[])[] {
  const parts: CompiledStatement[][] = [[]]
  for (const statement of statements) {
    parts.at(-1)?.push(statement)
    if (statement.kind === 'assert-topic' || statement.kind === 'assert-values') parts.push([])
  }
  return parts.filter(part => part.length > 0)
}

/** The error with the place of its statement in the script. */
function placed(error: unknown, {span}: CompiledStatement): unknown {
  if (!(error instanceof EngineError)) return error
  return new EngineError(error.code, error.message, {...error.details, span}, error.cause)
}

const changedMeanwhile = (first: CompiledStatement | undefined): EngineError =>
  new EngineError(
    'VERSION_CONFLICT',
    'another process changed the catalog while this script waited: the statements before this one took effect, this one and those behind it did not',
    {span: first?.span},
  )

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`
