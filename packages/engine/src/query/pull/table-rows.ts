import {must} from '../../base/assert.ts'
import {EngineError} from '../../base/errors.ts'
import {vectorOf, type Rows} from '../../chunk/chunk.ts'
import {limits} from '../../limits.ts'
import type {PullScan} from '../../plan/pull-plan.ts'
import type {Source} from '../../plan/source.ts'
import type {Row, Value} from '../../schema/value.ts'
import {keyCodec, prefixEnd} from '../../serde/key-codec.ts'
import {heldBy} from '../../serde/registry.ts'
import type {CommittedState} from '../../state/committed-state.ts'
import type {TaskId} from '../../storage/port/task-commit.ts'
import {keyPartitioner} from './key-partitioner.ts'
import type {ResultCodec, ResultRow} from './result-codec.ts'
import type {TableLocation} from './table-location.ts'

export type TableQuery = {
  readonly source: Source
  readonly location: TableLocation
  readonly codec: ResultCodec
  /** Complete keys; undefined: all rows. */
  readonly keys: readonly Row[] | undefined
  readonly windowStart: PullScan['windowStart']
  readonly signal: AbortSignal | undefined
}

/** Committed rows of a table that may be asked for, in pages. Rows that WHERE refuses may be among them. */
export function tableRows(state: CommittedState, query: TableQuery): AsyncIterable<Rows> {
  if (query.keys === undefined) return scanAll(state, query)
  return query.source.window ? lookUpWindows(state, query, query.keys) : lookUp(state, query, query.keys)
}

async function* lookUp(state: CommittedState, {source, location, codec}: TableQuery, keys: readonly Row[]): AsyncGenerator<Rows> {
  for (const [partition, wanted] of byPartition(location, keys)) {
    const bytes = wanted.map(key => codec.encodeKey(key))
    let values = await state.lookUp(must(location.tasks[partition], 'task'), location.store, bytes)
    if (!location.isPlacementSure && values.includes(null))
      values = await lookElsewhere(state, location, partition, bytes, values)
    const found = values.flatMap((value, i) => (value ? [{key: must(bytes[i], 'key'), value}] : []))
    yield rowsOf(codec.decode(found), source)
  }
}

/** Keys that are not where they belong may stand in another partition. */
async function lookElsewhere(
  state: CommittedState,
  {tasks, store}: TableLocation,
  partition: number,
  keys: readonly Uint8Array[],
  values: readonly (Uint8Array | null)[],
): Promise<(Uint8Array | null)[]> {
  const others = await Promise.all(tasks.filter((_, i) => i !== partition).map(task => state.lookUp(task, store, keys)))
  return values.map((value, i) => value ?? others.find(found => found[i])?.[i] ?? null)
}

/** All windows of a key stand together, ordered by their start. */
async function* lookUpWindows(state: CommittedState, query: TableQuery, keys: readonly Row[]): AsyncGenerator<Rows> {
  const {source, location, windowStart, codec} = query
  const prefixes = keyCodec(source.schema.key.map(column => column.type))
  for (const [partition, wanted] of byPartition(location, keys)) {
    for (const key of wanted) {
      const prefix = prefixes.encode(key)
      const from = windowStart?.from === undefined ? prefix : codec.encodeKey(key, {startMs: windowStart.from, endMs: 0})
      const after = windowStart?.to === undefined ? undefined : codec.encodeKey(key, {startMs: windowStart.to + 1, endMs: 0})
      const to = after ?? prefixEnd(prefix)
      yield* scan(state, must(location.tasks[partition], 'task'), query, {from, ...(to && {to})})
    }
  }
}

async function* scanAll(state: CommittedState, query: TableQuery): AsyncGenerator<Rows> {
  let seen = 0
  for (const task of query.location.tasks) {
    for await (const rows of scan(state, task, query, {})) {
      seen += rows.count
      if (seen > limits.pullScanRowsMax)
        throw new EngineError(
          'LIMIT_EXCEEDED',
          `the query looks at more than ${limits.pullScanRowsMax} rows of ${query.source.name}: name the whole key in WHERE, or use LIMIT`,
        )
      yield rows
    }
  }
}

async function* scan(
  state: CommittedState,
  task: TaskId,
  {source, location, signal, codec}: TableQuery,
  range: {readonly from?: Uint8Array; readonly to?: Uint8Array},
): AsyncGenerator<Rows> {
  for await (const entries of state.scan(task, location.store, {...range, entriesMax: limits.pullScanPageEntries})) {
    if (signal?.aborted) throw new EngineError('CLOSED', 'the caller has gone')
    yield rowsOf(codec.decode(entries), source)
  }
}

function byPartition({placedBy, tasks}: TableLocation, keys: readonly Row[]): Map<number, Row[]> {
  const partitionOf = keyPartitioner(placedBy, tasks.length)
  const found = new Map<number, Row[]>()
  for (const key of keys) {
    const partition = partitionOf(key)
    found.set(partition, [...(found.get(partition) ?? []), key])
  }
  return found
}

/** A row of a query is shown as its topic has it, so that pull and push queries agree. */
/** Found rows as rows of the table's schema. */
export function rowsOf(rows: readonly ResultRow[], {schema, window, formats, createdBy}: Source): Rows {
  const held = createdBy === undefined ? undefined : heldBy(formats.value, schema.value)
  const found = held ? rows.map(row => ({...row, value: held(row.value)})) : rows
  const column = (pick: (row: ResultRow) => Value): ReturnType<typeof vectorOf> => vectorOf(found.map(pick))
  return {
    count: found.length,
    columns: [
      ...schema.key.map((_, i) => column(({key}) => key[i] ?? null)),
      ...schema.value.map((_, i) => column(({value}) => value[i] ?? null)),
    ],
    timestamps: found.map(({timestampMs}) => timestampMs),
    ...(found.some(({headers}) => headers) && {headers: found.map(({headers}) => headers ?? [])}),
    ...(window && {
      windows: {starts: found.map(row => row.window?.startMs ?? 0), ends: found.map(row => row.window?.endMs ?? 0)},
    }),
  }
}
