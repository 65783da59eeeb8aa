import type {Expr} from '../../expr/ir.ts'
import type {SortKey} from '../../plan/pull-plan.ts'
import type {Source} from '../../plan/source.ts'
import type {JoinType} from '../../plan/step.ts'
import type {SlotCall, SlotColumn, SourceSlot} from './node.ts'

/** A pull query before it is decided where columns stand: `column.index` is a slot, as in `node.ts`. */
export type PullTree =
  | {readonly kind: 'scan'; readonly source: Source; readonly slots: readonly SourceSlot[]}
  | {readonly kind: 'filter'; readonly input: PullTree; readonly where: Expr}
  /** Columns that a sub-query computes, beside those that it has. */
  | {readonly kind: 'compute'; readonly input: PullTree; readonly columns: readonly ComputedColumn[]}
  | {
      readonly kind: 'group'
      readonly input: PullTree
      readonly groups: readonly ComputedColumn[]
      readonly calls: readonly SlotCall[]
    }
  | PullJoinTree
  | PullUnionTree
  | {readonly kind: 'sort'; readonly input: PullTree; readonly by: readonly SortKey[]}
  | {readonly kind: 'limit'; readonly input: PullTree; readonly limit?: number; readonly offset?: number}

export type ComputedColumn = SlotColumn & {readonly expr: Expr}

export type PullJoinTree = {
  readonly kind: 'join'
  readonly join: JoinType
  readonly left: PullTree
  readonly right: PullTree
  readonly on: readonly {readonly left: Expr; readonly right: Expr}[]
  /** What else ON says. */
  readonly where?: Expr
}

/** `columns` are the values of each input's `exprs`. */
export type PullUnionTree = {
  readonly kind: 'union'
  readonly inputs: readonly {readonly tree: PullTree; readonly exprs: readonly Expr[]}[]
  readonly columns: readonly SlotColumn[]
}

/** Slots that can be read above a tree. */
export function pullSlots(tree: PullTree): ReadonlySet<number> {
  switch (tree.kind) {
    case 'scan':
      return new Set(tree.slots.map(({slot}) => slot))
    case 'join':
      return new Set([...pullSlots(tree.left), ...pullSlots(tree.right)])
    case 'union':
      return new Set(tree.columns.map(({slot}) => slot))
    case 'group':
      return new Set([...tree.groups, ...tree.calls].map(({slot}) => slot))
    case 'compute':
      return new Set([...pullSlots(tree.input), ...tree.columns.map(({slot}) => slot)])
    default:
      return pullSlots(tree.input)
  }
}
