import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import {SharedRuns} from '../base/shared-runs.ts'
import type {AlterTopic, CreateTopic, TopicInfo, TopicsPage} from '../engine-api.ts'
import {beginPartitions} from '../groups/begin-partitions.ts'
import {forgetTopic} from '../groups/forget-topic.ts'
import {limits} from '../limits.ts'
import {alteredTopic, newTopic, topicConfig} from '../log/topic.ts'
import type {GroupStore} from '../storage/port/group-store.ts'
import type {LogStore, TopicRecord} from '../storage/port/log-store.ts'
import type {Storage} from '../storage/port/storage.ts'
import {refuseOwnTopic} from './own-topics.ts'

/** Topics as users see and change them. */
export class TopicAdmin {
  readonly #log: LogStore
  readonly #groups: GroupStore
  readonly #clock: Clock
  readonly #partitions: number
  readonly #listings = new SharedRuns<readonly TopicInfo[]>()
  readonly #recent = new Map<string, {readonly topic: TopicRecord; readonly atMs: number; readonly version: number}>()

  /** `partitions`: of a topic that is created without saying how many. */
  constructor({log, groups}: Pick<Storage, 'log' | 'groups'>, clock: Clock, partitions: number) {
    this.#log = log
    this.#groups = groups
    this.#clock = clock
    this.#partitions = partitions
  }

  async create({name, partitions = this.#partitions, ...settings}: CreateTopic): Promise<TopicInfo> {
    const topic = newTopic({name, partitions, createdAtMs: this.#clock.nowMs(), encoding: 'bytes', settings})
    if ((await this.#log.createTopic(topic)) === 'exists') throw new EngineError('TOPIC_EXISTS', `topic ${name} exists already`)
    return this.info(name)
  }

  /** `refuseGrowth` throws where the topic can't have more partitions. */
  async alter(name: string, change: AlterTopic, refuseGrowth: () => void): Promise<TopicInfo> {
    const topic = await this.record(name)
    refuseOwnTopic(topic, 'altered')
    const altered = alteredTopic(topic, change)
    if (altered.partitions > topic.partitions) refuseGrowth()
    await this.#log.updateTopic(altered)
    this.forget(name)
    if (altered.partitions > topic.partitions)
      await beginPartitions(this.#groups, name, {from: topic.partitions, to: altered.partitions})
    return this.info(name)
  }

  /** `users`: what stands over the topic; it stays as long as there is any. */
  async drop(name: string, users: readonly string[]): Promise<void> {
    refuseOwnTopic(await this.record(name), 'dropped')
    if (users.length > 0)
      throw new EngineError(
        'TOPIC_MISMATCH',
        `topic ${name} can't be dropped: ${users.join(', ')} ${users.length > 1 ? 'stand' : 'stands'} over it`,
      )
    await this.remove(name)
  }

  /** With all that is kept of it; unknown names are ignored. */
  async remove(name: string): Promise<void> {
    await this.#log.dropTopic(name)
    this.forget(name)
    await forgetTopic(this.#groups, name)
  }

  async find(name: string): Promise<TopicInfo | undefined> {
    const topic = await this.#log.topic(name)
    return topic && (await topicInfos(this.#log, [topic]))[0]
  }

  all(page: TopicsPage = {}): Promise<readonly TopicInfo[]> {
    return this.#listings.run(JSON.stringify(page), () => this.#list(page))
  }

  async #list({after, topicsMax, hasInternal = true}: TopicsPage): Promise<readonly TopicInfo[]> {
    const found = (await this.#log.topics()).filter(
      ({name, isInternal}) => (hasInternal || !isInternal) && (after === undefined || name > after),
    )
    return topicInfos(this.#log, found.slice(0, topicsMax))
  }

  /** TOPIC_NOT_FOUND when there is none. */
  async info(name: string): Promise<TopicInfo> {
    return (await this.find(name)) ?? unknownTopic(name)
  }

  async record(name: string): Promise<TopicRecord> {
    return (await this.#log.topic(name)) ?? unknownTopic(name)
  }

  /**
   * As `record`, but for up to `limits.topicRecordAgeMs` as it was, so that a produce costs one round trip. `version`: of the
   * catalog; what SQL of this engine did to topics is seen at once.
   */
  async recentRecord(name: string, version: number): Promise<TopicRecord> {
    const nowMs = this.#clock.nowMs()
    const known = this.#recent.get(name)
    if (known && known.version === version && nowMs - known.atMs < limits.topicRecordAgeMs && nowMs >= known.atMs)
      return known.topic
    const topic = await this.record(name)
    this.#recent.set(name, {topic, atMs: nowMs, version})
    return topic
  }

  /** The topic is not what it was: the next `recentRecord` looks. */
  forget(name: string): void {
    this.#recent.delete(name)
  }

  /** Partitions by topic, as the compiler asks for them. */
  async partitions(): Promise<ReadonlyMap<string, number>> {
    return new Map((await this.#log.topics()).map(({name, partitions}) => [name, partitions]))
  }
}

function unknownTopic(name: string): never {
  throw new EngineError('TOPIC_NOT_FOUND', `there is no topic ${name}`)
}

/** Topics with the bounds of their partitions. */
async function topicInfos(log: LogStore, topics: readonly TopicRecord[]): Promise<readonly TopicInfo[]> {
  const places = topics.flatMap(({name, partitions}) =>
    Array.from({length: partitions}, (_, partition) => ({topic: name, partition})),
  )
  const bounds = await log.bounds(places)
  let next = 0
  return topics.map(topic => {
    const {encoding, ...settings} = topicConfig(topic)
    return {
      name: topic.name,
      encoding,
      isInternal: topic.isInternal,
      createdAtMs: topic.createdAtMs,
      settings,
      partitions: bounds
        .slice(next, (next += topic.partitions))
        .map(({begin, end, bytes}, id) => ({id, beginOffset: begin, endOffset: end, bytes})),
    }
  })
}
