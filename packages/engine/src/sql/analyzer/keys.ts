import {quoteName} from '../../schema/sql-type.ts'
import type {Expr} from '../../expr/ir.ts'
import {sameExpr} from '../logical/expr-slots.ts'
import type {ResultKey, Target} from './analysis.ts'
import {prefixed} from './column-names.ts'
import {nameText} from './describe.ts'
import type {KeyColumn} from './from.ts'
import type {QueryContext} from './query-context.ts'
import {joined, refuse} from './refusal.ts'
import {isJoin, ownerOf, type Scope} from './scope.ts'
import type {Item} from './select-items.ts'

export type KeyAndValues = {readonly key: readonly ResultKey[]; readonly values: readonly Item[]}

/** The key of rows that keep their key: which items select it, and what is left for the value. */
export function plainKey(context: QueryContext, items: readonly Item[]): KeyAndValues {
  const {relations, scope} = context
  const chosen = relations.key.map(column => ({column, found: selecting(column, items)}))
  for (const {found} of chosen) refuseTwice(found, scope)
  const key = chosen.map(({column, found}) => ({slot: column.slot, item: found[0]}))
  if (isKeyRequired(context) && key.some(({item}) => item === undefined))
    refuseMissing(
      context,
      chosen.map(({column, found}) => ({column, isThere: found.length > 0})),
    )
  return {key: inProjectionOrder(key, items, context), values: items.filter(item => !key.some(({item: used}) => used === item))}
}

/** Items that are nothing but a key column, of the first selectable one that is there. */
function selecting({slot, selectable}: KeyColumn, items: readonly Item[]): Item[] {
  const options = selectable.length === 0 ? [slot] : selectable
  for (const option of options) {
    const found = items.filter(({expr}) => expr.kind === 'column' && expr.index === option)
    if (found.length > 0) return found
  }
  return []
}

/** `ksql.new.query.planner.enabled` lifts the rule that the key must be selected. */
export const isKeyRequired = ({target, env}: Pick<QueryContext, 'target' | 'env'>): boolean =>
  target.kind === 'persistent' && !isNewPlanner({env})

const isNewPlanner = ({env}: Pick<QueryContext, 'env'>): boolean => env.settings.flag('ksql.new.query.planner.enabled', false)

function inProjectionOrder(key: ResultKey[], items: readonly Item[], context: QueryContext): ResultKey[] {
  if (!isNewPlanner(context) || context.target.kind === 'push') return key
  const place = ({item}: ResultKey): number => (item === undefined ? -1 : items.indexOf(item))
  return key.filter(({item}) => item !== undefined).sort((a, b) => place(a) - place(b))
}

function refuseTwice(found: readonly Item[], scope: Scope): void {
  const [first, second] = found
  if (first === undefined || second === undefined || first.expr.kind !== 'column') return
  const owner = ownerOf(first.expr.index, scope)
  const name = owner !== undefined && isJoin(scope) ? prefixed(owner.alias, first.expr.name) : first.expr.name
  const names = found.map(item => item.name).sort()
  refuse(keyTwice(quoteName(name), names), second.span)
}

export const keyTwice = (key: string, names: readonly string[]): string =>
  `The projection contains a key column (${key}) more than once, aliased as: ${joined(
    names.map(name => nameText({text: name})),
    'and',
  )}.\n` +
  'Each key column must only be in the projection once. If you intended to copy the key into the value, then consider using the ' +
  'AS_VALUE function to indicate which key reference should be copied.'

type Missing = {readonly column: KeyColumn; readonly isThere: boolean}

function refuseMissing({relations, scope, target}: QueryContext, columns: readonly Missing[]): never {
  const span = target.kind === 'persistent' ? target.span : {start: 0, end: 0}
  if (relations.keyedBy === 'foreign-key') {
    const names = columns.filter(({isThere}) => !isThere).map(({column}) => `\`${nameOf(column.slot, scope, false)}\``)
    const plural = names.length > 1 ? 's' : ''
    return refuse(
      `Primary key column${plural} missing in projection. For foreign-key table-table joins, the projection must include all ` +
        `primary key columns from the left input table (\`${scope.sources[0]?.alias ?? ''}\`). Missing column${plural}: ${names.join(', ')}.`,
      span,
    )
  }
  const [first] = columns
  if (relations.keyedBy === 'join' && first !== undefined) {
    const {selectable} = first.column
    if (selectable.length > 0) {
      const names = selectable.map(slot => nameOf(slot, scope, true))
      return refuse(missingKey(target, 'join expression', names, 'or', names.slice(0, 1)), span)
    }
    const name = scope.syntheticKey?.name ?? 'ROWKEY'
    return refuse(
      `${missingKey(target, 'join expression', [name], 'or')}\n${name} was added as a synthetic key column because the join criteria did ` +
        'not match any source column. This expression must be included in the projection and may be aliased.',
      span,
    )
  }
  const names = columns.map(({column}) => nameOf(column.slot, scope, false))
  return refuse(missingKey(target, 'key column', names, 'and'), span)
}

function nameOf(slot: number, scope: Scope, isQualified: boolean): string {
  const owner = ownerOf(slot, scope)
  const name = nameText({text: owner?.slots.find(column => column.slot === slot)?.name ?? ''})
  return isQualified && owner !== undefined ? `${nameText({text: owner.alias})}.${name}` : name
}

/** The sentence about a key that is not in the SELECT list. */
export function missingKey(
  target: Target,
  what: string,
  names: readonly string[],
  conjunction: 'and' | 'or',
  example: readonly string[] = names,
): string {
  const plural = names.length > 1 ? 's' : ''
  const sink = target.kind === 'persistent' ? target.sinkName : ''
  return (
    `Key${conjunction === 'and' ? plural : ''} missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\n` +
    `The query used to build ${quoteName(sink)} must include the ${what}${plural} ${joined(names, conjunction)} in its projection ` +
    `(eg, SELECT ${example.join(', ')}...).`
  )
}

/** Items whose expression is the one given. */
export const itemsOf = (expr: Expr, items: readonly Item[]): Item[] => items.filter(item => sameExpr(item.expr, expr))
