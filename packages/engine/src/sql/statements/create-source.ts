import type {Source} from '../../plan/source.ts'
import {chooseFormats} from '../analyzer/formats.ts'
import {refuse} from '../analyzer/refusal.ts'
import {validateFormats, withWrapping} from '../analyzer/validate-formats.ts'
import {createProperties, readProperties, type WithProperties} from '../analyzer/with-properties.ts'
import {declaredColumns} from './columns.ts'
import type {Action} from './compiled-statement.ts'
import {refuseReplacement} from './replace-source.ts'
import {topicName} from './topic-name.ts'
import {declaredTimestamp, declaredWindow, partitionsFor, topicConfig} from './source-properties.ts'
import {kindWord, type StatementContext, type StatementOf} from './statement-context.ts'

type Statement = StatementOf<'CreateSource'>

export function compileCreateSource(statement: Statement, context: StatementContext): Action {
  const {catalog} = context.env
  const existing = catalog.source(statement.name.text)
  if (existing !== undefined && statement.isIfNotExists) return alreadyExists(existing)
  refuseExisting(statement, existing)
  const source = declaredSource(statement, context)
  if (existing !== undefined) refuseReplacement(existing, source, statement)
  const isNew = catalog.topicPartitions(source.topic) === undefined
  const encoding = source.formats.value.name === 'COLUMNS' ? 'columns' : 'bytes'
  const topic = isNew ? topicConfig(source.topic, source.partitions, encoding, propertiesOf(statement)) : undefined
  return {kind: 'create-source', source, topic, isReplacing: existing !== undefined}
}

const propertiesOf = (statement: Statement): WithProperties => readProperties(statement.properties, createProperties)

export const alreadyExists = ({kind, name}: Source): Action => ({
  kind: 'no-op',
  message: `Cannot add ${kind} '${name}': A ${kind} with the same name already exists.`,
})

/** A name is taken, and may not be taken over. */
export function refuseExisting(
  {name, sourceKind, isOrReplace}: Pick<Statement, 'name' | 'sourceKind' | 'isOrReplace'>,
  existing: Source | undefined,
): void {
  if (existing === undefined || (isOrReplace && existing.kind === kindWord(sourceKind))) return
  const kind = kindWord(sourceKind)
  refuse(
    `Cannot add ${kind} '${name.text}': A ${existing.kind} with the same name already exists`,
    name,
    isOrReplace ? `DROP ${existing.kind.toUpperCase()} ${name.text} first.` : 'CREATE OR REPLACE changes it; DROP removes it.',
  )
}

/** The source that a CREATE without AS declares. */
function declaredSource(statement: Statement, {env, options}: StatementContext): Source {
  const properties = propertiesOf(statement)
  const kind = kindWord(statement.sourceKind)
  const {span, name} = statement
  if (statement.isReadOnly && statement.isOrReplace)
    refuse(`Cannot add ${kind} '${name.text}': CREATE OR REPLACE is not supported on source ${kind}s.`, name)
  refuseSchemaIds(statement, properties)
  const formats = chooseFormats(properties, env.settings, span)
  const {schema, headers} = declaredColumns(
    columnsOrRefuse(statement, properties, formats.value.name),
    statement.sourceKind,
    env.catalog,
  )
  if (kind === 'table' && schema.key.length === 0)
    refuse(
      'Tables require a PRIMARY KEY. Please define the PRIMARY KEY.',
      name,
      'Put PRIMARY KEY behind the type of the column that identifies a row.',
    )
  const window = declaredWindow(properties, schema, span)
  const timestamp = declaredTimestamp(properties, schema)
  const wrapped = withWrapping(formats, schema, properties, env.settings, span)
  validateFormats(schema, wrapped, span)
  const topic = topicName(properties, name)
  const partitions = partitionsFor(topic, properties, env.catalog.topicPartitions(topic), options.defaults?.partitions ?? 1)
  return {
    name: name.text,
    kind,
    schema,
    topic,
    partitions,
    formats: wrapped,
    headerColumns: headers,
    isReadOnly: statement.isReadOnly,
    statement: statement.text,
    ...(window === undefined ? {} : {window}),
    ...(timestamp === undefined ? {} : {timestamp}),
  }
}

function columnsOrRefuse(
  {columns, span}: Statement,
  properties: WithProperties,
  format: string,
): NonNullable<Statement['columns']> {
  if (columns !== undefined && columns.length > 0) return columns
  const isInferable = format === 'AVRO' || format === 'PROTOBUF' || format === 'JSON_SR'
  if (isInferable)
    refuse(
      `Schema for message values on topic '${properties.text('KAFKA_TOPIC') ?? ''}' does not exist in the Schema Registry.`,
      span,
      'Declare the columns: (id BIGINT KEY, name VARCHAR).',
    )
  return refuse('No columns supplied.', span, 'Declare the columns: (id BIGINT KEY, name VARCHAR).')
}

function refuseSchemaIds({columns}: Statement, properties: WithProperties): void {
  if (columns === undefined) return
  for (const [name, isOfPart] of [
    ['KEY_SCHEMA_ID', (constraint: string | undefined) => constraint === 'KEY' || constraint === 'PRIMARY KEY'],
    ['VALUE_SCHEMA_ID', (constraint: string | undefined) => constraint === undefined],
  ] as const) {
    const property = properties.at(name)
    if (property === undefined || !columns.some(column => isOfPart(column.constraint?.kind))) continue
    refuse(`Table elements and ${name} cannot both exist for create statement.`, property)
  }
}
