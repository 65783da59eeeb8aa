import {assertNever, must} from '../../base/assert.ts'
import type {Expr} from '../../expr/ir.ts'
import type {PullNode, PullScan} from '../../plan/pull-plan.ts'
import {accessOf} from '../analyzer/access.ts'
import type {SourceLookup} from '../../plan/source.ts'
import {rewrite, slotsOf} from '../logical/expr-slots.ts'
import type {ComputedColumn, PullJoinTree, PullTree} from '../logical/pull-tree.ts'
import {pullSlots} from '../logical/pull-tree.ts'
import {columnAt} from './layout.ts'

/** A node and what to read for each slot in its rows. */
type LoweredPull = {readonly node: PullNode; readonly at: ReadonlyMap<number, Expr>}
type Slots = ReadonlySet<number>

/** A tree as nodes that give `values`. Only needed columns are carried. */
export function planPull(tree: PullTree, values: readonly Expr[], catalog: SourceLookup): PullNode {
  const {node, at} = lower(tree, used(values), catalog)
  return {kind: 'project', input: node, values: values.map(value => placed(value, at))}
}

function lower(tree: PullTree, needed: Slots, catalog: SourceLookup): LoweredPull {
  switch (tree.kind) {
    case 'scan':
      return lowerScan(tree, undefined, catalog)
    case 'filter': {
      const {input, where} = tree
      const below =
        input.kind === 'scan' ? lowerScan(input, where, catalog) : lower(input, new Set([...needed, ...slotsOf(where)]), catalog)
      return {node: {kind: 'filter', input: below.node, where: placed(where, below.at)}, at: below.at}
    }
    case 'compute':
      return lowerCompute(tree.input, tree.columns, needed, catalog)
    case 'group': {
      const exprs = [...tree.groups.map(({expr}) => expr), ...tree.calls.flatMap(({args}) => args)]
      const {node, at} = lower(tree.input, used(exprs), catalog)
      const aggregations = tree.calls.map(({function: name, overload, args, type}) => ({
        function: name,
        overload,
        args: args.map(arg => placed(arg, at)),
        type,
      }))
      const groups = tree.groups.map(({expr}) => placed(expr, at))
      return {node: {kind: 'aggregate', input: node, groups, aggregations}, at: positions([...tree.groups, ...tree.calls])}
    }
    case 'join':
      return lowerJoin(tree, needed, catalog)
    case 'union': {
      const isWanted = (_: unknown, index: number): boolean => needed.has(must(tree.columns[index], 'column').slot)
      const inputs = tree.inputs.map(({tree: input, exprs}): PullNode => planPull(input, exprs.filter(isWanted), catalog))
      return {node: {kind: 'union', inputs}, at: positions(tree.columns.filter(isWanted))}
    }
    case 'sort': {
      const {node, at} = lower(tree.input, new Set([...needed, ...used(tree.by.map(({expr}) => expr))]), catalog)
      return {node: {kind: 'sort', input: node, by: tree.by.map(key => ({...key, expr: placed(key.expr, at)}))}, at}
    }
    case 'limit': {
      const {node, at} = lower(tree.input, needed, catalog)
      const {limit, offset} = tree
      return {
        node: {kind: 'limit', input: node, ...(limit === undefined ? {} : {limit}), ...(offset === undefined ? {} : {offset})},
        at,
      }
    }
    default:
      return assertNever(tree, 'pull tree')
  }
}

type ScanTree = Extract<PullTree, {kind: 'scan'}>

function lowerScan(tree: ScanTree, where: Expr | undefined, catalog: SourceLookup): LoweredPull {
  const {source, slots} = tree
  const node: PullScan = {
    kind: 'scan',
    sourceName: source.name,
    from: source.kind,
    ...(where === undefined ? {} : accessOf(where, tree, catalog)),
  }
  const at = new Map<number, Expr>()
  for (const {slot, name, type, origin} of slots) {
    if (origin.kind === 'key') at.set(slot, columnAt({name, type}, origin.index))
    if (origin.kind === 'value') at.set(slot, columnAt({name, type}, source.schema.key.length + origin.index))
    if (origin.kind === 'system') at.set(slot, {kind: 'system', type, name: origin.name})
    if (origin.kind === 'headers')
      at.set(slot, {kind: 'headers', type, ...(origin.header === undefined ? {} : {header: origin.header})})
  }
  return {node, at}
}

function lowerCompute(input: PullTree, columns: readonly ComputedColumn[], needed: Slots, catalog: SourceLookup): LoweredPull {
  const wanted = columns.filter(({slot}) => needed.has(slot))
  const own = new Set(wanted.map(({slot}) => slot))
  const passed = [...needed].filter(slot => !own.has(slot))
  const {node, at} = lower(input, new Set([...passed, ...used(wanted.map(({expr}) => expr))]), catalog)
  const kept = passed.flatMap(slot => {
    const expr = at.get(slot)
    return expr === undefined ? [] : [{slot, name: nameOf(expr), type: expr.type, expr}]
  })
  const placedColumns = wanted.map(column => ({...column, expr: placed(column.expr, at)}))
  return projected(node, [...kept, ...placedColumns])
}

/** The sides as plain columns: what stands beside a row does not survive a join. */
function lowerJoin(tree: PullJoinTree, needed: Slots, catalog: SourceLookup): LoweredPull {
  const all = new Set([...needed, ...(tree.where === undefined ? [] : slotsOf(tree.where))])
  const side = (input: PullTree, keys: readonly Expr[]) => {
    const own = pullSlots(input)
    const wanted = [...new Set([...all, ...used(keys)])].filter(slot => own.has(slot))
    return lowerCompute(input, [], new Set(wanted), catalog)
  }
  const left = side(
    tree.left,
    tree.on.map(({left: key}) => key),
  )
  const right = side(
    tree.right,
    tree.on.map(({right: key}) => key),
  )
  const widths = {left: left.at.size, right: right.at.size}
  const moved = [...right.at].map(([slot, expr]): [number, Expr] => [
    slot,
    expr.kind === 'column' ? {...expr, index: expr.index + widths.left} : expr,
  ])
  const at = new Map([...left.at, ...moved])
  const on = tree.on.map(pair => ({left: placed(pair.left, left.at), right: placed(pair.right, right.at)}))
  return {
    node: {
      kind: 'join',
      join: tree.join,
      left: left.node,
      right: right.node,
      on,
      widths,
      ...(tree.where === undefined ? {} : {where: placed(tree.where, at)}),
    },
    at,
  }
}

const projected = (input: PullNode, columns: readonly ComputedColumn[]): LoweredPull => ({
  node: {kind: 'project', input, values: columns.map(({expr}) => expr)},
  at: positions(columns),
})

const positions = (columns: readonly {readonly slot: number; readonly name: string; readonly type: Expr['type']}[]) =>
  new Map(columns.map((column, index) => [column.slot, columnAt(column, index)]))

const nameOf = (expr: Expr): string => (expr.kind === 'column' || expr.kind === 'system' ? expr.name : expr.kind.toUpperCase())

const placed = (expr: Expr, at: LoweredPull['at']): Expr =>
  rewrite(expr, part => (part.kind === 'column' ? must(at.get(part.index), `column ${part.name}`) : undefined))

function used(exprs: readonly Expr[]): Set<number> {
  const slots = new Set<number>()
  for (const expr of exprs) slotsOf(expr, slots)
  return slots
}
