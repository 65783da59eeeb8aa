import {must} from '../../base/assert.ts'
import type {Expr} from '../../expr/ir.ts'
import type {Format} from '../../plan/formats.ts'
import type {Source} from '../../plan/source.ts'
import type {JoinType, RekeyStep, WindowSpec} from '../../plan/step.ts'
import type {SystemColumn} from '../../schema/schema.ts'
import type {SqlType} from '../../schema/sql-type.ts'

/**
 * A query as a tree of what happens, before it is decided where columns stand. Columns are *slots*: numbers that name one
 * value from where it arises (a source column, a call, a join key) to where it is used, however often it is moved.
 * In expressions of this stage, `column.index` is a slot.
 */
export type LogicalNode =
  | SourceNode
  | FilterNode
  | FlatMapNode
  | RekeyNode
  | AggregateNode
  | SuppressNode
  | JoinNode
  | CarryNode
  | ComputeNode
  | DistinctNode
  | UnionNode

export type SlotColumn = {readonly slot: number; readonly name: string; readonly type: SqlType}

export type SlotOrigin =
  | {readonly kind: 'key' | 'value'; readonly index: number}
  | {readonly kind: 'system'; readonly name: SystemColumn}
  | {readonly kind: 'headers'; readonly header?: string}
  /** A call, a group key, a join key. */
  | {readonly kind: 'computed'}

export type SourceSlot = SlotColumn & {readonly origin: SlotOrigin}

export type SourceNode = {readonly kind: 'source'; readonly source: Source; readonly slots: readonly SourceSlot[]}
export type FilterNode = {readonly kind: 'filter'; readonly input: LogicalNode; readonly where: Expr}

/** A call whose result is a column of its own: a table function or an aggregate function. */
export type SlotCall = SlotColumn & {readonly function: string; readonly overload: number; readonly args: readonly Expr[]}

export type FlatMapNode = {readonly kind: 'flat-map'; readonly input: LogicalNode; readonly calls: readonly SlotCall[]}

export type RekeyNode = {
  readonly kind: 'rekey'
  readonly input: LogicalNode
  readonly key: readonly (SlotColumn & {readonly expr: Expr})[]
  readonly onNullKey: RekeyStep['onNullKey']
  readonly needsRepartition: boolean
  /** The new key is the old one under other names. */
  readonly keepsKey: boolean
  readonly keyFormat: Format
  readonly partitions: number
}

export type AggregateNode = {
  readonly kind: 'aggregate'
  readonly input: RekeyNode
  readonly aggregations: readonly SlotCall[]
  readonly over?: WindowSpec
  /** Slots of the bounds of `over`. */
  readonly bounds?: {readonly start: number; readonly end: number}
}

export type SuppressNode = {readonly kind: 'suppress'; readonly input: LogicalNode; readonly graceMs: number}

export type JoinNode = {
  readonly kind: 'join'
  readonly of: 'stream-stream' | 'stream-table' | 'table-table' | 'foreign-key'
  readonly join: JoinType
  readonly left: LogicalNode
  readonly right: LogicalNode
  /** The key of the result; for foreign keys the left key stays and this is absent. */
  readonly key?: SlotColumn
  /** Columns of the inputs that always equal the key of the result. */
  readonly sameAsKey: readonly number[]
  readonly within?: {readonly beforeMs: number; readonly afterMs: number; readonly graceMs?: number}
  readonly foreignKey?: Expr
}

/** The SELECT list of a sub-query: keeps the key, and gives the columns that are wanted of it. */
export type ComputeNode = {
  readonly kind: 'compute'
  readonly input: LogicalNode
  readonly columns: readonly (SlotColumn & {readonly expr: Expr})[]
  /** Slot of the record time of its rows. */
  readonly rowtime: number
}

/** The rows of a table that is all key, each once. */
export type DistinctNode = {readonly kind: 'distinct'; readonly input: LogicalNode}

/** UNION ALL. Keys agree by position; `columns` are the values of each input's `exprs`. */
export type UnionNode = {
  readonly kind: 'union'
  readonly inputs: readonly UnionInput[]
  readonly key: readonly SlotColumn[]
  readonly columns: readonly SlotColumn[]
  /** Slot of the record time of its rows. */
  readonly rowtime: number
}

export type UnionInput = {readonly node: LogicalNode; readonly exprs: readonly Expr[]}

/** Keeps the key and only these columns as values: put below repartitions and joins by `prune-columns`. */
export type CarryNode = {readonly kind: 'carry'; readonly input: LogicalNode; readonly columns: readonly SlotColumn[]}

/** The first of the nodes right below a node: where it has several, keys and partitions are those of the first. */
export function firstInput(node: Exclude<LogicalNode, SourceNode>): LogicalNode {
  if (node.kind === 'join') return node.left
  return node.kind === 'union' ? must(node.inputs[0], 'input of a union').node : node.input
}
