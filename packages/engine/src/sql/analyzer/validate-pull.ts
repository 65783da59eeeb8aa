import type {Expr} from '../../expr/ir.ts'
import {printType, quoteName} from '../../schema/sql-type.ts'
import {conjuncts} from '../logical/conjuncts.ts'
import {slotsOf} from '../logical/expr-slots.ts'
import type {Expression} from '../syntax/ast.ts'
import type {Query} from '../syntax/query-ast.ts'
import {describe} from './describe.ts'
import type {Lookup} from './lookup.ts'
import {refuse} from './refusal.ts'
import type {ScopeSource} from './scope.ts'
import type {Settings} from './settings.ts'

/** Refuses what only a query that runs on can do. */
export function refusePullClauses(query: Query): void {
  const clauses = [
    ['WINDOW', query.window],
    ['PARTITION BY', query.partitionBy],
    ['EMIT', query.emit],
  ] as const
  for (const [name, node] of clauses) {
    if (node === undefined) continue
    refuse(
      `Pull queries don't support ${name} clauses. See https://cnfl.io/queries for more info.\n` +
        'Add EMIT CHANGES if you intended to issue a push query.',
      node,
    )
  }
}

/** A key is looked up by values of its type: text is not read as a number there. */
export function refuseTextKeys(where: Expression, {source}: Pick<ScopeSource, 'source'>): void {
  if (where.kind === 'Logical') {
    refuseTextKeys(where.left, {source})
    refuseTextKeys(where.right, {source})
    return
  }
  if (where.kind !== 'In' || where.operand.kind !== 'ColumnRef' || source.kind !== 'table') return
  const {text} = where.operand.name
  const key = source.schema.key.find(column => column.name === text)
  if (key === undefined || key.type.kind === 'VARCHAR' || key.type.kind === 'BYTES') return
  const literal = where.list.find(item => item.kind === 'StringLiteral')
  if (literal !== undefined)
    refuse(
      `${describe(literal)} can not be converted to the type of the key column: ${key.name} ${printType(key.type)} KEY`,
      literal,
    )
}

/** With table scans switched off: says why the WHERE names no keys. */
export function refuseScan(query: Query, where: Expr | undefined, lookup: Lookup, source: ScopeSource, settings: Settings): void {
  if (settings.flag('ksql.query.pull.table.scan.enabled', true)) return
  const {key} = source.source.schema
  if (where !== undefined && query.where !== undefined && combinesIn(where, source)) refuse(combinedIn, query.where)
  if (lookup.keys !== undefined) return
  if (where === undefined || query.where === undefined) return refuse(scanDisabled, query.where ?? query.from)
  const keys = source.slots.filter(({origin}) => origin.kind === 'key').map(({slot}) => slot)
  const mayRange = settings.flag('ksql.query.pull.range.scan.enabled', true)
  if (mayRange && isTextRange(where, source)) return
  refuse(
    `${reasonOf(
      where,
      query.where,
      keys,
      key.map(column => `${quoteName(column.name)} ${printType(column.type)} KEY`),
    )} ${scanDisabled}`,
    query.where,
  )
}

const combinedIn = 'A comparison condition on the key column cannot be combined with other comparisons such as an IN predicate.'

/** One key column under both IN and another condition. */
function combinesIn(where: Expr, {slots}: ScopeSource): boolean {
  const parts = conjuncts(where)
  return slots
    .filter(({origin}) => origin.kind === 'key')
    .some(({slot}) => {
      const onKey = parts.filter(part => slotsOf(part).has(slot))
      return onKey.length > 1 && onKey.some(part => part.kind === 'in')
    })
}

const scanDisabled =
  'Query requires table scan to be enabled. Table scans can be enabled by setting ksql.query.pull.table.scan.enabled=true'

/** One range over the only key column, which is text: its order is that of its bytes. */
function isTextRange(where: Expr, {slots, source}: ScopeSource): boolean {
  const [only, ...more] = slots.filter(({origin}) => origin.kind === 'key')
  if (only === undefined || more.length > 0 || source.schema.key[0]?.type.kind !== 'VARCHAR') return false
  const [range, ...others] = conjuncts(where).filter(part => slotsOf(part).has(only.slot))
  if (range?.kind !== 'compare' || others.length > 0) return false
  return range.operator !== '<>' && [range.left, range.right].some(side => side.kind === 'column' && side.index === only.slot)
}

function reasonOf(where: Expr, node: Expression, keys: readonly number[], printed: readonly string[]): string {
  const used = slotsOf(where)
  if (!keys.some(key => used.has(key))) {
    if (where.kind === 'like') return 'Like condition must be between strings.'
    return `WHERE clause missing key column for disjunct: ${describe(node)}.`
  }
  if (keys.length > 1)
    return `Multi-column sources must specify every key in the WHERE clause. Expected: [${printed.join(', ')}].`
  if (where.kind === 'and') return combinedIn
  if (where.kind === 'compare' && where.operator === '<>')
    return `Bound on key columns '[${printed.join(', ')}]' must currently be '='.`
  if (where.kind === 'in') return 'A comparison must be between a key column and a resolvable expression.'
  if (where.kind !== 'compare') return ''
  const isKey = (side: Expr): boolean => side.kind === 'column' && keys.includes(side.index)
  if (!isKey(where.left) && !isKey(where.right) && where.left.kind !== 'cast' && where.right.kind !== 'cast')
    return 'A comparison must directly reference a key column.'
  const isOpen = slotsOf(where.left).size > 0 && slotsOf(where.right).size > 0
  return isOpen ? 'A comparison must be between a key column and a resolvable expression.' : ''
}
