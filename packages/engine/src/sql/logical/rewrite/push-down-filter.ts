import type {Expr} from '../../../expr/ir.ts'
import {BOOLEAN} from '../../../schema/sql-type.ts'
import {slotColumns} from '../columns.ts'
import {slotsOf} from '../expr-slots.ts'
import type {JoinNode, LogicalNode} from '../node.ts'

/**
 * Moves the parts of a WHERE that read only the stream below a stream-table join, so that what is dropped is neither
 * repartitioned nor looked up. Other joins keep their filters above: a row dropped before a join of two streams would not
 * move its stream time, and one dropped before a join of tables would give other tombstones.
 */
export function pushDownFilter(node: LogicalNode): LogicalNode {
  if (node.kind === 'source') return node
  if (node.kind === 'join') return {...node, left: pushDownFilter(node.left), right: pushDownFilter(node.right)}
  if (node.kind !== 'filter') return withInput(node, pushDownFilter('input' in node ? node.input : node))
  const {input, where} = node
  if (input.kind !== 'join' || input.of !== 'stream-table') return {...node, input: pushDownFilter(input)}
  const ofStream = new Set(slotColumns(input.left).keys())
  const parts = conjuncts(where)
  const movable = parts.filter(part => [...slotsOf(part)].every(slot => ofStream.has(slot)))
  const rest = parts.filter(part => !movable.includes(part))
  const join = pushDownFilter(movable.length === 0 ? input : belowJoin(input, conjunction(movable)))
  return rest.length === 0 ? join : {kind: 'filter', input: join, where: conjunction(rest)}
}

const withInput = (node: LogicalNode, input: LogicalNode): LogicalNode => ({...node, input}) as LogicalNode

/** Below the repartition of the stream, if there is one. */
function belowJoin(join: JoinNode, where: Expr): JoinNode {
  const {left} = join
  if (left.kind === 'rekey') return {...join, left: {...left, input: {kind: 'filter', input: left.input, where}}}
  return {...join, left: {kind: 'filter', input: left, where}}
}

function conjuncts(expr: Expr): readonly Expr[] {
  return expr.kind === 'and' ? [...conjuncts(expr.left), ...conjuncts(expr.right)] : [expr]
}

function conjunction([first, ...more]: readonly Expr[]): Expr {
  const start: Expr = first ?? {kind: 'literal', type: BOOLEAN, value: true}
  return more.reduce<Expr>((left, right) => ({kind: 'and', type: BOOLEAN, left, right}), start)
}
