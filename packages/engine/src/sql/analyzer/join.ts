import type {Expr} from '../../expr/ir.ts'
import type {JoinType} from '../../plan/step.ts'
import {givesOf} from '../logical/columns.ts'
import type {JoinNode, LogicalNode, SlotColumn} from '../logical/node.ts'
import type {Join} from '../syntax/query-ast.ts'
import type {Environment} from './environment.ts'
import type {KeyColumn, Relations} from './from.ts'
import {isKeyOf, joinCondition, type JoinCondition, type JoinSide} from './join-condition.ts'
import {keyFormatOf, partitionsOf, refuseMismatchedPartitions, repartitionFormat} from './co-partitioning.ts'
import {refuse} from './refusal.ts'
import type {Scope} from './scope.ts'
import {refuseUnjoinable, validateJoin, type KeyedJoinKind, type JoinKind} from './validate-join.ts'
import {durationMs} from './window.ts'

const joinTypes: Readonly<Record<Join['joinType'], JoinType>> = {INNER: 'inner', LEFT: 'left', RIGHT: 'right', FULL: 'full'}

/** Joins one more source to what is there. */
export function addJoin(left: Relations, right: Relations, join: Join, env: Environment): Relations {
  refuseUnjoinable(left, right, join)
  const scope: Scope = {...left.scope, sources: [...left.scope.sources, ...right.scope.sources]}
  const condition = joinCondition(join, left, right, scope, env)
  const of = kindOf(left, right, condition)
  validateJoin(of, join, condition, left, right)
  return of === 'foreign-key'
    ? foreignKeyJoin(left, right, join, condition, scope)
    : keyedJoin(of, left, right, join, condition, scope)
}

function kindOf(left: Relations, right: Relations, {left: side}: JoinCondition): JoinKind {
  const kinds = `${givesOf(left.node)}-${givesOf(right.node)}`
  if (kinds === 'table-table') return isKeyOf(side, left) ? 'table-table' : 'foreign-key'
  return kinds === 'stream-stream' || kinds === 'stream-table' ? kinds : 'table-stream'
}

function keyedJoin(
  of: KeyedJoinKind,
  left: Relations,
  right: Relations,
  join: Join,
  condition: JoinCondition,
  scope: Scope,
): Relations {
  const type = joinTypes[join.joinType]
  refuseMismatchedPartitions(left, right, join)
  const sides = coPartition(of, left, right, type, condition, join)
  const key = joinKey(type, left, condition, scope, of)
  const node: JoinNode = {
    kind: 'join',
    of,
    join: type,
    ...sides,
    key: key.column,
    sameAsKey: key.own.same.filter(slot => slot !== key.column.slot),
    ...(of === 'stream-stream' && join.within !== undefined ? {within: withinOf(join.within)} : {}),
  }
  const isSynthetic = key.own.selectable.length === 0
  return {
    node,
    scope: isSynthetic ? {...scope, syntheticKey: key.column} : withoutSynthetic(scope),
    key: [key.own],
    keyedBy: 'join',
  }
}

const withoutSynthetic = ({syntheticKey: _, ...scope}: Scope): Scope => scope

const withinOf = (within: NonNullable<Join['within']>) => ({
  beforeMs: durationMs(within.before, 'The time before'),
  afterMs: durationMs(within.after, 'The time after'),
  ...(within.grace === undefined ? {} : {graceMs: durationMs(within.grace, 'The grace period')}),
})

/** The join columns of both sides name the key; expressions do not, nor does any column of a FULL OUTER join. */
function joinKey(type: JoinType, left: Relations, {left: l, right: r}: JoinCondition, scope: Scope, of: JoinKind) {
  const slot = scope.slots.next()
  const before = left.key.find(
    column => l.slot !== undefined && (column.selectable.includes(l.slot) || column.same.includes(l.slot)),
  )
  const plain = [...(before?.selectable ?? (l.slot === undefined ? [] : [l.slot])), ...(r.slot === undefined ? [] : [r.slot])]
  const keepsLeft = type === 'inner' || type === 'left'
  const keepsRight = type === 'inner' || (type === 'right' && of !== 'stream-table')
  const sameLeft = keepsLeft && l.slot !== undefined ? (before?.same.includes(l.slot) === true ? before.same : [l.slot]) : []
  const own: KeyColumn = {
    slot,
    selectable: type === 'full' ? [] : plain,
    same: [slot, ...sameLeft, ...(keepsRight && r.slot !== undefined ? [r.slot] : [])],
  }
  const column: SlotColumn = {slot, type: l.expr.type, name: own.selectable.length === 0 ? syntheticName(scope) : 'KEY'}
  return {own, column}
}

/** `ROWKEY`, or `ROWKEY_1`, … when a source has such columns. */
function syntheticName(scope: Scope): string {
  const taken = new Set(scope.sources.flatMap(source => source.slots.map(slot => slot.name)))
  for (let n = 0; ; n++) {
    const name = n === 0 ? 'ROWKEY' : `ROWKEY_${n}`
    if (!taken.has(name)) return name
  }
}

/** Both sides keyed by the join condition, in one key format; streams are repartitioned where they are not. */
function coPartition(
  of: JoinKind,
  left: Relations,
  right: Relations,
  type: JoinType,
  condition: JoinCondition,
  join: Join,
): {left: LogicalNode; right: LogicalNode} {
  const [leftIsKeyed, rightIsKeyed] = [isKeyOf(condition.left, left), isKeyOf(condition.right, right)]
  const formats = {left: keyFormatOf(left.node), right: keyFormatOf(right.node)}
  const preferred =
    of === 'stream-table' || (!leftIsKeyed && rightIsKeyed) || formats.left.name === 'NONE' ? formats.right : formats.left
  const format = repartitionFormat(preferred, [condition.left.expr.type])
  const partitions = partitionsOf(right.node)
  const rekey = (side: JoinSide, relations: Relations, isKeyed: boolean, isKept: boolean): LogicalNode => {
    const isAligned = isKeyed && sameFormat(keyFormatOf(relations.node), format)
    if (isAligned) return relations.node
    if (relations.scope.sources.some(({source}) => source.window !== undefined))
      return refuse(
        'Implicit repartitioning of windowed sources is not supported. See https://github.com/confluentinc/ksql/issues/4385.',
        join,
      )
    const key = [{slot: relations.scope.slots.next(), name: 'KEY', type: side.expr.type, expr: side.expr}]
    const onNullKey = isKept ? 'keep' : 'drop-all-null'
    return {
      kind: 'rekey',
      input: relations.node,
      key,
      onNullKey,
      needsRepartition: true,
      keepsKey: false,
      keyFormat: format,
      partitions,
    }
  }
  return {
    left: rekey(condition.left, left, leftIsKeyed, type === 'left' || type === 'full'),
    right: rekey(condition.right, right, rightIsKeyed, type === 'right' || type === 'full'),
  }
}

const sameFormat = (a: {name: string; settings: object}, b: {name: string; settings: object}): boolean =>
  a.name === b.name && JSON.stringify(a.settings) === JSON.stringify(b.settings)

function foreignKeyJoin(left: Relations, right: Relations, join: Join, {left: side}: JoinCondition, scope: Scope): Relations {
  const foreignKey: Expr = side.expr
  const node: JoinNode = {
    kind: 'join',
    of: 'foreign-key',
    join: joinTypes[join.joinType],
    left: left.node,
    right: right.node,
    sameAsKey: [],
    foreignKey,
  }
  return {node, scope, key: left.key, keyedBy: 'foreign-key'}
}
