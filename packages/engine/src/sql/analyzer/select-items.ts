import {systemColumns} from '../../schema/schema.ts'
import type {Expr} from '../../expr/ir.ts'
import type {SlotColumn} from '../logical/node.ts'
import type * as Ast from '../syntax/ast.ts'
import type {SelectItem, SelectStar} from '../syntax/query-ast.ts'
import type {Span} from '../syntax/span.ts'
import {checkTyped, type CheckContext} from './checked.ts'
import {createColumnNames, prefixed, starName} from './column-names.ts'
import {describe, nameText} from './describe.ts'
import {refuse} from './refusal.ts'
import {isJoin, sourceOf, starColumns, type Scope, type ScopeSource} from './scope.ts'

/** One column of the result. */
export type Item = {
  readonly name: string
  readonly expr: Expr
  /** As written, for messages. */
  readonly text: string
  readonly span: Span
  /** Came from `*`: may be left out or renamed where the key takes its place. */
  readonly isStar: boolean
  /** A plain column without an alias. */
  readonly isUnaliasedColumn: boolean
}

/** The columns that a star stands for; a repartition changes them. */
export type Star = (star: SelectStar) => readonly (SlotColumn & {readonly as: string})[]

export function selectItems(select: readonly SelectItem[], context: CheckContext, scope: Scope, star: Star): Item[] {
  const names = createColumnNames(scope)
  return select.flatMap((item): Item[] => {
    if (item.kind === 'SelectStar') return star(item).map(column => starItem(column, item.span))
    if (item.kind === 'SelectStructStar') return structItems(item.base, item.span, context, names.of)
    const {expression: node, alias, span} = item
    refuseReservedAlias(node, alias)
    const expr = checkTyped(
      node,
      context,
      `Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).`,
    )
    const isUnaliasedColumn = alias === undefined && node.kind === 'ColumnRef'
    return [{name: alias?.text ?? names.of(node), expr, text: describe(node), span, isStar: false, isUnaliasedColumn}]
  })
}

const starItem = (column: SlotColumn & {readonly as: string}, span: Span): Item => ({
  name: column.as,
  expr: {kind: 'column', type: column.type, index: column.slot, name: column.name},
  text: nameText({text: column.name}),
  span,
  isStar: true,
  isUnaliasedColumn: false,
})

function structItems(base: Ast.Expression, span: Span, context: CheckContext, nameOf: (expr: Ast.Expression) => string): Item[] {
  const struct = checkTyped(base, context, 'A bare NULL has no fields.')
  const {type} = struct
  if (type.kind !== 'STRUCT') return refuse(`Cannot use ->* on '${describe(base)}': it is no STRUCT.`, span)
  return type.fields.map((field, index) => {
    const node: Ast.FieldAccess = {kind: 'FieldAccess', base, field: {text: field.name, isQuoted: true, span}, span}
    const expr: Expr = {kind: 'field', type: field.type, base: struct, index}
    return {name: nameOf(node), expr, text: describe(node), span, isStar: false, isUnaliasedColumn: false}
  })
}

export const isSystemName = (name: string): boolean => systemColumns.some(system => system === name)

function refuseReservedAlias(node: Ast.Expression, alias: Ast.Identifier | undefined): void {
  const reserved = alias?.text.toUpperCase()
  if (alias === undefined || reserved === undefined || !isSystemName(reserved)) return
  if (node.kind === 'ColumnRef' && node.name.text === reserved) return
  refuse(`\`${reserved}\` is a reserved column name. You cannot use it as an alias for a column.`, alias)
}

/** `*` and `source.*` over the sources as they are. */
export function plainStar(scope: Scope, showsWindow: boolean): Star {
  return ({qualifier}) => {
    const sources = qualifier === undefined ? scope.sources : [sourceOf(qualifier, scope)]
    const {syntheticKey} = scope
    const synthetic = qualifier === undefined && syntheticKey !== undefined ? [{...syntheticKey, as: syntheticKey.name}] : []
    return [...synthetic, ...sources.flatMap(source => starOf(source, scope, showsWindow))]
  }
}

/** Window bounds stand behind the key where people look at the rows; queries that write a topic have them in the key. */
function starOf(source: ScopeSource, scope: Scope, showsWindow: boolean) {
  const columns = starColumns(source)
  const keys = columns.filter(({origin}) => origin.kind === 'key')
  const bounds = source.slots.filter(({origin}) => origin.kind === 'system' && origin.name.startsWith('WINDOW'))
  const rest = columns.filter(({origin}) => origin.kind !== 'key')
  return [...keys, ...(showsWindow || isJoin(scope) ? bounds : []), ...rest].map(column => ({
    ...column,
    as: starName(source, column.name, scope),
  }))
}

/**
 * `*` before PARTITION BY: the rows are already re-keyed, so the columns that made the old key stand behind the values,
 * and over a join the pseudocolumns of both sides are columns by then.
 */
export function rekeyedStar(scope: Scope): Star {
  return ({qualifier}) => {
    const sources = qualifier === undefined ? scope.sources : [sourceOf(qualifier, scope)]
    return sources.flatMap(source => {
      const isKey = (kind: string): boolean => kind === 'key'
      const values = source.slots.filter(({origin}) => !isKey(origin.kind) && origin.kind !== 'system')
      const pseudo = source.slots.filter(({origin}) => isJoin(scope) && origin.kind === 'system')
      const keys = source.slots.filter(({origin}) => isKey(origin.kind))
      return [...values, ...pseudo, ...keys].map(column => ({
        ...column,
        as: isJoin(scope) ? prefixed(source.alias, column.name) : column.name,
      }))
    })
  }
}
