import type {Expr} from '../expr/ir.ts'
import type {OutputColumn} from './query-plan.ts'
import type {Aggregation, JoinType} from './step.ts'

/** A pull query: answered once, from the committed state of tables and the logs of streams as they are. */
export type PullPlan = {
  readonly version: 1
  readonly root: PullNode
  /** Names and types of what `root` gives, in order. */
  readonly columns: readonly OutputColumn[]
}

/** Rows in, rows out. Expressions read the columns of the node's input by position; a scan also has pseudocolumns and headers. */
export type PullNode = PullScan | PullFilter | PullProject | PullAggregate | PullJoin | PullSort | PullLimit | PullUnion

/** Key columns, then value columns of a source. What stands here only narrows the search: a `filter` above tests each row. */
export type PullScan = {
  readonly kind: 'scan'
  readonly sourceName: string
  readonly from: 'table' | 'stream'
  /** Complete keys, values in key column order; absent: any. A stream is searched for them where its topic has a key index. */
  readonly keys?: readonly (readonly Expr[])[]
  /** Inclusive bounds on window start and end, ms, as far as WHERE gives them. */
  readonly windowStart?: Bounds
  readonly windowEnd?: Bounds
  readonly index?: IndexLookup
  readonly log?: LogRange
}

/** Rows by an index: for each of `equal` (values of the leading indexed columns) those whose next indexed column is in range. */
export type IndexLookup = {
  readonly name: string
  readonly columns: readonly string[]
  readonly equal: readonly (readonly Expr[])[]
  readonly from?: RangeEnd
  readonly to?: RangeEnd
}

export type RangeEnd = {readonly value: Expr; readonly isInclusive: boolean}

/** What part of a stream's log to read: all bounds given hold. */
export type LogRange = {readonly rowtime?: Ends; readonly offset?: Ends; readonly partition?: Ends}
export type Ends = {readonly from: readonly RangeEnd[]; readonly to: readonly RangeEnd[]}

/** Rows for which `where` is TRUE. */
export type PullFilter = {readonly kind: 'filter'; readonly input: PullNode; readonly where: Expr}

export type PullProject = {readonly kind: 'project'; readonly input: PullNode; readonly values: readonly Expr[]}

/** One row a group: its `groups`, then one column per aggregation. NULLs are a group. Without `groups`: one row, also of no rows. */
export type PullAggregate = {
  readonly kind: 'aggregate'
  readonly input: PullNode
  readonly groups: readonly Expr[]
  readonly aggregations: readonly Aggregation[]
}

/**
 * Columns of the left side, then of the right. Rows meet where all of `on` are equal (NULL equals nothing) and `where`, over
 * both, is TRUE; a side that must be kept comes with NULLs for the other.
 */
export type PullJoin = {
  readonly kind: 'join'
  readonly join: JoinType
  readonly left: PullNode
  readonly right: PullNode
  readonly on: readonly {readonly left: Expr; readonly right: Expr}[]
  readonly where?: Expr
  /** Columns of each side. */
  readonly widths: {readonly left: number; readonly right: number}
}

export type PullSort = {readonly kind: 'sort'; readonly input: PullNode; readonly by: readonly SortKey[]}
export type SortKey = {readonly expr: Expr; readonly isDescending: boolean; readonly areNullsFirst: boolean}

export type PullLimit = {readonly kind: 'limit'; readonly input: PullNode; readonly limit?: number; readonly offset?: number}

/** The rows of each input, one after the other. Their columns agree. */
export type PullUnion = {readonly kind: 'union'; readonly inputs: readonly PullNode[]}

export type Bounds = {readonly from?: number; readonly to?: number}

/** The scans of a plan, from left to right. */
export function scansOf(node: PullNode): readonly PullScan[] {
  if (node.kind === 'scan') return [node]
  return pullInputs(node).flatMap(scansOf)
}

/** The nodes right below a node, from left to right. */
export function pullInputs(node: PullNode): readonly PullNode[] {
  if (node.kind === 'scan') return []
  if (node.kind === 'union') return node.inputs
  return node.kind === 'join' ? [node.left, node.right] : [node.input]
}
