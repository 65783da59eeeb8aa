import {must} from '../../base/assert.ts'
import {canWiden} from '../../expr/types.ts'
import type {Expr} from '../../expr/ir.ts'
import {printType, typesEqual, type SqlType} from '../../schema/sql-type.ts'
import type {Query} from '../syntax/query-ast.ts'
import {refuse} from './refusal.ts'
import {refuseDuplicates} from './result-schema.ts'
import type {Slots} from './scope.ts'
import type {Item} from './select-items.ts'

/** The queries that a UNION combines, each as it stands alone. */
export function unionQueries(query: Query): readonly Query[] {
  const other = query.unions.find(({isAll}) => isAll !== query.unions[0]?.isAll)
  if (other !== undefined)
    refuse('UNION and UNION ALL cannot be mixed in one query.', other, 'Put one of them in a sub-query: FROM (… UNION …) AS a.')
  const end = {ctes: [], unions: [], orderBy: [], emit: undefined, limit: undefined, offset: undefined}
  return [{...query, ...end}, ...query.unions.map(part => part.query)]
}

/** What the clauses behind a UNION are about: its columns by name. UNION without ALL gives each row once. */
export function overUnion(query: Query, names: readonly string[]): Query {
  const {span} = query
  const clauses = {window: undefined, where: undefined, groupBy: undefined, partitionBy: undefined, having: undefined}
  const name = (text: string) => ({text, isQuoted: true, span})
  return {
    ...query,
    ...clauses,
    unions: [],
    isDistinct: query.unions.some(({isAll}) => !isAll),
    select: names.map(text => ({
      kind: 'SelectExpression',
      expression: {kind: 'ColumnRef', qualifier: undefined, name: name(text), span},
      alias: undefined,
      span,
    })),
  }
}

export type UnionColumns = {
  readonly columns: readonly {readonly slot: number; readonly name: string; readonly type: SqlType}[]
  /** What each query gives for them. */
  readonly exprs: readonly (readonly Expr[])[]
}

/** Columns by position: named by the first query, of a type that the values of all fit in. */
export function unionColumns(queries: readonly Query[], lists: readonly (readonly Item[])[], slots: Slots): UnionColumns {
  const first = must(lists[0], 'query of a union')
  refuseDuplicates(first)
  for (const [index, items] of lists.entries())
    if (items.length !== first.length)
      refuse(
        `The queries of a UNION have different numbers of columns: ${first.length} and ${items.length}.`,
        must(queries[index], 'query of a union'),
        `Columns meet by their position: ${first.map(({name}) => name).join(', ')}.`,
      )
  const columns = first.map(({name}, place) => ({
    slot: slots.next(),
    name,
    type: commonType(
      name,
      lists.map(items => must(items[place], 'item')),
    ),
  }))
  const exprs = lists.map(items => items.map(({expr}, place) => widened(expr, must(columns[place], 'column').type)))
  return {columns, exprs}
}

function commonType(name: string, items: readonly Item[]): SqlType {
  return items.reduce<SqlType>((type, {expr, span}) => {
    if (typesEqual(type, expr.type) || canWiden(expr.type, type)) return type
    if (canWiden(type, expr.type)) return expr.type
    return refuse(
      `The column ${name} of a UNION is ${printType(type)} in one query and ${printType(expr.type)} in another.`,
      span,
      `CAST(… AS ${printType(type)})`,
    )
  }, must(items[0], 'item').expr.type)
}

const widened = (expr: Expr, type: SqlType): Expr =>
  typesEqual(type, expr.type) ? expr : {kind: 'cast', type, operand: expr, isImplicit: true}
