import {must} from '../../../base/assert.ts'
import {isOverOneSource, keySlots, slotColumns, slotsInKey} from '../columns.ts'
import {slotsOf} from '../expr-slots.ts'
import type {AggregateNode, CarryNode, ComputeNode, JoinNode, LogicalNode, RekeyNode, SlotColumn, UnionNode} from '../node.ts'

type Slots = ReadonlySet<number>

/**
 * Puts a `carry` below every repartition and join that keeps only the columns used above. It is also what makes
 * pseudocolumns and headers survive them: there they become plain columns.
 */
export function pruneColumns(node: LogicalNode, needed: Slots): LogicalNode {
  switch (node.kind) {
    case 'source':
      return node
    case 'filter':
      return {...node, input: pruneColumns(node.input, union(needed, slotsOf(node.where)))}
    case 'flat-map':
      return {
        ...node,
        input: pruneColumns(node.input, union(needed, ...node.calls.flatMap(call => call.args.map(arg => slotsOf(arg))))),
      }
    case 'suppress':
    case 'distinct':
    case 'carry':
      return {...node, input: pruneColumns(node.input, needed)}
    case 'compute':
      return pruneCompute(node, needed)
    case 'union':
      return pruneUnion(node, needed)
    case 'rekey':
      return pruneRekey(node, needed)
    case 'aggregate':
      return pruneAggregate(node)
    case 'join':
      return pruneJoin(node, needed)
  }
}

/** `isBelowJoin`: the rows of a join have no record time of one side, so it is carried as a column. */
function pruneRekey(node: RekeyNode, needed: Slots, isBelowJoin = false): RekeyNode {
  const own = new Set(node.key.map(column => column.slot))
  const before = slotsInKey(node.input)
  const used = [...union(...node.key.map(column => slotsOf(column.expr)))].filter(slot => !before.has(slot))
  const carried = new Set([...needed].filter(slot => !own.has(slot)).concat(used))
  if (!isBelowJoin && isOverOneSource(node.input)) for (const slot of recordTimes(node.input)) carried.delete(slot)
  const input = pruneColumns(node.input, union(carried, before))
  const losesColumns = node.needsRepartition || (!node.keepsKey && [...carried].some(slot => before.has(slot)))
  return {...node, input: losesColumns ? carry(input, carried) : input}
}

/** Columns of the rows below that are used above pass through it. */
function pruneCompute(node: ComputeNode, needed: Slots): ComputeNode {
  const own = node.columns.filter(({slot}) => needed.has(slot))
  const computed = new Set([node.rowtime, ...own.map(({slot}) => slot)])
  const below = slotColumns(node.input)
  const inKey = slotsInKey(node.input)
  const passed = [...needed]
    .filter(slot => !computed.has(slot) && !inKey.has(slot))
    .sort((a, b) => a - b)
    .map(slot => must(below.get(slot), `slot ${slot}`))
    .map(column => ({...column, expr: {kind: 'column', type: column.type, index: column.slot, name: column.name} as const}))
  const columns = [...passed, ...own]
  return {...node, columns, input: pruneColumns(node.input, union(inKey, ...columns.map(({expr}) => slotsOf(expr))))}
}

function pruneUnion(node: UnionNode, needed: Slots): UnionNode {
  const isWanted = (_: unknown, index: number): boolean => needed.has(must(node.columns[index], 'column').slot)
  return {
    ...node,
    columns: node.columns.filter(isWanted),
    inputs: node.inputs.map(({node: input, exprs}) => {
      const kept = exprs.filter(isWanted)
      return {node: pruneColumns(input, union(slotsInKey(input), ...kept.map(expr => slotsOf(expr)))), exprs: kept}
    }),
  }
}

function pruneAggregate(node: AggregateNode): AggregateNode {
  const used = union(...node.aggregations.flatMap(call => call.args.map(arg => slotsOf(arg))))
  return {...node, input: pruneRekey(node.input, used)}
}

function pruneJoin(node: JoinNode, needed: Slots): JoinNode {
  const wanted = new Set(node.foreignKey === undefined ? needed : union(needed, slotsOf(node.foreignKey)))
  for (const slot of node.sameAsKey) wanted.delete(slot)
  const leftKey = node.key === undefined ? new Set(keySlots(node.left)) : new Set<number>()
  return {
    ...node,
    left: pruneSide(node.left, new Set([...wanted].filter(slot => !leftKey.has(slot)))),
    right: pruneSide(node.right, wanted),
  }
}

function pruneSide(side: LogicalNode, wanted: Slots): LogicalNode {
  const columns = slotColumns(side)
  const own = new Set([...wanted].filter(slot => columns.has(slot)))
  return side.kind === 'rekey' ? pruneRekey(side, own, true) : carry(pruneColumns(side, own), own)
}

function carry(input: LogicalNode, wanted: Slots): LogicalNode {
  const columns = slotColumns(input)
  const carried = [...wanted].sort((a, b) => a - b).map(slot => must(columns.get(slot), `slot ${slot}`))
  return isSourceAsItIs(input, carried) ? input : ({kind: 'carry', input, columns: carried} satisfies CarryNode)
}

/** Rows keep their record time through repartitions, so it need not become a column there. */
function recordTimes(node: LogicalNode): readonly number[] {
  if (node.kind === 'union') return [node.rowtime]
  if (node.kind === 'compute') return [node.rowtime, ...recordTimes(node.input)]
  if (node.kind !== 'source') return 'input' in node ? recordTimes(node.input) : []
  return node.slots.filter(slot => slot.origin.kind === 'system' && slot.origin.name === 'ROWTIME').map(slot => slot.slot)
}

function isSourceAsItIs(input: LogicalNode, carried: readonly SlotColumn[]): boolean {
  if (input.kind !== 'source') return false
  const values = input.slots.filter(slot => slot.origin.kind === 'value')
  return values.length === carried.length && values.every((slot, index) => slot.slot === carried[index]?.slot)
}

function union(...sets: readonly Slots[]): Set<number> {
  const all = new Set<number>()
  for (const set of sets) for (const slot of set) all.add(slot)
  return all
}
