import {EngineError} from '../base/errors.ts'
import {processingLogTopic} from '../runtime/processing-log.ts'
import type {CompiledStatement} from '../sql/statements/compiled-statement.ts'
import type {TopicRecord} from '../storage/port/log-store.ts'

/**
 * The catalog, and what queries keep between their parts, are topics that anybody may read and nobody else may change: queries
 * would be gone, or fail. The processing log is for people: it may be shortened and dropped. EngineError TOPIC_MISMATCH.
 */
export function refuseOwnTopic({name, isInternal}: TopicRecord, change: string): void {
  if (!isInternal || name === processingLogTopic) return
  throw new EngineError('TOPIC_MISMATCH', `topic ${name} can't be ${change}: it is one of Millrace's own`)
}

/** The topic that a statement would change, or that what it makes could be used to change. */
export function topicChange(statement: CompiledStatement): {readonly topic: string; readonly done: string} | undefined {
  switch (statement.kind) {
    case 'drop-topic':
      return {topic: statement.name, done: 'dropped'}
    case 'alter-topic':
      return {topic: statement.name, done: 'altered'}
    case 'create-source':
    case 'create-as':
      return {topic: statement.source.topic, done: 'declared as a stream or table'}
    default:
      return undefined
  }
}
