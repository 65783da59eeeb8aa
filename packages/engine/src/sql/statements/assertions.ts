import {columnsOf, printSchema} from '../../schema/schema.ts'
import {printType} from '../../schema/sql-type.ts'
import {resolveType} from '../analyzer/resolve-type.ts'
import {findSource} from '../analyzer/from.ts'
import {refuse} from '../analyzer/refusal.ts'
import type {Action} from './compiled-statement.ts'
import type {StatementContext, StatementOf} from './statement-context.ts'

/**
 * Schemas are those of the catalog: a source over a topic is the schema of the subjects `topic-key` and `topic-value`. It is
 * looked at as the script stands, so nothing is waited for.
 */
export function compileAssertSchema(
  {subject, id, isNegated, span}: StatementOf<'AssertSchema'>,
  {env}: StatementContext,
): Action {
  if (id !== undefined)
    refuse(
      'Schemas have no ids here: they belong to streams and tables.',
      id,
      "Name a subject: ASSERT SCHEMA SUBJECT 'topic-value'.",
    )
  if (subject === undefined) return refuse('ASSERT SCHEMA needs a SUBJECT.', span, "ASSERT SCHEMA SUBJECT 'topic-value'.")
  const [, topic, part] = /^(.+)-(key|value)$/s.exec(subject) ?? []
  const isThere = env.catalog
    .sources()
    .some(({topic: name, schema}) => name === topic && (part === 'key' ? schema.key : schema.value).length > 0)
  const state = `Schema with subject name ${subject} ${isThere ? 'exists' : 'does not exist'}.`
  if (isThere !== isNegated) return {kind: 'no-op', message: state}
  return refuse(state, span, 'A subject is called after a topic: topic-key or topic-value of a stream or table over it.')
}

/** ASSERT STREAM, ASSERT TABLE: the source has these columns. */
export function compileAssertSource({sourceKind, name, columns}: StatementOf<'AssertSource'>, {env}: StatementContext): Action {
  const source = findSource(name, env)
  if (source.kind.toUpperCase() !== sourceKind)
    refuse(`${source.name} is a ${source.kind}, expected a ${sourceKind.toLowerCase()}.`, name)
  const wanted = columns?.map(column => `${column.name.text} ${printType(resolveType(column.type, env.catalog))}`)
  const found = columnsOf(source.schema).map(column => `${column.name} ${printType(column.type)}`)
  if (wanted !== undefined && wanted.join() !== found.join())
    refuse(`${source.name} has other columns than expected: ${printSchema(source.schema)}`, name)
  return {kind: 'no-op', message: `${sourceKind} ${source.name} is as expected.`}
}
