import {assert, must} from '../../base/assert.ts'
import {EngineError} from '../../base/errors.ts'
import type {TopicPartition} from '../../record/record.ts'
import type {TopicRecord} from '../port/log-store.ts'
import type {Connection} from './connection.ts'
import type {PartitionPlace, RedisKeys} from './keys.ts'
import {mustBeTaggable} from './keys.ts'
import {replaceTopic} from './lua/replace-topic.ts'
import {arrayOf, fieldsOf, numberOf, orAbsent, textOf} from './reply.ts'

type Registered = {
  readonly number: number
  readonly record: TopicRecord
  readonly stored: string
  /** By partition, made when they are asked for. */
  readonly places: PartitionPlace[]
}

/**
 * Names of topics, and where their partitions live. A name is looked up once and remembered; when the partition is not where it
 * was remembered (dropped, grown, created again elsewhere) the caller looks again with `refresh`.
 */
export class TopicRegistry {
  readonly #connection: Connection
  readonly #keys: RedisKeys
  readonly #remembered = new Map<string, Registered>()

  constructor(connection: Connection, keys: RedisKeys) {
    this.#connection = connection
    this.#keys = keys
  }

  async create(record: TopicRecord): Promise<'created' | 'exists'> {
    mustBeTaggable('placement', record.placement)
    if (await this.find(record.name)) return 'exists'
    const number = numberOf(await this.#connection.call('INCR', [this.#keys.topicNumbers]))
    await this.#createPartitions(number, record, 0)
    const stored = encode(number, record)
    // Not repeatable: a repetition would find its own record and call it somebody else's.
    const created = await this.#connection.call('HSETNX', [this.#keys.topics, record.name, stored], {isRepeatable: false})
    if (created === 1) return 'created'
    await this.#removePartitions(number, record)
    return 'exists'
  }

  /** As it is stored now. */
  async find(name: string): Promise<Registered | undefined> {
    this.#remember(name, orAbsent(await this.#connection.call('HGET', [this.#keys.topics, name]), textOf))
    return this.#remembered.get(name)
  }

  async all(): Promise<readonly TopicRecord[]> {
    const records = arrayOf(await this.#connection.call('HVALS', [this.#keys.topics])).map(
      stored => decode(textOf(stored)).record,
    )
    return records.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async update(record: TopicRecord): Promise<void> {
    for (;;) {
      const known = await this.find(record.name)
      if (!known) throw new EngineError('TOPIC_NOT_FOUND', `There is no topic ${record.name}.`, {topic: record.name})
      assert(record.partitions >= known.record.partitions, `topic ${record.name} can't lose partitions`)
      assert(record.placement === known.record.placement, `topic ${record.name} can't move to another placement`)
      await this.#createPartitions(known.number, record, known.record.partitions)
      if (await this.#replace(known, encode(known.number, record))) return
    }
  }

  async drop(name: string): Promise<void> {
    for (let known = await this.find(name); known; known = await this.find(name)) {
      if (!(await this.#replace(known, ''))) continue
      this.#remembered.delete(name)
      await this.#finishDrop(known)
      return
    }
  }

  /** Goes on with what a process that died had dropped but not yet removed. */
  async finishDrops(): Promise<void> {
    for (const stored of fieldsOf(await this.#connection.call('HGETALL', [this.#keys.droppedTopics])).values()) {
      await this.#finishDrop(decode(stored.toString()))
    }
  }

  /** Where partitions live, as far as it is remembered or can be found; undefined for what does not exist. */
  async places(partitions: readonly TopicPartition[]): Promise<readonly (PartitionPlace | undefined)[]> {
    const unknown = new Set(partitions.filter(at => !this.knownPlace(at)).map(({topic}) => topic))
    if (unknown.size > 0) await this.#look([...unknown])
    return partitions.map(at => this.knownPlace(at))
  }

  /** Where a partition lives, if it is remembered. The same object each time. */
  knownPlace({topic, partition}: TopicPartition): PartitionPlace | undefined {
    const known = this.#remembered.get(topic)
    if (!known || partition < 0 || partition >= known.record.partitions) return undefined
    return (known.places[partition] ??= {topic: known.number, placement: known.record.placement, partition})
  }

  /**
   * Asks partitions where their topics were remembered to be, and those that were not found there once more where they are now:
   * a topic may have been dropped and created again, or grown. `ask` answers in the order of the places.
   */
  async askAt<At extends TopicPartition, Answer>(
    ats: readonly At[],
    ask: (places: readonly PartitionPlace[], ats: readonly At[]) => Promise<readonly Answer[]>,
    isKnown: (answer: Answer) => boolean,
    absent: Answer,
  ): Promise<readonly Answer[]> {
    const answers = new Map<At, Answer>()
    let asked = ats
    for (let isAgain = false; asked.length > 0; isAgain = true) {
      const found = await this.places(asked)
      const places = found.filter(place => place !== undefined)
      const placed = asked.filter((_, i) => found[i] !== undefined)
      const given = await ask(places, placed)
      for (const [i, at] of placed.entries()) answers.set(at, must(given[i], 'an answer for each place'))
      if (isAgain) break
      asked = placed.filter((_, i) => !isKnown(must(given[i], 'an answer for each place')))
      this.forget(asked.map(({topic}) => topic))
    }
    return ats.map(at => answers.get(at) ?? absent)
  }

  /** Forgets topics, so that they are looked up again. Returns whether any was remembered. */
  forget(topics: Iterable<string>): void {
    for (const topic of topics) this.#remembered.delete(topic)
  }

  async #look(names: readonly string[]): Promise<void> {
    const found = arrayOf(await this.#connection.call('HMGET', [this.#keys.topics, ...names]))
    for (const [i, name] of names.entries()) this.#remember(name, orAbsent(found[i], textOf))
  }

  #remember(name: string, stored: string | undefined): void {
    if (stored === undefined) this.#remembered.delete(name)
    else this.#remembered.set(name, decode(stored))
  }

  async #replace(known: Registered, stored: string): Promise<boolean> {
    const args = [known.record.name, known.stored, stored, known.number]
    const keys = [this.#keys.topics, this.#keys.droppedTopics]
    const isReplaced = numberOf(await this.#connection.run(replaceTopic, keys, args, {isRepeatable: true})) === 1
    this.#remembered.delete(known.record.name)
    return isReplaced
  }

  async #finishDrop({number, record}: Registered): Promise<void> {
    await this.#removePartitions(number, record)
    await this.#connection.call('HDEL', [this.#keys.droppedTopics, number])
  }

  async #createPartitions(topic: number, {placement, partitions}: TopicRecord, from: number): Promise<void> {
    const empty = ['begin', 0, 'end', 0, 'z', 0, 'x', 0, 'd', 0]
    await forEachPartition(from, partitions, async partition => {
      const {meta} = this.#keys.partition({topic, placement, partition})
      // A partition that was made before by an update that did not get to the end may not lose what it holds.
      if (numberOf(await this.#connection.call('EXISTS', [meta])) === 0) await this.#connection.call('HSET', [meta, ...empty])
    })
  }

  async #removePartitions(topic: number, {placement, partitions}: TopicRecord): Promise<void> {
    await forEachPartition(0, partitions, async partition => {
      await this.#connection.call('UNLINK', Object.values(this.#keys.partition({topic, placement, partition})))
    })
  }
}

async function forEachPartition(from: number, to: number, act: (partition: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({length: Math.max(0, to - from)}, (_, i) => act(from + i)))
}

const encode = (number: number, record: TopicRecord): string => JSON.stringify({number, record})

/** What `encode` wrote. */
function decode(stored: string): Registered {
  const {number, record}: {number: number; record: TopicRecord} = JSON.parse(stored)
  return {number, record, stored, places: []}
}
