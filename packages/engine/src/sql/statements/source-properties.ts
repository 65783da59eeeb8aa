import type {WindowedKey} from '../../plan/formats.ts'
import type {Source} from '../../plan/source.ts'
import {columnsOf, type Schema} from '../../schema/schema.ts'
import {quoteName} from '../../schema/sql-type.ts'
import {didYouMean, refuse} from '../analyzer/refusal.ts'
import type {PropertyName, WithProperties} from '../analyzer/with-properties.ts'
import type {Span} from '../syntax/span.ts'
import type {TopicConfig} from './compiled-statement.ts'

const unitMs: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
}

/** WINDOW_TYPE and WINDOW_SIZE. */
export function declaredWindow(properties: WithProperties, schema: Schema, span: Span): WindowedKey | undefined {
  const type = properties.text('WINDOW_TYPE')?.toUpperCase()
  const size = properties.text('WINDOW_SIZE')
  const [typeAt, sizeAt] = [properties.at('WINDOW_TYPE') ?? {span}, properties.at('WINDOW_SIZE') ?? {span}]
  if (type === undefined)
    return size === undefined ? undefined : refuse("'WINDOW_SIZE' needs 'WINDOW_TYPE': TUMBLING or HOPPING.", sizeAt)
  if (schema.key.length === 0) refuse('Windowed sources require a key column.', typeAt)
  if (type === 'SESSION')
    return size === undefined ? {kind: 'session'} : refuse("'WINDOW_SIZE' should not be set for SESSION windows.", sizeAt)
  if (type !== 'TUMBLING' && type !== 'HOPPING')
    return refuse(
      `Invalid value '${type}' for WINDOW_TYPE: expected SESSION, HOPPING or TUMBLING.`,
      typeAt,
      didYouMean(type, ['SESSION', 'HOPPING', 'TUMBLING']),
    )
  if (size === undefined)
    return refuse(
      `${type} windows require 'WINDOW_SIZE' to be provided in the WITH clause. For example: 'WINDOW_SIZE'='10 SECONDS'`,
      typeAt,
    )
  return {kind: type === 'TUMBLING' ? 'tumbling' : 'hopping', sizeMs: durationOf(size, sizeAt)}
}

function durationOf(text: string, where: {readonly span: Span}): number {
  const match = /^\s*(\d+)\s+([A-Za-z]+?)S?\s*$/i.exec(text)
  const unit = unitMs[match?.[2]?.toUpperCase() ?? '']
  const ms = match === null || unit === undefined ? 0 : Number(match[1]) * unit
  if (ms > 0 && Number.isSafeInteger(ms)) return ms
  return refuse(`Invalid duration: '${text}'. Expected a number and a unit, such as '10 SECONDS'.`, where)
}

/** TIMESTAMP and TIMESTAMP_FORMAT, over the columns of `schema`. */
export function declaredTimestamp(properties: WithProperties, schema: Schema): Source['timestamp'] {
  const written = properties.text('TIMESTAMP')
  const property = properties.at('TIMESTAMP')
  if (written === undefined || property === undefined) return undefined
  const name = nameOf(written)
  const columns = columnsOf(schema)
  const column = columns.findIndex(column => column.name === name)
  const type = columns[column]?.type.kind
  if (type === undefined) {
    const hint = didYouMean(
      name,
      columns.map(column => column.name),
    )
    return refuse(`The TIMESTAMP column set in the WITH clause does not exist in the schema: '${name}'`, property.value, hint)
  }
  const format = properties.text('TIMESTAMP_FORMAT')
  if (type !== 'BIGINT' && type !== 'TIMESTAMP' && !(type === 'VARCHAR' && format !== undefined))
    refuse(
      `Timestamp column, ${quoteName(name)}, should be LONG(INT64), TIMESTAMP, or a String with a timestamp_format specified`,
      property.value,
    )
  return format === undefined || type !== 'VARCHAR' ? {column, columnName: name} : {column, format, columnName: name}
}

/** A property that names a column is read as a name in SQL is. */
function nameOf(written: string): string {
  const quoted = /^`(.*)`$/.exec(written) ?? /^"(.*)"$/.exec(written)
  return quoted?.[1] ?? written.toUpperCase()
}

/** How many partitions; refuses a number that the topic does not have. */
export function partitionsFor(
  topic: string,
  properties: WithProperties,
  existing: number | undefined,
  otherwise: number,
): number {
  const asked = properties.count('PARTITIONS')
  const property = properties.at('PARTITIONS')
  if (asked !== undefined && property !== undefined && (asked < 1 || asked > PARTITIONS_MAX))
    refuse(`Invalid number of partitions: ${asked}. Expected 1 to ${PARTITIONS_MAX}.`, property.value)
  if (existing === undefined) return asked ?? otherwise
  if (asked !== undefined && asked !== existing && property !== undefined)
    refuse(
      `A topic with the name '${topic}' already exists, with different partition configuration than required. ` +
        `Expected ${asked} partitions (topic has ${existing}).`,
      property.value,
    )
  return existing
}

const PARTITIONS_MAX = 10_000

const policies: readonly TopicConfig['cleanupPolicy'][] = ['delete', 'compact', 'compact,delete']

/** The topic that a statement makes. */
export function topicConfig(
  name: string,
  partitions: number,
  encoding: TopicConfig['encoding'],
  properties: WithProperties,
): TopicConfig {
  const number = (property: PropertyName): number | undefined => properties.count(property)
  const [retentionMs, retentionBytes] = [number('RETENTION_MS'), number('RETENTION_BYTES')]
  const written = properties.text('CLEANUP_POLICY')?.toLowerCase().replaceAll(' ', '')
  const at = properties.at('CLEANUP_POLICY')
  const cleanupPolicy = policies.find(policy => policy === written || policy?.split(',').reverse().join(',') === written)
  if (written !== undefined && at !== undefined && cleanupPolicy === undefined)
    refuse(`Invalid value '${written}' for CLEANUP_POLICY: expected delete, compact or both: 'compact,delete'.`, at.value)
  return {
    name,
    partitions,
    encoding,
    ...(retentionMs === undefined ? {} : {retentionMs}),
    ...(retentionBytes === undefined ? {} : {retentionBytes}),
    ...(cleanupPolicy === undefined ? {} : {cleanupPolicy}),
  }
}
