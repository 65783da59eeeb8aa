import {columnsOf} from '../../schema/schema.ts'
import {printType} from '../../schema/sql-type.ts'
import {isIndexable} from '../../plan/table-index.ts'
import type {Source} from '../../plan/source.ts'
import {findSource} from '../analyzer/from.ts'
import {didYouMean, refuse} from '../analyzer/refusal.ts'
import type {Identifier} from '../syntax/ast.ts'
import type {Action} from './compiled-statement.ts'
import type {StatementContext, StatementOf} from './statement-context.ts'

/** CREATE INDEX [name] ON table (column, …). Without a name it is called after the table and the columns. */
export function compileCreateIndex(statement: StatementOf<'CreateIndex'>, {env}: StatementContext): Action {
  const {table, columns, isIfNotExists} = statement
  const source = findSource(table, env)
  if (source.kind !== 'table')
    refuse(
      `Indexes are for tables; ${source.name} is a stream.`,
      table,
      'A table of its rows can be indexed: CREATE TABLE … AS SELECT.',
    )
  const names = columns.map(column => columnOf(column, source))
  columns.forEach((column, i) => {
    if (names.indexOf(column.text) < i) refuse(`The index names ${column.text} twice.`, column)
  })
  if (source.schema.key[0]?.name === names[0] && source.schema.key.length === 1)
    refuse(`Rows of ${source.name} are found by ${names[0] ?? ''} already: it is the key.`, columns[0] ?? table)
  const name = statement.name?.text ?? `${[source.name, ...names].join('_')}_INDEX`
  const existing = env.catalog.indexes().find(index => index.name === name)
  if (existing === undefined) return {kind: 'create-index', index: {name, table: source.name, columns: names}}
  const message = `Index ${name} already exists: on ${existing.table} (${existing.columns.join(', ')}).`
  return isIfNotExists ? {kind: 'no-op', message} : refuse(message, statement.name ?? table, `DROP INDEX ${name} removes it.`)
}

function columnOf(column: Identifier, source: Source): string {
  const all = columnsOf(source.schema)
  const found = all.find(({name}) => name === column.text)
  if (found === undefined)
    return refuse(
      `${source.name} has no column ${column.text}.`,
      column,
      didYouMean(
        column.text,
        all.map(({name}) => name),
      ),
    )
  return isIndexable(found)
    ? found.name
    : refuse(`${found.name} is ${printType(found.type)}, which has no order: only plain types can be indexed.`, column)
}

export function compileDropIndex({name, isIfExists}: StatementOf<'DropIndex'>, {env}: StatementContext): Action {
  const all = env.catalog.indexes()
  const index = all.find(each => each.name === name.text)
  if (index !== undefined) return {kind: 'drop-index', name: index.name, table: index.table}
  const message = `Index ${name.text} does not exist.`
  if (isIfExists) return {kind: 'no-op', message}
  return refuse(
    message,
    name,
    didYouMean(
      name.text,
      all.map(each => each.name),
    ) ?? 'SHOW INDEXES lists them.',
  )
}
