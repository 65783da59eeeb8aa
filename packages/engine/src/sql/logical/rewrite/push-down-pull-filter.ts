import type {Expr} from '../../../expr/ir.ts'
import {conjunction, conjuncts} from '../conjuncts.ts'
import {rewrite, slotsOf} from '../expr-slots.ts'
import {pullSlots, type PullJoinTree, type PullTree, type PullUnionTree} from '../pull-tree.ts'

/** Moves conditions as near to the scans as they keep their meaning, where they become look-ups and drop rows early. */
export function pushDownPullFilter(tree: PullTree): PullTree {
  switch (tree.kind) {
    case 'scan':
      return tree
    case 'join':
      return {...tree, left: pushDownPullFilter(tree.left), right: pushDownPullFilter(tree.right)}
    case 'union':
      return {...tree, inputs: tree.inputs.map(input => ({...input, tree: pushDownPullFilter(input.tree)}))}
    case 'filter':
      return tree.input.kind === 'filter'
        ? pushDownPullFilter(filtered(tree.input.input, [...conjuncts(tree.input.where), ...conjuncts(tree.where)]))
        : pushed(tree.input, conjuncts(tree.where))
    default:
      return {...tree, input: pushDownPullFilter(tree.input)}
  }
}

function pushed(input: PullTree, parts: readonly Expr[]): PullTree {
  switch (input.kind) {
    case 'join': {
      const {join, rest} = intoJoin(input, parts)
      return filtered(pushDownPullFilter(join), rest)
    }
    case 'compute': {
      const below = pullSlots(input.input)
      const [movable, rest] = split(parts, below)
      return filtered({...input, input: pushDownPullFilter(filtered(input.input, movable))}, rest)
    }
    case 'union':
      return pushDownPullFilter(intoUnion(input, parts))
    case 'sort':
      return {...input, input: pushDownPullFilter(filtered(input.input, parts))}
    default:
      return filtered(pushDownPullFilter(input), parts)
  }
}

/** Each query of the union tests what it would give. */
const intoUnion = (union: PullUnionTree, parts: readonly Expr[]): PullUnionTree => ({
  ...union,
  inputs: union.inputs.map(({tree, exprs}) => {
    const given = new Map(union.columns.map(({slot}, index) => [slot, exprs[index]]))
    const own = parts.map(part => rewrite(part, each => (each.kind === 'column' ? given.get(each.index) : undefined)))
    return {tree: filtered(tree, own), exprs}
  }),
})

/** A side that is filled up with NULLs must first be joined. */
function intoJoin(tree: PullJoinTree, parts: readonly Expr[]): {join: PullTree; rest: readonly Expr[]} {
  const {join, left, right} = tree
  const [ofLeft, others] = join === 'inner' || join === 'left' ? split(parts, pullSlots(left)) : [[], parts]
  const [ofRight, rest] = join === 'inner' || join === 'right' ? split(others, pullSlots(right)) : [[], others]
  return {join: {...tree, left: filtered(left, ofLeft), right: filtered(right, ofRight)}, rest}
}

function split(parts: readonly Expr[], slots: ReadonlySet<number>): readonly [readonly Expr[], readonly Expr[]] {
  const isInside = (part: Expr): boolean => [...slotsOf(part)].every(slot => slots.has(slot))
  return [parts.filter(isInside), parts.filter(part => !isInside(part))]
}

function filtered(input: PullTree, parts: readonly Expr[]): PullTree {
  const where = conjunction(parts)
  return where === undefined ? input : {kind: 'filter', input, where}
}
