import {limits} from '../../limits.ts'
import {refuse} from '../analyzer/refusal.ts'
import type {WithProperties} from '../analyzer/with-properties.ts'
import type {Identifier} from '../syntax/ast.ts'

/** The topic that a statement names, or else the one called after the stream or table. */
export function topicName(properties: WithProperties, {text, span}: Identifier, prefix = ''): string {
  const asked = properties.text('KAFKA_TOPIC')
  const topic = asked ?? `${prefix}${text}`
  const at = properties.at('KAFKA_TOPIC')?.value ?? {span}
  if (!/^[A-Za-z0-9._-]+$/.test(topic) || topic.length > limits.topicNameLengthMax || /^\.{1,2}$/.test(topic))
    refuse(
      `Invalid topic name '${topic.slice(0, 100)}': expected 1 to ${limits.topicNameLengthMax} letters, digits, '.', '_' or '-'.`,
      at,
      asked === undefined ? "WITH (KAFKA_TOPIC='…') gives the topic another name." : undefined,
    )
  if (topic === 'millrace_commands') refuse(`The topic ${topic} holds the catalog: streams and tables cannot be over it.`, at)
  return topic
}
