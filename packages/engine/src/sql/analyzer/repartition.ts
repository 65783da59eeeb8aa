import type {Expr} from '../../expr/ir.ts'
import {sameExpr} from '../logical/expr-slots.ts'
import type {LogicalNode, SlotColumn} from '../logical/node.ts'
import type {Expression} from '../syntax/ast.ts'
import type {KeyClause} from '../syntax/query-ast.ts'
import type {Analysis} from './analysis.ts'
import {check} from './check.ts'
import {givesOf} from '../logical/columns.ts'
import {createColumnNames, prefixed} from './column-names.ts'
import {keyFormatOf, partitionsOf, repartitionFormat} from './co-partitioning.ts'
import {describe} from './describe.ts'
import {isKeyRequired, itemsOf, keyTwice, missingKey, plainKey} from './keys.ts'
import {checkContext, readItems, withTableFunctions, type QueryContext} from './query-context.ts'
import {refuse} from './refusal.ts'
import {isJoin, ownerOf, qualifiedName, type Scope} from './scope.ts'
import {plainStar, rekeyedStar, type Item} from './select-items.ts'

/** A new key column: the expression that gives it. */
type NewKey = {readonly expr: Expr; readonly node: Expression; readonly name: string; readonly slot: number}

/** PARTITION BY. */
export function repartitionQuery(context: QueryContext, filtered: LogicalNode, clause: KeyClause): Analysis {
  if (givesOf(filtered) === 'table') refuseTable(context, clause)
  const keys = readKeys(context, clause)
  if (keys !== undefined && isSameKey(keys, context)) return unchanged(context, filtered)
  if (context.scope.sources.some(({source}) => source.window !== undefined))
    refuse(
      'Implicit repartitioning of windowed sources is not supported. See https://github.com/confluentinc/ksql/issues/4385.',
      clause,
    )
  const items = withNewKeys(readItems(context, rekeyedStar(context.scope)), keys ?? [], context)
  const node = rekeyed(withTableFunctions(filtered, context), keys ?? [], context)
  const {relations} = context
  const key = (keys ?? []).map(column => ({slot: column.slot, item: keyItem(column, items, context)}))
  if (isKeyRequired(context) && key.some(({item}) => item === undefined)) refuseMissing(context, keys ?? [], clause)
  const present = isKeyRequired(context) || context.target.kind === 'push' ? key : key.filter(({item}) => item !== undefined)
  const values = items.filter(item => !key.some(({item: used}) => used === item))
  return {relations, node, items, key: present, values, gives: 'stream', isKeyless: keys === undefined}
}

function refuseTable({relations}: QueryContext, clause: KeyClause): never {
  const names = relations.scope.sources[0]?.source.schema.key.map(column => column.name) ?? []
  return refuse(
    'Cannot repartition a TABLE source. PARTITION BY is for streams only.',
    clause,
    `The key of this table stays ${names.join(', ')}; GROUP BY makes a table with another key.`,
  )
}

function unchanged(context: QueryContext, filtered: LogicalNode): Analysis {
  const items = readItems(context, plainStar(context.scope, context.target.kind === 'push'))
  const {key, values} = plainKey(context, items)
  return {
    relations: context.relations,
    node: withTableFunctions(filtered, context),
    items,
    key,
    values,
    gives: 'stream',
    isKeyless: false,
  }
}

/** `undefined`: PARTITION BY NULL, which leaves the rows without a key. */
function readKeys(context: QueryContext, {expressions, span}: KeyClause): NewKey[] | undefined {
  const checking = checkContext(context, 'PARTITION BY')
  const names = createColumnNames(context.scope)
  const checked = expressions.map(node => ({node, expr: check(node, checking)}))
  const keys: NewKey[] = []
  for (const {node, expr} of checked) {
    if (expr === undefined) {
      if (expressions.length > 1) refuse('Cannot PARTITION BY multiple columns including NULL', span)
      return undefined
    }
    if (keys.some(key => sameExpr(key.expr, expr)))
      refuse(`Duplicate PARTITION BY expression: ${describe(node, qualifiedName(context.scope))}`, node)
    keys.push({expr, node, name: keyName(expr, node, names.of, context.scope), slot: context.scope.slots.next()})
  }
  return keys
}

function keyName(expr: Expr, node: Expression, nameOf: (node: Expression) => string, scope: Scope): string {
  const owner = expr.kind === 'column' && isJoin(scope) ? ownerOf(expr.index, scope) : undefined
  return owner !== undefined && expr.kind === 'column' ? prefixed(owner.alias, expr.name) : nameOf(node)
}

const isSameKey = (keys: readonly NewKey[], {relations}: QueryContext): boolean =>
  keys.length === relations.key.length &&
  keys.every(({expr}, index) => expr.kind === 'column' && relations.key[index]?.same.includes(expr.index) === true)

/** `*` stands for the re-keyed rows: an expression that became the key is one of their columns. */
function withNewKeys(items: readonly Item[], keys: readonly NewKey[], context: QueryContext): readonly Item[] {
  const star = context.query.select.find(item => item.kind === 'SelectStar' && item.qualifier === undefined)
  if (star === undefined) return items
  const added = keys.filter(key => itemsOf(key.expr, items).length === 0)
  return [...added.map(({name, expr, node}) => ({...plainItem(name, expr, node), isStar: true})), ...items]
}

const plainItem = (name: string, expr: Expr, node: Expression): Item => ({
  name,
  expr,
  text: describe(node),
  span: node.span,
  isStar: false,
  isUnaliasedColumn: false,
})

function keyItem({expr, name}: NewKey, items: readonly Item[], {target}: QueryContext): Item | undefined {
  const found = itemsOf(expr, items)
  const [first, second] = found
  if (target.kind === 'persistent' && second !== undefined)
    refuse(keyTwice(`\`${name}\``, found.map(item => item.name).sort()), second.span)
  return first
}

function refuseMissing({scope, target}: QueryContext, keys: readonly NewKey[], clause: KeyClause): never {
  const names = keys.map(({node}) => describe(node, qualifiedName(scope)))
  return refuse(missingKey(target, 'partitioning expression', names, 'and'), clause)
}

/** The result topic places the rows by their new key; no topic in between is needed. */
function rekeyed(input: LogicalNode, keys: readonly NewKey[], {relations}: QueryContext): LogicalNode {
  return {
    kind: 'rekey',
    input,
    key: keys.map(({slot, name, expr}): SlotColumn & {expr: Expr} => ({slot, name, type: expr.type, expr})),
    onNullKey: 'keep',
    needsRepartition: false,
    keepsKey: false,
    keyFormat: repartitionFormat(
      keyFormatOf(relations.node),
      keys.map(key => key.expr.type),
    ),
    partitions: partitionsOf(relations.node),
  }
}
