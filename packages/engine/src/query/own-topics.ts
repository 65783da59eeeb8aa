import {EngineError} from '../base/errors.ts'
import {processingLogTopic} from '../runtime/processing-log.ts'
import type {TopicRecord} from '../storage/port/log-store.ts'

/**
 * The catalog, and what queries keep between their parts, are topics that anybody may read and nobody else may change: queries
 * would be gone, or fail. The processing log is for people: it may be shortened and dropped. EngineError TOPIC_MISMATCH.
 */
export function refuseOwnTopic({name, isInternal}: TopicRecord, change: string): void {
  if (!isInternal || name === processingLogTopic) return
  throw new EngineError('TOPIC_MISMATCH', `topic ${name} can't be ${change}: it is one of Millrace's own`)
}
