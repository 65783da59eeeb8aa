import {columnsOf} from '../../schema/schema.ts'
import {findSource} from '../analyzer/from.ts'
import {refuse} from '../analyzer/refusal.ts'
import {validateFormats} from '../analyzer/validate-formats.ts'
import {declaredColumns} from './columns.ts'
import type {Action} from './compiled-statement.ts'
import {kindWord, type StatementContext, type StatementOf} from './statement-context.ts'

export function compileAlterSource(statement: StatementOf<'AlterSource'>, {env}: StatementContext): Action {
  const {name, sourceKind, columns, span} = statement
  const kind = kindWord(sourceKind)
  const source = findSource(name, env, ({text}) => `Source ${text} does not exist.`)
  if (source.kind !== kind)
    refuse(
      `Incompatible data source type is ${source.kind.toUpperCase()}, but statement was ALTER ${sourceKind}`,
      name,
      `ALTER ${source.kind.toUpperCase()} ${name.text} alters it.`,
    )
  if (source.isReadOnly)
    refuse(`Cannot alter ${kind} '${source.name}': ALTER operations are not supported on source ${kind}s.`, name)
  if (source.createdBy !== undefined)
    refuse(
      `ALTER command is not supported for CREATE ... AS statements.`,
      name,
      `CREATE OR REPLACE ${sourceKind} ${source.name} AS SELECT … adds columns.`,
    )
  const {schema} = declaredColumns(columns, sourceKind, env.catalog)
  const names = columnsOf(source.schema).map(column => column.name)
  const taken = schema.value.find(column => names.includes(column.name))
  if (taken !== undefined)
    refuse(
      `Cannot add column \`${taken.name}\` to schema. A column with the same name already exists.`,
      columns.find(({name: added}) => added.text === taken.name)?.name ?? span,
    )
  const altered = {...source, schema: {key: source.schema.key, value: [...source.schema.value, ...schema.value]}}
  validateFormats(altered.schema, altered.formats, span)
  return {kind: 'alter-source', source: altered}
}
