import type {Expr} from '../../expr/ir.ts'
import type {SourceSlot} from '../logical/node.ts'
import type {Query} from '../syntax/query-ast.ts'
import {check} from './check.ts'
import type {CheckContext} from './checked.ts'
import type {Environment} from './environment.ts'
import {analyzeFrom} from './from.ts'
import {lookupOf, type Lookup} from './lookup.ts'
import {checkPredicate} from './query-context.ts'
import {refuseDuplicates} from './result-schema.ts'
import {createSlots, resolveColumn, type Clause, type ScopeSource} from './scope.ts'
import {plainStar, selectItems, type Item} from './select-items.ts'
import {scalarsOnly} from './special-calls.ts'
import {must} from '../../base/assert.ts'
import {refuse} from './refusal.ts'
import {refusePullClauses, refuseScan, refuseTextKeys} from './validate-pull.ts'
import {countOf} from './window.ts'

export type PullAnalysis = {
  readonly source: ScopeSource
  readonly items: readonly Item[]
  readonly where: Expr | undefined
  readonly lookup: Lookup
  readonly limit: number | undefined
}

/** A query that is answered from what is there. */
export function analyzePull(query: Query, env: Environment): PullAnalysis {
  refusePullClauses(query)
  const {scope} = analyzeFrom(query.from, env, createSlots(), true)
  const source = must(scope.sources[0], 'source of a pull query')
  const contextOf = (clause: Clause): CheckContext => ({
    check,
    env,
    clause,
    variables: [],
    special: scalarsOnly(clause),
    column: ref => {
      const {slot, type, name} = resolveColumn(ref, scope, clause)
      if (name === 'ROWPARTITION' || name === 'ROWOFFSET')
        refuse(`Pull queries don't support the following columns in ${clause} clauses: \`${name}\``, ref)
      return {kind: 'column', type, index: slot, name}
    },
  })
  const items = selectItems(query.select, contextOf('SELECT'), scope, plainStar(scope, true))
  refuseDuplicates(items)
  if (query.where !== undefined) refuseTextKeys(query.where, source)
  const where = query.where === undefined ? undefined : checkPredicate(query.where, contextOf('WHERE'))
  const lookup = where === undefined ? {} : lookupOf(where, lookupColumns(source))
  if (source.source.kind === 'table') refuseScan(query, where, lookup, source, env.settings)
  return {source, items, where, lookup, limit: query.limit === undefined ? undefined : countOf(query.limit, 'LIMIT')}
}

function lookupColumns({slots, source}: ScopeSource) {
  const named = (name: string): number | undefined =>
    slots.find(({origin}) => origin.kind === 'system' && origin.name === name)?.slot
  const isKey = ({origin}: SourceSlot): boolean => origin.kind === 'key'
  const key = source.kind === 'table' ? slots.filter(isKey).map(({slot}) => slot) : []
  return {key, windowStart: named('WINDOWSTART'), windowEnd: named('WINDOWEND')}
}
