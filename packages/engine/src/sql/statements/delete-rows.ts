import {must} from '../../base/assert.ts'
import type {Expr} from '../../expr/ir.ts'
import type {Row} from '../../schema/value.ts'
import {check} from '../analyzer/check.ts'
import type {CheckContext} from '../analyzer/checked.ts'
import {constantValue} from '../analyzer/constant.ts'
import {findSource} from '../analyzer/from.ts'
import {lookupOf} from '../analyzer/lookup.ts'
import {checkPredicate} from '../analyzer/query-context.ts'
import {refuse} from '../analyzer/refusal.ts'
import {createSlots, resolveColumn, scopeSource, type Scope} from '../analyzer/scope.ts'
import {scalarsOnly} from '../analyzer/special-calls.ts'
import {conditionCovers} from '../analyzer/key-condition.ts'
import type {Action} from './compiled-statement.ts'
import type {StatementContext, StatementOf} from './statement-context.ts'

/** DELETE FROM table WHERE key …: tombstones for the keys named. */
export function compileDeleteRows({table, where, span}: StatementOf<'DeleteRows'>, {env}: StatementContext): Action {
  const source = findSource(table, env)
  if (source.kind !== 'table')
    refuse(`DELETE FROM is for tables; ${source.name} is a stream.`, table, 'Records of a stream stay as they are.')
  if (source.isReadOnly) refuse(`Cannot delete from read-only table: ${source.name}`, table)
  if (source.createdBy !== undefined)
    refuse(
      `Cannot delete from ${source.name}: its rows are made by the query ${source.createdBy}.`,
      table,
      'Delete from the tables that the query reads.',
    )
  if (source.window !== undefined) refuse('Cannot delete from a windowed table.', table)
  const slots = createSlots()
  const own = scopeSource(source, source.name, table.span, slots)
  const scope: Scope = {slots, sources: [own], isRowkeyAllowed: true}
  const context: CheckContext = {
    check,
    env,
    clause: 'WHERE',
    variables: [],
    special: scalarsOnly('WHERE'),
    column: ref => {
      const {slot, type, name} = resolveColumn(ref, scope, 'WHERE')
      return {kind: 'column', type, index: slot, name}
    },
  }
  const condition = checkPredicate(where, context)
  const key = own.slots.filter(({origin}) => origin.kind === 'key').map(({slot}) => slot)
  const {keys} = lookupOf(condition, {key})
  if (keys === undefined || !conditionCovers(condition, key))
    return refuse(
      `DELETE needs the whole key, by = or IN: ${source.schema.key.map(column => column.name).join(', ')}.`,
      span,
      `DELETE FROM ${source.name} WHERE ${must(source.schema.key[0], 'key of a table').name} = ….`,
    )
  const valueOf = (expr: Expr) => constantValue(expr, where, env)
  return {kind: 'delete-rows', source, keys: keys.map((values): Row => values.map(valueOf))}
}
