import {EngineError} from '../../base/errors.ts'
import type {Catalog} from '../../catalog/catalog.ts'
import {topicConfig} from '../../log/topic.ts'
import type {CompiledStatement} from '../../sql/statements/compiled-statement.ts'
import type {LogStore} from '../../storage/port/log-store.ts'
import {refuseOwnTopic, topicChange} from '../own-topics.ts'
import {refuseGrowth} from '../partition-growth.ts'

/** Refuses a script for what the store says of its topics; EngineError. */
export async function refuseByTopics(statements: readonly CompiledStatement[], catalog: Catalog, log: LogStore): Promise<void> {
  await refuseChanges(statements, catalog, log)
  await refuseIndexedSinks(statements, log)
}

async function refuseChanges(statements: readonly CompiledStatement[], catalog: Catalog, log: LogStore): Promise<void> {
  for (const statement of statements) {
    const change = topicChange(statement)
    const topic = change && (await log.topic(change.topic))
    if (!topic) continue
    refuseOwnTopic(topic, change.done)
    if (statement.kind === 'alter-topic' && statement.partitions > topic.partitions) refuseGrowth(catalog, topic.name)
  }
}

/** The results of a query are not numbered, so a topic that numbers the events of its keys would have some without. */
async function refuseIndexedSinks(statements: readonly CompiledStatement[], log: LogStore): Promise<void> {
  const made = new Set<string>()
  for (const statement of statements) {
    if (statement.kind === 'create-source' && statement.topic?.keyIndex) made.add(statement.topic.name)
    if (statement.kind === 'create-topic' && statement.topic.keyIndex) made.add(statement.topic.name)
    if (statement.kind !== 'create-as' && statement.kind !== 'insert-select') continue
    const {topic} = statement.plan.sink
    const record = made.has(topic) ? undefined : await log.topic(topic)
    if (!made.has(topic) && !(record && topicConfig(record).keyIndex)) continue
    const message = `topic ${topic} numbers the events of its keys (KEY_INDEX), and the results of a query have no numbers: write them to another topic`
    throw new EngineError('INVALID_ARGUMENT', message, {topic})
  }
}
