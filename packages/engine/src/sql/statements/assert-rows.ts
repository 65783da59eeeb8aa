import {must} from '../../base/assert.ts'
import {columnsOf} from '../../schema/schema.ts'
import type {Source} from '../../plan/source.ts'
import {findSource} from '../analyzer/from.ts'
import {refuse} from '../analyzer/refusal.ts'
import {durationMs} from '../analyzer/window.ts'
import type {Expression, Identifier} from '../syntax/ast.ts'
import type {Query} from '../syntax/query-ast.ts'
import type {ValueRow} from '../syntax/statement-ast.ts'
import type {Action} from './compiled-statement.ts'
import {pullPlanOf} from './select.ts'
import type {StatementContext, StatementOf} from './statement-context.ts'

/** ASSERT VALUES: a stream has a record, or a table a row, with these values in these columns. */
export function compileAssertValues(
  {source: name, columns, row, timeout}: StatementOf<'AssertValues'>,
  context: StatementContext,
): Action {
  const source = findSource(name, context.env)
  return assertion(source, conditionOf(columns ?? allColumns(source, name), row), name, timeout, false, context)
}

/** ASSERT NULL VALUES: a table has no row with this key. */
export function compileAssertTombstone(
  {source: name, columns, key, timeout}: StatementOf<'AssertTombstone'>,
  context: StatementContext,
): Action {
  const source = findSource(name, context.env)
  if (source.kind === 'stream')
    refuse(`ASSERT NULL VALUES is for tables; ${source.name} is a stream.`, name, 'A null value takes away the row of a table.')
  const keys = source.schema.key.map(column => nameAt(column.name, name))
  return assertion(source, conditionOf(columns ?? keys, key), name, timeout, true, context)
}

function assertion(
  source: Source,
  where: Expression,
  name: Identifier,
  timeout: StatementOf<'AssertValues'>['timeout'],
  isNegated: boolean,
  {env}: StatementContext,
): Action {
  const {span} = name
  const query: Query = {
    kind: 'Query',
    ctes: [],
    isDistinct: false,
    select: [{kind: 'SelectStar', qualifier: undefined, span}],
    from: {kind: 'SourceRef', name, alias: undefined, span},
    window: undefined,
    where,
    groupBy: undefined,
    partitionBy: undefined,
    having: undefined,
    unions: [],
    orderBy: [],
    emit: undefined,
    limit: {kind: 'IntegerLiteral', text: '1', span},
    offset: undefined,
    span,
  }
  const timeoutMs = timeout === undefined ? undefined : durationMs(timeout, 'TIMEOUT')
  return {kind: 'assert-values', source: source.name, plan: pullPlanOf(query, env), isNegated, timeoutMs}
}

const nameAt = (text: string, {span}: Identifier): Identifier => ({text, isQuoted: true, span})

const allColumns = ({schema}: Source, at: Identifier): readonly Identifier[] =>
  columnsOf(schema).map(({name}) => nameAt(name, at))

/** Each column has its value; NULL is a value like another. */
function conditionOf(columns: readonly Identifier[], {values, span}: ValueRow): Expression {
  if (values.length !== columns.length)
    refuse(`Expected number columns and values to match: ${columns.length}, ${values.length}`, span)
  const parts = columns.map((name, index): Expression => {
    const value = must(values[index], 'value')
    const column: Expression = {kind: 'ColumnRef', qualifier: undefined, name, span: name.span}
    return value.kind === 'NullLiteral'
      ? {kind: 'IsNull', operand: column, isNegated: false, span: value.span}
      : {kind: 'Comparison', op: 'IS NOT DISTINCT FROM', left: column, right: value, span: value.span}
  })
  return parts.reduce((left, right) => ({kind: 'Logical', op: 'AND', left, right, span}))
}
