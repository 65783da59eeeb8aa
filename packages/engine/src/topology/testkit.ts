import {vectorOf, type Chunk} from '../chunk/chunk.ts'
import {lookUpAggregate, lookUpFunction} from '../expr/functions/registry.ts'
import type {Expr} from '../expr/ir.ts'
import type {BadRow} from '../operators/operator.ts'
import {COLUMNS, type Formats} from '../plan/formats.ts'
import type {
  AggregateStep,
  Aggregation,
  FilterStep,
  ForeignKeyJoinStep,
  JoinType,
  ProjectStep,
  RekeyStep,
  SourceStep,
  Step,
  StreamStreamJoinStep,
  StreamTableJoinStep,
  SuppressStep,
  TableTableJoinStep,
  WindowSpec,
} from '../plan/step.ts'
import type {Column} from '../schema/schema.ts'
import {BIGINT, BOOLEAN, VARCHAR, type SqlType} from '../schema/sql-type.ts'
import type {Row, Value} from '../schema/value.ts'
import type {TopologyEnv} from './build-task.ts'
import {createEvaluator} from './evaluator.ts'

/** Plans, rows and an environment for tests of operators and topologies. */

export const formats: Formats = {key: COLUMNS, value: COLUMNS}

export function testEnv(bad: BadRow[] = [], evaluation: 'generated' | 'interpreted' = 'generated'): TopologyEnv {
  const evaluator = createEvaluator(
    {
      functions: {lookUpFunction},
      aggregates: {lookUpAggregate},
      settings: {get: () => undefined, nowMs: () => 0},
    },
    evaluation,
  )
  return {evaluator, report: problem => bad.push(problem)}
}

export const columns = (types: Readonly<Record<string, SqlType>>): Column[] =>
  Object.entries(types).map(([name, type]) => ({name, type}))

export function source(
  id: string,
  gives: 'stream' | 'table',
  value: Readonly<Record<string, SqlType>>,
  options: {readonly key?: Readonly<Record<string, SqlType>>; readonly store?: string; readonly topic?: string} = {},
): SourceStep {
  return {
    kind: 'source',
    version: 1,
    id,
    gives,
    sourceName: id.toUpperCase(),
    topic: options.topic ?? id,
    formats,
    schema: {key: columns(options.key ?? {K: VARCHAR}), value: columns(value)},
    ...(options.store === undefined ? {} : {store: options.store}),
  }
}

export const column = (index: number, type: SqlType): Expr => ({kind: 'column', type, index, name: `C${index}`})
export const literal = (value: Value, type: SqlType): Expr => ({kind: 'literal', type, value})
export const greater = (left: Expr, right: Expr): Expr => ({kind: 'compare', type: BOOLEAN, operator: '>', left, right})

export const filter = (input: Step, where: Expr, id = 'filter'): FilterStep => ({
  ...taken(input),
  kind: 'filter',
  id,
  input,
  where,
})

export const project = (input: Step, value: readonly Expr[], id = 'project'): ProjectStep => ({
  ...taken(input),
  kind: 'project',
  id,
  input,
  key: input.schema.key.map((_, i) => i),
  value,
  schema: {key: input.schema.key, value: value.map((each, i) => ({name: `V${i}`, type: each.type}))},
})

export const rekey = (input: Step, key: readonly Expr[], options: Partial<RekeyStep> = {}): RekeyStep => {
  const {window: _window, ...rest} = taken(input)
  return {
    ...rest,
    kind: 'rekey',
    id: 'rekey',
    input,
    key,
    onNullKey: 'drop-any-null',
    needsRepartition: true,
    formats,
    partitions: 1,
    schema: {key: key.map((each, i) => ({name: `G${i}`, type: each.type})), value: input.schema.value},
    ...options,
  }
}

export const count: Aggregation = {function: 'COUNT', overload: 0, args: [], type: BIGINT}
export const sum = (arg: Expr): Aggregation => ({function: 'SUM', overload: overloadFor('SUM', arg), args: [arg], type: arg.type})
export const max = (arg: Expr): Aggregation => ({function: 'MAX', overload: overloadFor('MAX', arg), args: [arg], type: arg.type})

function overloadFor(name: string, arg: Expr): number {
  const overloads = lookUpAggregate(name)?.overloads ?? []
  return overloads.findIndex(({parameters: [first]}) => {
    const type = first?.type
    if (type?.match === 'exact') return type.type.kind === arg.type.kind
    return type?.match === 'kind' && type.kind === arg.type.kind
  })
}

