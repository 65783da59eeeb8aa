import {must} from '../base/assert.ts'
import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import type {Catalog} from '../catalog/catalog.ts'
import type {Rows} from '../chunk/chunk.ts'
import type {PullRows} from '../engine-api.ts'
import type {EvaluationEnv} from '../expr/bind.ts'
import {limits} from '../limits.ts'
import {scansOf, type IndexLookup, type PullPlan, type PullScan} from '../plan/pull-plan.ts'
import type {DamagePolicy} from '../log/damage.ts'
import type {Source} from '../plan/source.ts'
import type {TableIndex} from '../plan/table-index.ts'
import {evaluationEnv} from '../runtime/evaluation.ts'
import type {QueryRun} from '../runtime/query-run.ts'
import type {TopicRecord} from '../storage/port/log-store.ts'
import type {Storage} from '../storage/port/storage.ts'
import type {DerivedResult} from '../topology/derived-result.ts'
import {createEvaluator} from '../topology/evaluator.ts'
import {ResultView} from '../topology/result-view.ts'
import {awaitProgress, linksBefore, linksOf} from './await-progress.ts'
import {tableRunId, type PersistentQueries} from './persistent.ts'
import {decodePositions} from './positions.ts'
import {collectRows, constantRows} from './pull/run-pull.ts'
import {resultCodec} from './pull/result-codec.ts'
import {streamQuery} from './pull/stream-query.ts'
import {newestRows, streamRows, type Bar} from './pull/stream-rows.ts'
import {locateTable, type TableLocation} from './pull/table-location.ts'
import {indexRows, isIndexReady, type IndexQuery} from './pull/index-rows.ts'
import type {CommittedState} from '../state/committed-state.ts'
import {tableRows, type TableQuery} from './pull/table-rows.ts'

export type PullContext = {
  readonly storage: Storage
  readonly state: CommittedState
  readonly clock: Clock
  readonly catalog: Catalog
  readonly queries: PersistentQueries
  readonly settings: Readonly<Record<string, string>>
  /** What to do with damaged batches of a topic. */
  readonly policyOf: (topic: TopicRecord) => DamagePolicy
}

/** Answers a pull query from what is committed; with `after`, from a state that has seen that write. */
export async function runPull(
  plan: PullPlan,
  context: PullContext,
  {after, signal}: {readonly after: string | undefined; readonly signal: AbortSignal | undefined},
): Promise<PullRows> {
  const {clock, settings} = context
  const scans = scansOf(plan.root)
  const sources = new Map(scans.map(({sourceName}) => [sourceName, sourceOf(sourceName, context)]))
  if (after !== undefined) for (const source of sources.values()) await awaitWrite(after, source, context, signal)
  const env = evaluationEnv(settings, clock)
  return collectRows(plan, {
    evaluator: createEvaluator(env, 'generated'),
    scan: (scan, bar) => scanRows(scan, must(sources.get(scan.sourceName), 'source of a scan'), {env, bar, signal}, context),
  })
}

function sourceOf(name: string, {catalog}: PullContext): Source {
  const source = catalog.source(name)
  if (source === undefined) throw new EngineError('SOURCE_NOT_FOUND', `there is no source ${name}`)
  return source
}

type ScanEnv = {readonly env: EvaluationEnv; readonly bar: Bar | undefined; readonly signal: AbortSignal | undefined}

const scanRows = (scan: PullScan, source: Source, scanEnv: ScanEnv, context: PullContext): AsyncGenerator<Rows> =>
  scan.from === 'stream' ? scanStream(scan, source, scanEnv, context) : scanTable(scan, source, scanEnv, context)

async function* scanStream(
  scan: PullScan,
  source: Source,
  {env, bar, signal}: ScanEnv,
  {storage, policyOf}: PullContext,
): AsyncGenerator<Rows> {
  const record = await storage.log.topic(source.topic)
  if (record === undefined) throw new EngineError('TOPIC_NOT_FOUND', `topic ${source.topic} of ${source.name} does not exist`)
  const found = streamQuery(scan, {source, topic: record, log: storage.log}, env, signal)
  if (found === undefined) return
  const query = {...found, damage: policyOf(record)}
  const isByTime = bar !== undefined && source.timestamp === undefined
  yield* isByTime ? newestRows(storage.log, query, bar) : streamRows(storage.log, query)
}

/** By index only where it is complete, and still the one that the query was planned with. */
async function* scanTable(
  scan: PullScan,
  source: Source,
  {env, signal}: ScanEnv,
  {state, catalog, queries, clock}: PullContext,
): AsyncGenerator<Rows> {
  const location = locate(source, runOf(source, catalog, queries))
  const keys = scan.keys && constantRows(scan.keys, env)
  const codec = resultCodec(source, location.derived && viewOf(location.derived, location.run, clock))
  const query: TableQuery = {source, location, codec, keys, windowStart: scan.windowStart, signal}
  const index = scan.index && catalog.index(scan.index.name)
  const isUsable =
    scan.index !== undefined &&
    index?.columns.join() === scan.index.columns.join() &&
    (await isIndexReady(state, location.tasks, index))
  if (!isUsable) yield* tableRows(state, query)
  else {
    const wanted = indexQuery(index, scan.index, env)
    if (wanted !== undefined) yield* indexRows(state, query, wanted)
  }
}

/** With the settings of the table's query, not of this one. Made once for each. */
function viewOf(derived: DerivedResult, run: QueryRun, clock: Clock): ResultView {
  const known = views.get(run)
  if (known) return known
  const view = new ResultView(derived, createEvaluator(evaluationEnv(run.settings, clock), 'generated'))
  views.set(run, view)
  return view
}

const views = new WeakMap<QueryRun, ResultView>()

/** The values of an index look-up; undefined when nothing can be found: a bound is NULL, or could not be computed. */
function indexQuery(index: TableIndex, {equal, from, to}: IndexLookup, env: EvaluationEnv): IndexQuery | undefined {
  const [ends] = constantRows([[from, to].flatMap(end => end?.value ?? [])], env)
  if (ends === undefined) return undefined
  const low = from && {value: ends[0] ?? null, isInclusive: from.isInclusive}
  const high = to && {value: ends[from === undefined ? 0 : 1] ?? null, isInclusive: to.isInclusive}
  return {index, equal: constantRows(equal, env), ...(low && {from: low}), ...(high && {to: high})}
}

/** A stream is its topic: what counts is what leads to it. A table is what its run has committed. */
async function awaitWrite(
  token: string,
  source: Source,
  {storage, clock, catalog, queries}: PullContext,
  signal: AbortSignal | undefined,
): Promise<void> {
  const target = source.kind === 'stream' ? undefined : runOf(source, catalog, queries)
  const ends = new Map(Object.entries(decodePositions('write', '', token)))
  const links = linksBefore(linksOf(queries.running()), target ? [] : [source.topic], target?.id)
  await awaitProgress(links, ends, {storage, clock, waitMsMax: limits.pullAfterWaitMsMax, ...(signal && {signal})})
}

function runOf(source: Source, catalog: Catalog, queries: PersistentQueries): QueryRun | undefined {
  if (source.createdBy !== undefined) return queries.run(source.createdBy)
  const entry = catalog.entry(source.name)
  return entry && queries.run(tableRunId(entry))
}

function locate(source: Source, run: QueryRun | undefined): TableLocation {
  const location = run && locateTable(source, run)
  if (location) return location
  throw new EngineError(
    'SQL_INVALID',
    run
      ? `${source.name} keeps no rows that could be pulled from`
      : `the query that keeps ${source.name} does not run in this process`,
  )
}
