import type {LogicalNode} from '../logical/node.ts'
import type {Source} from '../../plan/source.ts'
import {must} from '../../base/assert.ts'
import type * as Ast from '../syntax/ast.ts'
import type {Span} from '../syntax/span.ts'
import type {AliasedRelation, Relation} from '../syntax/query-ast.ts'
import type {Environment} from './environment.ts'
import {addJoin} from './join.ts'
import {subSelectOf, type SubSelect} from './named-queries.ts'
import {didYouMean, refuse} from './refusal.ts'
import {scopeSource, type Scope, type ScopeSource, type Slots} from './scope.ts'

/** A key column of a relation. */
export type KeyColumn = {
  readonly slot: number
  /** Columns that may be selected as this key, the preferred one first; none when it is synthetic. */
  readonly selectable: readonly number[]
  /** Columns that hold the same value in every row. */
  readonly same: readonly number[]
}

/** What stands behind FROM: its rows, the names in them, and their key. */
export type Relations = {
  readonly node: LogicalNode
  readonly scope: Scope
  readonly key: readonly KeyColumn[]
  /** How the key came about: messages about missing keys differ. */
  readonly keyedBy: 'source' | 'join' | 'foreign-key'
}

/** How FROM is read: `derive` understands a sub-query. */
export type FromContext = {
  readonly env: Environment
  readonly slots: Slots
  readonly isRowkeyAllowed: boolean
  readonly derive: (sub: SubSelect, span: Span) => Relations
}

export function analyzeFrom(relation: Relation, context: FromContext): Relations {
  if (relation.kind !== 'Join') return single(relation, context)
  const left = analyzeFrom(relation.left, context)
  const right = single(relation.right, context)
  return addJoin(left, right, relation, context.env)
}

function single(relation: AliasedRelation, {env, slots, isRowkeyAllowed, derive}: FromContext): Relations {
  const sub = subSelectOf(relation, env)
  if (sub !== undefined || relation.kind === 'SubQuery') return derive(must(sub, 'sub-query'), relation.span)
  const source = findSource(relation.name, env)
  const own = scopeSource(source, relation.alias?.text ?? source.name, relation.span, slots)
  return {
    node: {kind: 'source', source, slots: own.slots},
    scope: {slots, sources: [own], isRowkeyAllowed},
    key: keyOf(own),
    keyedBy: 'source',
  }
}

const keyOf = (source: ScopeSource): KeyColumn[] =>
  source.slots.filter(({origin}) => origin.kind === 'key').map(({slot}) => ({slot, selectable: [slot], same: [slot]}))

/** The source of this name; refuses unknown ones. */
export function findSource(name: Ast.Identifier, env: Pick<Environment, 'catalog'>, describe = defaultMessage): Source {
  const source = env.catalog.source(name.text)
  if (source !== undefined) return source
  return refuse(describe(name), name, unknownSourceHint(name, env))
}

const defaultMessage = (name: Ast.Identifier): string => `${name.text} does not exist.`

function unknownSourceHint(name: Ast.Identifier, {catalog}: Pick<Environment, 'catalog'>): string {
  const names = catalog.sources().map(source => source.name)
  const otherCase = names.find(known => known.toUpperCase() === name.text.toUpperCase())
  if (otherCase !== undefined && name.isQuoted)
    return `Did you mean ${otherCase}? Hint: try removing double quotes from the source name.`
  return otherCase === undefined
    ? (didYouMean(name.text, names) ?? 'SHOW STREAMS and SHOW TABLES list what there is.')
    : `Did you mean "${otherCase}"? Hint: wrap the source name in double quotes to keep its case.`
}
