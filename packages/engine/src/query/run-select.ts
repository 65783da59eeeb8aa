import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import type {Catalog} from '../catalog/catalog.ts'
import type {PullRows} from '../engine-api.ts'
import {limits} from '../limits.ts'
import type {PullPlan} from '../plan/query-plan.ts'
import type {Source} from '../plan/source.ts'
import {evaluationEnv} from '../runtime/evaluation.ts'
import type {QueryRun} from '../runtime/query-run.ts'
import type {Storage} from '../storage/port/storage.ts'
import {awaitProgress, linksBefore, linksOf} from './await-progress.ts'
import {tableRunId, type PersistentQueries} from './persistent.ts'
import {decodePositions} from './positions.ts'
import {collectRows, keysOf} from './pull/run-pull.ts'
import {streamRows} from './pull/stream-rows.ts'
import {locateTable, type TableLocation} from './pull/table-location.ts'
import {tableRows} from './pull/table-rows.ts'

export type PullContext = {
  readonly storage: Storage
  readonly clock: Clock
  readonly catalog: Catalog
  readonly queries: PersistentQueries
  readonly settings: Readonly<Record<string, string>>
}

/** Answers a pull query from what is committed; with `after`, from a state that has seen that write. */
export async function runPull(
  plan: PullPlan,
  {storage, clock, catalog, queries, settings}: PullContext,
  {after, signal}: {readonly after: string | undefined; readonly signal: AbortSignal | undefined},
): Promise<PullRows> {
  const env = evaluationEnv(settings, clock)
  const source = catalog.source(plan.sourceName)
  if (source === undefined) throw new EngineError('SOURCE_NOT_FOUND', `there is no source ${plan.sourceName}`)
  const run = runOf(source, catalog, queries)
  if (after !== undefined) await awaitWrite(after, plan.from === 'stream' ? undefined : run, source)
  if (plan.from === 'stream')
    return collectRows(plan, streamRows(storage.log, source, await partitionsOf(source.topic), signal), env)
  const location = locate(source, run)
  const keys = keysOf(plan, env)
  return collectRows(plan, tableRows(storage.state, {source, location, keys, windowStart: plan.windowStart, signal}), env)

  async function partitionsOf(topic: string): Promise<number> {
    const record = await storage.log.topic(topic)
    if (record === undefined) throw new EngineError('TOPIC_NOT_FOUND', `topic ${topic} of ${plan.sourceName} does not exist`)
    return record.partitions
  }

  /** A stream is its topic: what counts is what leads to it. A table is what its run has committed. */
  async function awaitWrite(token: string, target: QueryRun | undefined, {topic}: Source): Promise<void> {
    const ends = new Map(Object.entries(decodePositions('write', '', token)))
    const links = linksBefore(linksOf(queries.running()), target ? [] : [topic], target?.id)
    await awaitProgress(links, ends, {storage, clock, waitMsMax: limits.pullAfterWaitMsMax, ...(signal && {signal})})
  }
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
