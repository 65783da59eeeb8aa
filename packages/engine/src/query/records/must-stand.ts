import {EngineError} from '../../base/errors.ts'
import type {TopicRecord} from '../../storage/port/log-store.ts'

/** The topic as it is now. TOPIC_NOT_FOUND where it was dropped under its reader, another one made in its place or not. */
export function mustStand(topic: TopicRecord, now: TopicRecord | undefined): TopicRecord {
  if (now?.createdAtMs === topic.createdAtMs) return now
  throw new EngineError('TOPIC_NOT_FOUND', `topic ${topic.name} was dropped while it was read`, {topic: topic.name})
}
