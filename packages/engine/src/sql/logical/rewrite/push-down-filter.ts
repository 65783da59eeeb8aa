import type {Expr} from '../../../expr/ir.ts'
import {slotColumns} from '../columns.ts'
import {conjunction, conjuncts} from '../conjuncts.ts'
import {slotsOf} from '../expr-slots.ts'
import type {JoinNode, LogicalNode} from '../node.ts'

/**
 * Moves the parts of a WHERE that read only the stream below a stream-table join, so that what is dropped is neither
 * repartitioned nor looked up. Other joins keep their filters above: a row dropped before a join of two streams would not
 * move its stream time, and one dropped before a join of tables would give other tombstones.
 */
export function pushDownFilter(node: LogicalNode): LogicalNode {
  if (node.kind === 'source') return node
  if (node.kind === 'union') return {...node, inputs: node.inputs.map(input => ({...input, node: pushDownFilter(input.node)}))}
  if (node.kind === 'join') return {...node, left: pushDownFilter(node.left), right: pushDownFilter(node.right)}
  if (node.kind !== 'filter') return withInput(node, pushDownFilter('input' in node ? node.input : node))
  const {input, where} = node
  if (input.kind !== 'join' || input.of !== 'stream-table') return {...node, input: pushDownFilter(input)}
  const ofStream = new Set(slotColumns(input.left).keys())
  const parts = conjuncts(where)
  const isMovable = (part: Expr): boolean => [...slotsOf(part)].every(slot => ofStream.has(slot))
  const movable = conjunction(parts.filter(isMovable))
  const rest = conjunction(parts.filter(part => !isMovable(part)))
  const join = pushDownFilter(movable === undefined ? input : belowJoin(input, movable))
  return rest === undefined ? join : {kind: 'filter', input: join, where: rest}
}

const withInput = (node: LogicalNode, input: LogicalNode): LogicalNode => ({...node, input}) as LogicalNode

/** Below the repartition of the stream, if there is one. */
function belowJoin(join: JoinNode, where: Expr): JoinNode {
  const {left} = join
  if (left.kind === 'rekey') return {...join, left: {...left, input: {kind: 'filter', input: left.input, where}}}
  return {...join, left: {kind: 'filter', input: left, where}}
}
