import {must} from '../../base/assert.ts'
import type {Formats} from '../../plan/formats.ts'
import type {Source} from '../../plan/source.ts'
import type {Schema} from '../../schema/schema.ts'
import type {QueryRun} from '../../runtime/query-run.ts'
import {partsOf} from '../../runtime/run-parts.ts'
import {tableStore} from '../../runtime/table-program.ts'
import {derivedResult, type DerivedResult} from '../../topology/derived-result.ts'
import {splitTopology} from '../../topology/split.ts'
import type {TaskId} from '../../storage/port/task-commit.ts'

/** Where the rows of a table stand as committed state: one store in each task of one sub-topology. */
export type TableLocation = {
  readonly run: QueryRun
  readonly store: string
  /** The rows of the store are an aggregate's, from which the table's follow. */
  readonly derived?: DerivedResult
  readonly tasks: readonly TaskId[]
  /** How keys were placed when rows came to these tasks. */
  readonly placedBy: {readonly schema: Schema; readonly formats: Formats}
  /** Rows may stand where their key does not belong: producers may name a partition. */
  readonly isPlacementSure: boolean
}

/** The location of a table's rows; undefined when its query keeps none. */
export function locateTable(source: Source, run: QueryRun): TableLocation | undefined {
  const {what} = run
  const derived = what.kind === 'table' || what.plan.sink.store === undefined ? undefined : derivedResult(what.plan.root)
  const store = what.kind === 'table' ? tableStore : (derived?.aggregate.store ?? what.plan.sink.store)
  const part = partsOf(run).find(({stores}) => store !== undefined && stores.includes(store))
  if (store === undefined || part === undefined) return undefined
  const tasks = Array.from({length: part.partitions}, (_, partition) => ({
    query: run.id,
    subTopology: part.subTopology,
    partition,
    placement: part.placement,
  }))
  if (what.kind === 'table') return {run, store, tasks, placedBy: source, isPlacementSure: false}
  const sub = splitTopology(what.plan.root, run.id, {kind: 'sink', sink: what.plan.sink})[part.subTopology]
  const input = must(sub?.inputs[0], 'input of a sub-topology')
  const isPlacementSure = input.kind === 'internal'
  return {run, store, ...(derived && {derived}), tasks, placedBy: input, isPlacementSure}
}
