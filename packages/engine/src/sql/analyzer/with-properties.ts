import type {Property} from '../syntax/statement-ast.ts'
import {didYouMean, refuse} from './refusal.ts'

/** The WITH clause of a statement, by upper-case name. */
export type WithProperties = {
  readonly text: (name: PropertyName) => string | undefined
  readonly flag: (name: PropertyName) => boolean | undefined
  readonly count: (name: PropertyName) => number | undefined
  readonly at: (name: PropertyName) => Property | undefined
}

const topicNames = [
  'PARTITIONS',
  'REPLICAS',
  'RETENTION_MS',
  'RETENTION_BYTES',
  'CLEANUP_POLICY',
  'COMPRESSION',
  'TOMBSTONE_RETENTION_MS',
  'MIN_CLEANABLE_DIRTY_RATIO',
  'MAX_COMPACTION_LAG_MS',
  'MIN_COMPACTION_LAG_MS',
  'KEY_INDEX',
  'TIMESTAMP_TYPE',
  'ON_CORRUPT_BATCH',
] as const
const names = [
  'KAFKA_TOPIC',
  ...topicNames,
  'FORMAT',
  'KEY_FORMAT',
  'VALUE_FORMAT',
  'KEY_DELIMITER',
  'VALUE_DELIMITER',
  'TIMESTAMP',
  'TIMESTAMP_FORMAT',
  'WRAP_SINGLE_VALUE',
  'WINDOW_TYPE',
  'WINDOW_SIZE',
  'KEY_SCHEMA_ID',
  'VALUE_SCHEMA_ID',
  'KEY_SCHEMA_FULL_NAME',
  'VALUE_SCHEMA_FULL_NAME',
  'VALUE_AVRO_SCHEMA_FULL_NAME',
  'KEY_PROTOBUF_NULLABLE_REPRESENTATION',
  'VALUE_PROTOBUF_NULLABLE_REPRESENTATION',
  'SOURCED_BY_CONNECTOR',
  'QUERY_ID',
] as const
export type PropertyName = (typeof names)[number]

const createOnly: readonly PropertyName[] = ['WINDOW_TYPE', 'WINDOW_SIZE', 'SOURCED_BY_CONNECTOR']

/** What may stand in WITH: of CREATE, of CREATE … AS, of INSERT INTO … SELECT. */
export const createProperties = names.filter(name => name !== 'QUERY_ID')
export const createAsProperties = createProperties.filter(name => !createOnly.includes(name))
export const createTopicProperties: readonly PropertyName[] = topicNames
export const alterTopicProperties = createTopicProperties.filter(name => name !== 'KEY_INDEX' && name !== 'REPLICAS')
export const insertProperties: readonly PropertyName[] = ['QUERY_ID']

export function readProperties(properties: readonly Property[], allowed: readonly PropertyName[]): WithProperties {
  const byName = new Map<string, Property>()
  for (const property of properties) {
    const name = property.name.text.toUpperCase()
    if (!allowed.some(known => known === name))
      refuse(
        `Invalid config variable(s) in the WITH clause: ${name}`,
        property.name,
        didYouMean(name, allowed) ?? `It may have: ${allowed.join(', ')}.`,
      )
    if (byName.has(name)) refuse(`Duplicate property in the WITH clause: ${name}`, property.name)
    byName.set(name, property)
  }
  return {
    at: name => byName.get(name),
    text: name => textOf(byName.get(name)),
    flag: name => flagOf(name, byName.get(name)),
    count: name => countOf(name, byName.get(name)),
  }
}

function textOf(property: Property | undefined): string | undefined {
  if (property === undefined) return undefined
  const {value} = property
  switch (value.kind) {
    case 'StringLiteral':
    case 'TypedLiteral':
      return value.value
    case 'BooleanLiteral':
      return String(value.value)
    case 'NullLiteral':
      return undefined
    case 'Parameter':
      return refuse('No value was given for the parameter.', value)
    default:
      return value.text
  }
}

function flagOf(name: string, property: Property | undefined): boolean | undefined {
  const text = textOf(property)?.toLowerCase()
  if (property === undefined || text === undefined) return undefined
  if (text === 'true' || text === 'false') return text === 'true'
  return refuse(`Invalid config value for property ${name}: expected true or false, got '${text}'.`, property.value)
}

function countOf(name: string, property: Property | undefined): number | undefined {
  const text = textOf(property)
  if (property === undefined || text === undefined) return undefined
  const count = Number(text)
  if (Number.isSafeInteger(count)) return count
  return refuse(`Invalid config value for property ${name}: expected a whole number, got '${text}'.`, property.value)
}
