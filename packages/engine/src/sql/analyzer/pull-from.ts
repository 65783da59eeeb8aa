import type {Expr} from '../../expr/ir.ts'
import {typesEqual, type SqlType} from '../../schema/sql-type.ts'
import type {JoinType} from '../../plan/step.ts'
import {conjunction, conjuncts} from '../logical/conjuncts.ts'
import {slotsOf} from '../logical/expr-slots.ts'
import {pullSlots, type PullTree} from '../logical/pull-tree.ts'
import type {AliasedRelation, Join, Query, Relation} from '../syntax/query-ast.ts'
import {derivedSource, itemSlots} from './derived.ts'
import type {Environment} from './environment.ts'
import {findSource} from './from.ts'
import {joinContext} from './join-condition.ts'
import {subSelectOf} from './named-queries.ts'
import type {PullAnalysis} from './pull.ts'
import {checkPredicate} from './query-context.ts'
import {refuse} from './refusal.ts'
import {scopeSource, type Scope, type Slots} from './scope.ts'
import {must} from '../../base/assert.ts'

export type PullRelations = {readonly tree: PullTree; readonly scope: Scope}

type Analyze = (query: Query, env: Environment, slots: Slots) => PullAnalysis

/** What stands behind FROM of a pull query: sources, sub-queries, and joins of them on any equalities. */
export function analyzePullFrom(relation: Relation, env: Environment, slots: Slots, analyze: Analyze): PullRelations {
  if (relation.kind !== 'Join') return single(relation, env, slots, analyze)
  const left = analyzePullFrom(relation.left, env, slots, analyze)
  return joined(left, single(relation.right, env, slots, analyze), relation, env)
}

function single(relation: AliasedRelation, env: Environment, slots: Slots, analyze: Analyze): PullRelations {
  const sub = subSelectOf(relation, env)
  if (sub === undefined && relation.kind === 'SourceRef') {
    const source = findSource(relation.name, env)
    const own = scopeSource(source, relation.alias?.text ?? source.name, relation.span, slots)
    return {tree: {kind: 'scan', source, slots: own.slots}, scope: {slots, sources: [own], isRowkeyAllowed: true}}
  }
  const {query, env: inner, alias} = must(sub, 'sub-query')
  const {tree, items, scope} = analyze(query, inner, slots)
  const {columns, computed} = itemSlots(items, slots)
  const own = derivedSource({
    alias,
    span: relation.span,
    kind: 'stream',
    first: must(scope.sources[0], 'source of a sub-query').source,
    key: [],
    values: columns.map(({slot, name, type}, index) => ({slot, name, type, origin: {kind: 'value', index}})),
    beside: [],
  })
  const node: PullTree = computed.length === 0 ? tree : {kind: 'compute', input: tree, columns: computed}
  return {tree: node, scope: {slots, sources: [own], isRowkeyAllowed: false}}
}

const joinTypes: Readonly<Record<Join['joinType'], JoinType>> = {INNER: 'inner', LEFT: 'left', RIGHT: 'right', FULL: 'full'}

function joined(left: PullRelations, right: PullRelations, join: Join, env: Environment): PullRelations {
  if (join.within !== undefined)
    refuse('WITHIN is for joins of streams that run on; a pull query joins what is there.', join.within)
  const added = must(right.scope.sources[0], 'joined source')
  if (left.scope.sources.some(({alias}) => alias === added.alias))
    refuse(`Each source of a join needs a name of its own, but '${added.alias}' names two of them.`, join.right)
  const scope: Scope = {...left.scope, sources: [...left.scope.sources, added]}
  const parts = conjuncts(checkPredicate(join.on, joinContext(scope, env)))
  const sides = {left: pullSlots(left.tree), right: pullSlots(right.tree)}
  const pairs = parts.map(part => ({part, pair: equalityOf(part, sides)}))
  const on = pairs.flatMap(({pair}) => pair ?? [])
  if (on.length === 0)
    refuse('A join needs at least one equality between its two sides.', join.on, 'Join on a column of each: ON a.id = b.id.')
  for (const pair of on) refuseTypes(pair.left.type, pair.right.type, join)
  const where = conjunction(pairs.filter(({pair}) => pair === undefined).map(({part}) => part))
  return {
    tree: {
      kind: 'join',
      join: joinTypes[join.joinType],
      left: left.tree,
      right: right.tree,
      on,
      ...(where === undefined ? {} : {where}),
    },
    scope,
  }
}

type Sides = {readonly left: ReadonlySet<number>; readonly right: ReadonlySet<number>}

function equalityOf(part: Expr, sides: Sides): {readonly left: Expr; readonly right: Expr} | undefined {
  if (part.kind !== 'compare' || part.operator !== '=') return undefined
  const isOf = (expr: Expr, side: ReadonlySet<number>): boolean => {
    const slots = [...slotsOf(expr)]
    return slots.length > 0 && slots.every(slot => side.has(slot))
  }
  if (isOf(part.left, sides.left) && isOf(part.right, sides.right)) return {left: part.left, right: part.right}
  if (isOf(part.right, sides.left) && isOf(part.left, sides.right)) return {left: part.right, right: part.left}
  return undefined
}

const numbers = ['INT', 'BIGINT', 'DOUBLE']

/** Rows meet by the bytes of their values, so the types must have the same. */
function refuseTypes(left: SqlType, right: SqlType, join: Join): void {
  if (typesEqual(left, right) || (numbers.includes(left.kind) && numbers.includes(right.kind))) return
  refuse(
    `Invalid join condition: types don't match: ${left.kind} and ${right.kind}.`,
    join.on,
    'CAST one side to the type of the other.',
  )
}
