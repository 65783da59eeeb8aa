import {assert, must} from '../../base/assert.ts'
import type {Expr} from '../../expr/ir.ts'
import {COLUMNS} from '../../plan/formats.ts'
import type {Step} from '../../plan/step.ts'
import {BIGINT} from '../../schema/sql-type.ts'
import type {
  AggregateNode,
  CarryNode,
  ComputeNode,
  DistinctNode,
  FilterNode,
  FlatMapNode,
  LogicalNode,
  RekeyNode,
  SlotCall,
  SourceNode,
  SuppressNode,
} from '../logical/node.ts'
import {columnAt, place, placeSlot, schemaColumns, type Lowered} from './layout.ts'
import {lowerJoin} from './lower-join.ts'
import {lowerUnion} from './lower-union.ts'
import {storeName, type Naming} from './naming.ts'

/** Logical nodes to steps; the tree must be pruned. */
export function lower(node: LogicalNode, naming: Naming, asked: Asked = {before: false}): Lowered {
  switch (node.kind) {
    case 'source':
      return lowerSource(node, naming, asked)
    case 'filter':
      return lowerFilter(node, naming)
    case 'flat-map':
      return lowerFlatMap(node, naming)
    case 'carry':
      return lowerCarry(node, naming, asked)
    case 'compute':
      return lowerCompute(node, naming, asked)
    case 'rekey':
      return lowerRekey(node, naming)
    case 'aggregate':
      return lowerAggregate(node, naming)
    case 'suppress':
      return lowerSuppress(node, naming)
    case 'distinct':
      return lowerDistinct(node, naming)
    case 'union':
      return lowerUnion(node, naming, lower)
    case 'join':
      return lowerJoin(node, naming, lower)
  }
}

/** `before`: the step above needs the old row of table changes. */
export type Asked = {readonly before: boolean}

function lowerSource({source, slots}: SourceNode, naming: Naming, asked: Asked): Lowered {
  const id = naming.step('source')
  const step: Step = {
    kind: 'source',
    version: 1,
    id,
    gives: source.kind,
    schema: source.schema,
    sourceName: source.name,
    topic: source.topic,
    formats: source.formats,
    ...(source.window === undefined ? {} : {window: source.window}),
    ...(source.timestamp === undefined ? {} : {timestamp: withoutName(source.timestamp)}),
    ...(source.kind === 'table' && asked.before ? {store: storeName(id)} : {}),
  }
  const [key, beside, value] = [new Map<number, Expr>(), new Map<number, Expr>(), new Map<number, Expr>()]
  for (const {slot, name, type, origin} of slots) {
    if (origin.kind === 'key') key.set(slot, columnAt({name, type}, origin.index))
    if (origin.kind === 'value') value.set(slot, columnAt({name, type}, source.schema.key.length + origin.index))
    if (origin.kind === 'system') beside.set(slot, {kind: 'system', type, name: origin.name})
    if (origin.kind === 'headers')
      beside.set(slot, {kind: 'headers', type, ...(origin.header === undefined ? {} : {header: origin.header})})
  }
  return {step, key, beside, value}
}

const withoutName = ({column, format}: {column: number; format?: string}) => (format === undefined ? {column} : {column, format})

function lowerFilter(node: FilterNode, naming: Naming): Lowered {
  const input = lower(node.input, naming, {before: true})
  const step: Step = {
    ...common(input.step),
    kind: 'filter',
    id: naming.step('filter'),
    input: input.step,
    where: place(node.where, input),
  }
  return {...input, step}
}

function lowerFlatMap(node: FlatMapNode, naming: Naming): Lowered {
  const input = lower(node.input, naming)
  const {key, value} = input.step.schema
  const added = schemaColumns(node.calls, [...key, ...value])
  const step: Step = {
    ...common(input.step),
    kind: 'flat-map',
    id: naming.step('flat-map'),
    schema: {key, value: [...value, ...added]},
    input: input.step,
    functions: node.calls.map(call => placeCall(call, input)),
  }
  const results = node.calls.map((call, index) => [call.slot, columnAt(call, key.length + value.length + index)] as const)
  return {...input, step, value: new Map([...input.value, ...results])}
}

const placeCall = (call: SlotCall, input: Lowered) => ({
  function: call.function,
  overload: call.overload,
  args: call.args.map(arg => place(arg, input)),
  type: call.type,
})

function lowerCarry(node: CarryNode, naming: Naming, asked: Asked): Lowered {
  const input = lower(node.input, naming, asked)
  const carried = node.columns.map(column => placeSlot(column.slot, column.name, input))
  return {...projected(node.columns, carried, input, naming), beside: recordTimeOnly(input.beside)}
}

function lowerCompute(node: ComputeNode, naming: Naming, asked: Asked): Lowered {
  const input = lower(node.input, naming, asked)
  const computed = node.columns.map(({expr}) => place(expr, input))
  const beside = recordTimeOnly(input.beside).set(node.rowtime, {kind: 'system', type: BIGINT, name: 'ROWTIME'})
  return {...projected(node.columns, computed, input, naming), beside}
}

