import {coerceLiteral} from '../../expr/coerce.ts'
import {isProblem} from '../../expr/types.ts'
import type {Source} from '../../plan/source.ts'
import {latestTimestampMs} from '../../record/record.ts'
import {BIGINT, printType, quoteName} from '../../schema/sql-type.ts'
import {columnsOf, type Column} from '../../schema/schema.ts'
import type {Value} from '../../schema/value.ts'
import {parseTimestamp} from '../../expr/temporal-text.ts'
import {checkConstant, constantValue} from '../analyzer/constant.ts'
import {describe, nameText} from '../analyzer/describe.ts'
import type {Environment} from '../analyzer/environment.ts'
import {findSource} from '../analyzer/from.ts'
import {didYouMean, refuse} from '../analyzer/refusal.ts'
import type {Expression, Identifier} from '../syntax/ast.ts'
import type {ValueRow} from '../syntax/statement-ast.ts'
import type {Action, InsertedRow} from './compiled-statement.ts'
import type {StatementContext, StatementOf} from './statement-context.ts'

type Statement = StatementOf<'InsertValues'>
type Target = Column | 'ROWTIME'

export function compileInsertValues(statement: Statement, {env}: StatementContext): Action {
  const source = findSource(statement.target, env, name => `Cannot insert values into an unknown stream/table: ${nameText(name)}`)
  if (source.isReadOnly) refuse(`Cannot insert values into read-only ${source.kind}: ${source.name}`, statement.target)
  if (source.window !== undefined) refuse('Cannot insert values into windowed stream/table!', statement.target)
  const targets = targetsOf(statement, source)
  return {kind: 'insert-values', source, rows: statement.rows.map(row => insertedRow(row, targets, source, env))}
}

function targetsOf({columns}: Statement, source: Source): readonly Target[] {
  if (columns === undefined) {
    if (source.headerColumns.length > 0)
      refuseHeaders(
        source,
        source.headerColumns.map(column => column.name),
        undefined,
      )
    return columnsOf(source.schema)
  }
  const seen = new Set<string>()
  return columns.map(name => {
    if (seen.has(name.text)) refuse(`Duplicate column in INSERT: ${name.text}`, name)
    seen.add(name.text)
    return targetOf(name, source)
  })
}

function targetOf(name: Identifier, source: Source): Target {
  const {text} = name
  const column = columnsOf(source.schema).find(column => column.name === text)
  if (column !== undefined) return column
  if (text === 'ROWTIME') return text
  if (text === 'ROWPARTITION' || text === 'ROWOFFSET') refuse(`Inserting into column \`${text}\` is not allowed.`, name)
  if (source.headerColumns.some(header => header.name === text)) refuseHeaders(source, [text], name)
  const names = columnsOf(source.schema).map(column => column.name)
  return refuse(
    `Column name ${quoteName(text)} does not exist.`,
    name,
    didYouMean(text, names) ?? `${source.name} has: ${names.join(', ')}.`,
  )
}

function refuseHeaders(source: Source, names: readonly string[], at: Identifier | undefined): never {
  const message = `Cannot insert into HEADER columns: ${names.join(', ')}`
  return refuse(message, at ?? {start: 0, end: 0}, `Name the columns to fill: INSERT INTO ${source.name} (…) VALUES (…).`)
}

function insertedRow({values, span}: ValueRow, targets: readonly Target[], source: Source, env: Environment): InsertedRow {
  if (values.length !== targets.length)
    refuse(`Expected number columns and values to match: ${targets.length}, ${values.length}`, span)
  const given = new Map<Target, Value>()
  values.forEach((node, index) => {
    const target = targets[index]
    if (target !== undefined) given.set(target, target === 'ROWTIME' ? timeOf(node, env) : valueFor(node, target, env))
  })
  const row = columnsOf(source.schema).map(column => given.get(column) ?? null)
  const missing = source.schema.key.filter(column => (given.get(column) ?? null) === null)
  if (source.kind === 'table' && missing.length > 0)
    refuse(
      `Failed to insert values into '${source.name}'. Value for primary key column(s) ${missing.map(column => column.name).join(', ')} is required for tables`,
      span,
    )
  const time = given.get('ROWTIME')
  return {values: row, timestampMs: typeof time === 'number' ? time : undefined}
}

/** A constant as the type of its column: numbers widen, text is read as what the column holds. */
function valueFor(node: Expression, {name, type}: Column, env: Environment): Value {
  const expr = checkConstant(node, env)
  if (expr === undefined) return null
  const coerced = coerceLiteral(constantValue(expr, node, env), expr.type, type)
  if (!isProblem(coerced)) return coerced.value
  return refuse(
    `Expected type ${printType(type)} for field ${quoteName(name)} but got ${printType(expr.type)}(${describe(node)}): ${coerced.problem}`,
    node,
  )
}

function timeOf(node: Expression, env: Environment): Value {
  const time = node.kind === 'StringLiteral' ? textTime(node.value, node) : valueFor(node, {name: 'ROWTIME', type: BIGINT}, env)
  if (typeof time !== 'number' && typeof time !== 'bigint') return time
  if (time < 0) refuse(`ROWTIME must not be negative: ${time}`, node)
  // As for produced records: a later one would not be a date.
  if (time > latestTimestampMs)
    refuse(`ROWTIME ${time} is no time: expected milliseconds since 1970, at most ${latestTimestampMs}.`, node)
  return time
}

function textTime(text: string, node: Expression): number {
  try {
    return parseTimestamp(text)
  } catch {
    return refuse(`Failed to parse timestamp '${text}'`, node, "Expected milliseconds, or ISO text: '2024-01-31T12:00:00'.")
  }
}
