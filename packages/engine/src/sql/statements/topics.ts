import {refuse} from '../analyzer/refusal.ts'
import {alterTopicProperties, createTopicProperties, readProperties} from '../analyzer/with-properties.ts'
import type {Span} from '../syntax/span.ts'
import type {Action} from './compiled-statement.ts'
import {partitionsFor, topicSettings} from './source-properties.ts'
import type {StatementContext, StatementOf} from './statement-context.ts'

type Where = {readonly span: Span}

export function compileCreateTopic(statement: StatementOf<'CreateTopic'>, {env, options}: StatementContext): Action {
  const {topic: name, isIfNotExists} = statement
  const properties = readProperties(statement.properties, createTopicProperties)
  if (env.catalog.topicPartitions(name) !== undefined) {
    if (isIfNotExists) return {kind: 'no-op', message: `Topic '${name}' exists already.`}
    refuse(
      `A topic with the name '${name}' exists already.`,
      statement,
      'ALTER TOPIC changes its settings; DROP TOPIC removes it.',
    )
  }
  const partitions = partitionsFor(name, properties, undefined, options.defaults?.partitions ?? 1)
  return {kind: 'create-topic', topic: {name, partitions, encoding: 'bytes', ...topicSettings(properties)}}
}

export function compileAlterTopic(statement: StatementOf<'AlterTopic'>, context: StatementContext): Action {
  const {topic: name} = statement
  const has = existing(name, statement, context)
  const properties = readProperties(statement.properties, alterTopicProperties)
  const asked = properties.at('PARTITIONS')
  const partitions = asked === undefined ? has : partitionsFor(name, properties, undefined, has)
  if (asked !== undefined && partitions < has)
    refuse(`Topic '${name}' has ${has} partitions, and can't have fewer: found ${partitions}.`, asked.value)
  return {kind: 'alter-topic', name, partitions, settings: topicSettings(properties)}
}

export function compileDropTopic(statement: StatementOf<'DropTopic'>, context: StatementContext): Action {
  const {topic: name, isIfExists} = statement
  const {catalog} = context.env
  if (isIfExists && catalog.topicPartitions(name) === undefined) return {kind: 'no-op', message: `There is no topic '${name}'.`}
  existing(name, statement, context)
  const users = catalog.sources().filter(({topic}) => topic === name)
  const [user] = users
  if (user)
    refuse(
      `Cannot drop topic '${name}': ${users.map(source => source.name).join(', ')} stand${users.length > 1 ? '' : 's'} over it.`,
      statement,
      `DROP ${user.kind.toUpperCase()} ${user.name} DELETE TOPIC; drops both.`,
    )
  return {kind: 'drop-topic', name}
}

export function compileDescribeTopic(name: string, where: Where, context: StatementContext): Action {
  existing(name, where, context)
  return {kind: 'describe-topic', topic: name}
}

function existing(name: string, where: Where, {env}: StatementContext): number {
  const partitions = env.catalog.topicPartitions(name)
  if (partitions !== undefined) return partitions
  return refuse(
    `There is no topic '${name}'.`,
    where,
    'SHOW TOPICS lists them. Their names keep the case in which they are written.',
  )
}