/** The input's key, and these value columns instead of its own. */
function projected(
  columns: CarryNode['columns'],
  value: readonly Expr[],
  input: Lowered,
  naming: Naming,
): Omit<Lowered, 'beside'> {
  const {key} = input.step.schema
  const step: Step = {
    ...common(input.step),
    kind: 'project',
    id: naming.step('project'),
    schema: {key, value: schemaColumns(columns, key)},
    input: input.step,
    key: key.map((_, index) => index),
    value,
  }
  return {
    step,
    key: input.key,
    value: new Map(columns.map((column, index) => [column.slot, columnAt(column, key.length + index)] as const)),
  }
}

function lowerRekey(node: RekeyNode, naming: Naming): Lowered {
  const input = lower(node.input, naming, {before: true})
  const {value} = input.step.schema
  const {window: _, ...rest} = common(input.step)
  const step: Step = {
    ...rest,
    kind: 'rekey',
    id: naming.step('rekey'),
    schema: {key: schemaColumns(node.key, value), value},
    input: input.step,
    key: node.key.map(column => place(column.expr, input)),
    onNullKey: node.onNullKey,
    needsRepartition: node.needsRepartition,
    formats: {key: node.keyFormat, value: COLUMNS},
    partitions: node.partitions,
  }
  const shift = node.key.length - input.step.schema.key.length
  const moved = [...input.value].map(([slot, expr]) => [slot, shifted(expr, shift)] as const)
  const key = new Map(node.key.map((column, index) => [column.slot, columnAt(column, index)] as const))
  if (node.keepsKey) for (const [slot, expr] of input.key) key.set(slot, expr)
  return {step, key, beside: node.needsRepartition ? recordTimeOnly(input.beside) : input.beside, value: new Map(moved)}
}

function shifted(expr: Expr, by: number): Expr {
  assert(expr.kind === 'column', 'a value slot stands in a column')
  return {...expr, index: expr.index + by}
}

const recordTimeOnly = (beside: ReadonlyMap<number, Expr>): Map<number, Expr> =>
  new Map([...beside].filter(([, expr]) => expr.kind === 'system' && expr.name === 'ROWTIME'))

function lowerAggregate(node: AggregateNode, naming: Naming): Lowered {
  const input = lower(node.input, naming, {before: true})
  const {key} = input.step.schema
  const id = naming.step('aggregate')
  const step: Step = {
    kind: 'aggregate',
    version: 1,
    id,
    gives: 'table',
    schema: {key, value: schemaColumns(node.aggregations, key)},
    input: input.step,
    carried: [],
    aggregations: node.aggregations.map(call => placeCall(call, input)),
    store: storeName(id),
    ...(node.over === undefined ? {} : {over: node.over, window: windowOf(node.over)}),
  }
  const value = new Map(node.aggregations.map((call, index) => [call.slot, columnAt(call, key.length + index)] as const))
  const beside = new Map<number, Expr>()
  if (node.bounds !== undefined) {
    beside.set(node.bounds.start, {kind: 'system', type: BIGINT, name: 'WINDOWSTART'})
    beside.set(node.bounds.end, {kind: 'system', type: BIGINT, name: 'WINDOWEND'})
  }
  return {step, key: input.key, beside, value}
}

const windowOf = (over: NonNullable<AggregateNode['over']>) =>
  over.kind === 'session' ? {kind: over.kind} : {kind: over.kind, sizeMs: over.sizeMs}

function lowerSuppress(node: SuppressNode, naming: Naming): Lowered {
  const input = lower(node.input, naming)
  const id = naming.step('suppress')
  const step: Step = {
    ...common(input.step),
    kind: 'suppress',
    id,
    input: input.step,
    graceMs: node.graceMs,
    store: storeName(id),
  }
  return {...input, step}
}

function lowerDistinct(node: DistinctNode, naming: Naming): Lowered {
  const input = lower(node.input, naming, {before: true})
  const {key} = input.step.schema
  const projected: Step = {
    ...common(input.step),
    kind: 'project',
    id: naming.step('project'),
    schema: {key, value: []},
    input: input.step,
    key: key.map((_, index) => index),
    value: [],
  }
  const step: Step = {...common(projected), kind: 'distinct', id: naming.step('distinct'), input: projected}
  return {...input, step, value: new Map()}
}

/** What a step takes over from its input. */
export function common({version, schema, gives, window}: Step) {
  return {version, schema, gives, ...(window === undefined ? {} : {window})} as const
}

export type Result = {
  readonly key: readonly {readonly slot: number; readonly name: string}[]
  readonly value: readonly {readonly name: string; readonly expr: Expr}[]
}

/** The last projection: names and order of the result's columns. */
export function project(input: Lowered, result: Result, naming: Naming): Step {
  const key = result.key.map(({slot, name}) => {
    const at = must(input.key.get(slot), `key column ${name}`)
    assert(at.kind === 'column', 'a key slot stands in a column')
    return {name, type: at.type, index: at.index}
  })
  const value = result.value.map(({name, expr}) => ({name, type: expr.type, expr: place(expr, input)}))
  return {
    ...common(input.step),
    kind: 'project',
    id: naming.step('project'),
    schema: {key: key.map(({name, type}) => ({name, type})), value: value.map(({name, type}) => ({name, type}))},
    input: input.step,
    key: key.map(({index}) => index),
    value: value.map(({expr}) => expr),
  }
}