export function aggregate(input: Step, aggregations: readonly Aggregation[], over?: WindowSpec, id = 'aggregate'): AggregateStep {
  return {
    kind: 'aggregate',
    version: 1,
    id,
    gives: 'table',
    input,
    carried: [],
    aggregations,
    store: id,
    schema: {key: input.schema.key, value: aggregations.map((each, i) => ({name: `A${i}`, type: each.type}))},
    ...(over === undefined
      ? {}
      : {over, window: over.kind === 'session' ? {kind: over.kind} : {kind: over.kind, sizeMs: over.sizeMs}}),
  }
}

export const suppress = (input: Step, graceMs: number): SuppressStep => ({
  ...taken(input),
  kind: 'suppress',
  id: 'suppress',
  input,
  graceMs,
  store: 'suppress',
})

const joined = (left: Step, right: Step, gives: 'stream' | 'table') => ({
  version: 1 as const,
  id: 'join',
  gives,
  left,
  right,
  schema: {key: left.schema.key, value: [...left.schema.value, ...right.schema.value]},
})

export const streamStreamJoin = (
  left: Step,
  right: Step,
  join: JoinType,
  times: {readonly beforeMs: number; readonly afterMs: number; readonly graceMs?: number},
): StreamStreamJoinStep => ({
  ...joined(left, right, 'stream'),
  kind: 'stream-stream-join',
  join,
  ...times,
  leftStore: 'join-left',
  rightStore: 'join-right',
})

export const streamTableJoin = (left: Step, right: Step, join: 'inner' | 'left'): StreamTableJoinStep => ({
  ...joined(left, right, 'stream'),
  kind: 'stream-table-join',
  join,
  rightStore: 'join-right',
})

export const tableTableJoin = (left: Step, right: Step, join: JoinType): TableTableJoinStep => ({
  ...joined(left, right, 'table'),
  kind: 'table-table-join',
  join,
  leftStore: 'join-left',
  rightStore: 'join-right',
})

export const foreignKeyJoin = (left: Step, right: Step, join: 'inner' | 'left', foreignKey: Expr): ForeignKeyJoinStep => ({
  ...joined(left, right, 'table'),
  kind: 'foreign-key-join',
  join,
  foreignKey,
  leftStore: 'join-left',
  rightStore: 'join-right',
})

const taken = ({schema, gives, window}: Step) => ({version: 1 as const, schema, gives, ...(window === undefined ? {} : {window})})

/** A record for a test: all columns, key first; `value` null is a null value. */
export type TestRow = {readonly key: Row; readonly value: Row | null; readonly time: number}

export const row = (key: Value, value: Row | null, time = 0): TestRow => ({key: [key], value, time})

export function chunkOf(rows: readonly TestRow[], step: Step): Chunk {
  const width = step.schema.value.length
  return {
    count: rows.length,
    columns: [
      ...step.schema.key.map((_, i) => vectorOf(rows.map(({key}) => key[i] ?? null))),
      ...Array.from({length: width}, (_, i) => vectorOf(rows.map(({value}) => value?.[i] ?? null))),
    ],
    timestamps: rows.map(({time}) => time),
    ...(rows.some(({value}) => value === null) ? {nullValues: Uint8Array.from(rows, ({value}) => (value === null ? 1 : 0))} : {}),
  }
}

/** Rows of chunks as plain data: key, window if there is one, value or null, time. */
export function rowsOf(chunks: readonly Chunk[], keyCount = 1): readonly ResultRow[] {
  return chunks.flatMap(chunk => {
    const all = chunk.columns.map(({values}) => values)
    return Array.from({length: chunk.count}, (_, at): ResultRow => {
      const whole = all.map(values => values[at] ?? null)
      const {windows} = chunk
      return {
        key: whole.slice(0, keyCount),
        value: chunk.nullValues?.[at] === 1 ? null : whole.slice(keyCount),
        time: chunk.timestamps[at]!,
        ...(windows === undefined ? {} : {window: [windows.starts[at]!, windows.ends[at]!] as const}),
      }
    })
  })
}

export type ResultRow = {
  readonly key: Row
  readonly value: Row | null
  readonly time: number
  readonly window?: readonly [number, number]
}
