import {EvaluationError} from '../../expr/evaluation-error.ts'
import {formatter} from '../../expr/time/java-format.ts'
import {limits} from '../../limits.ts'
import type {WindowedKey} from '../../plan/formats.ts'
import type {Source} from '../../plan/source.ts'
import {columnsOf, type Schema} from '../../schema/schema.ts'
import {quoteName, type SqlType} from '../../schema/sql-type.ts'
import {didYouMean, refuse} from '../analyzer/refusal.ts'
import type {PropertyName, WithProperties} from '../analyzer/with-properties.ts'
import type {Span} from '../syntax/span.ts'
import type {TopicConfig, TopicSettings} from './compiled-statement.ts'

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
  const format = timestampFormat(properties, type)
  if (type !== 'BIGINT' && type !== 'TIMESTAMP' && format === undefined)
    refuse(
      `Timestamp column, ${quoteName(name)}, should be LONG(INT64), TIMESTAMP, or a String with a timestamp_format specified`,
      property.value,
    )
  return {column, columnName: name, ...(format === undefined ? {} : {format})}
}

/** Only text has a format; it must be a pattern that times can be read by. */
function timestampFormat(properties: WithProperties, type: SqlType['kind']): string | undefined {
  const format = properties.text('TIMESTAMP_FORMAT')
  const property = properties.at('TIMESTAMP_FORMAT')
  if (format === undefined || property === undefined) return undefined
  if (type !== 'VARCHAR')
    refuse(
      "'TIMESTAMP_FORMAT' set in the WITH clause can only be used when the timestamp column is of type STRING.",
      property.value,
    )
  try {
    formatter(format)
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error
    refuse(`Invalid TIMESTAMP_FORMAT '${format}': ${error.message}`, property.value)
  }
  return format
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

const PARTITIONS_MAX = limits.partitionsPerTopicMax

/** The topic that a statement makes. */
export function topicConfig(
  name: string,
  partitions: number,
  encoding: TopicConfig['encoding'],
  properties: WithProperties,
): TopicConfig {
  return {name, partitions, encoding, ...topicSettings(properties)}
}

/** Settings of a topic in a WITH clause; refuses values that a topic can't have. */
export function topicSettings(properties: WithProperties): TopicSettings {
  const retentionMs = bound(properties, 'RETENTION_MS')
  const retentionBytes = bound(properties, 'RETENTION_BYTES')
  const tombstoneRetentionMs = fromZero(properties, 'TOMBSTONE_RETENTION_MS')
  const minCleanableDirtyRatio = ratio(properties, 'MIN_CLEANABLE_DIRTY_RATIO')
  const minCompactionLagMs = fromZero(properties, 'MIN_COMPACTION_LAG_MS')
  const maxCompactionLagMs = bound(properties, 'MAX_COMPACTION_LAG_MS')
  const keyIndex = properties.flag('KEY_INDEX')
  const cleanupPolicy = cleanupPolicyOf(properties)
  const policyAt = properties.at('CLEANUP_POLICY')
  if (keyIndex === true && policyAt !== undefined && cleanupPolicy !== 'delete')
    refuse(
      `CLEANUP_POLICY '${cleanupPolicy}' does not go with KEY_INDEX: compaction would remove events that have numbers.`,
      policyAt.value,
    )
  const compression = choice(properties, 'COMPRESSION', ['none', 'zstd'])
  const timestampType = choice(properties, 'TIMESTAMP_TYPE', ['create', 'append'])
  const onCorruptBatch = choice(properties, 'ON_CORRUPT_BATCH', ['fail', 'skip'])
  return {
    ...(retentionMs === undefined ? {} : {retentionMs}),
    ...(retentionBytes === undefined ? {} : {retentionBytes}),
    ...(cleanupPolicy === undefined ? {} : {cleanupPolicy}),
    ...(compression === undefined ? {} : {compression}),
    ...(tombstoneRetentionMs === undefined ? {} : {tombstoneRetentionMs}),
    ...(minCleanableDirtyRatio === undefined ? {} : {minCleanableDirtyRatio}),
    ...(minCompactionLagMs === undefined ? {} : {minCompactionLagMs}),
    ...(maxCompactionLagMs === undefined ? {} : {maxCompactionLagMs}),
    ...(keyIndex === undefined ? {} : {keyIndex}),
    ...(timestampType === undefined ? {} : {timestampType}),
    ...(onCorruptBatch === undefined ? {} : {onCorruptBatch}),
  }
}

function fromZero(properties: WithProperties, name: PropertyName): number | undefined {
  const value = properties.count(name)
  const at = properties.at(name)
  if (at !== undefined && value !== undefined && value < 0)
    refuse(`Invalid value for ${name}: ${value}. Expected a whole number from 0 on.`, at.value)
  return value
}

function ratio(properties: WithProperties, name: PropertyName): number | undefined {
  const text = properties.text(name)
  const at = properties.at(name)
  if (text === undefined || at === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 1) return value
  return refuse(`Invalid value for ${name}: ${text}. Expected a number from 0 to 1.`, at.value)
}

function bound(properties: WithProperties, name: PropertyName): number | undefined {
  const value = properties.count(name)
  const at = properties.at(name)
  if (at !== undefined && value !== undefined && value !== -1 && value < 1)
    refuse(`Invalid value for ${name}: ${value}. Expected a whole number above 0, or -1 for no bound.`, at.value)
  return value
}

function cleanupPolicyOf(properties: WithProperties): TopicSettings['cleanupPolicy'] {
  const written = properties.text('CLEANUP_POLICY')?.toLowerCase().replaceAll(' ', '')
  const at = properties.at('CLEANUP_POLICY')
  if (written === undefined || at === undefined) return undefined
  if (written === 'delete' || written === 'compact') return written
  if (written === 'compact,delete' || written === 'delete,compact') return 'compact,delete'
  return refuse(`Invalid value '${written}' for CLEANUP_POLICY: expected delete, compact or both: 'compact,delete'.`, at.value)
}

function choice<Word extends string>(properties: WithProperties, name: PropertyName, words: readonly Word[]): Word | undefined {
  const written = properties.text(name)?.toLowerCase()
  const at = properties.at(name)
  if (written === undefined || at === undefined) return undefined
  const word = words.find(each => each === written)
  return (
    word ??
    refuse(`Invalid value '${written}' for ${name}: expected ${words.join(' or ')}.`, at.value, didYouMean(written, words))
  )
}
