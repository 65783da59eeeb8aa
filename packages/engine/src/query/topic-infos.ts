import type {TopicInfo} from '../engine-api.ts'
import {topicConfig} from '../log/topic.ts'
import type {LogStore, TopicRecord} from '../storage/port/log-store.ts'

/** Topics with the bounds of their partitions, in one round trip. */
export async function topicInfos(log: LogStore, topics: readonly TopicRecord[]): Promise<readonly TopicInfo[]> {
  const places = topics.flatMap(({name, partitions}) =>
    Array.from({length: partitions}, (_, partition) => ({topic: name, partition})),
  )
  const bounds = [...(await log.bounds(places))]
  return topics.map(topic => {
    const {encoding, ...settings} = topicConfig(topic)
    return {
      name: topic.name,
      encoding,
      isInternal: topic.isInternal,
      createdAtMs: topic.createdAtMs,
      settings,
      partitions: bounds
        .splice(0, topic.partitions)
        .map(({begin, end, bytes}, id) => ({id, beginOffset: begin, endOffset: end, bytes})),
    }
  })
}
