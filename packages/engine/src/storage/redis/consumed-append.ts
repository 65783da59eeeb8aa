import {randomUUID} from 'node:crypto'
import {must} from '../../base/assert.ts'
import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import {limits} from '../../limits.ts'
import type {Offset} from '../../record/record.ts'
import {partitionKey} from '../../record/record.ts'
import type {AppendBatch, AppendOptions, AppendOutcome, ProducerStamp} from '../port/log-store.ts'
import type {Acknowledger, AckLevel} from './acks.ts'
import {slotOf} from './connection-slot.ts'
import type {Argument, Connection} from './connection.ts'
import {destinationOf} from './forward.ts'
import type {GroupEntry, GroupOutbox} from './group-outbox.ts'
import type {PartitionPlace, RedisKeys} from './keys.ts'
import {parseOutcomes} from './outcomes.ts'
import {commitConsumed} from './lua/commit-consumed.ts'
import {touchPartition} from './lua/touch-partition.ts'
import {arrayOf, asBuffer, numberOf, textOf} from './reply.ts'
import type {ScriptCall} from './run-together.ts'
import type {TopicRegistry} from './topic-registry.ts'

export type ConsumedAppenderParts = {
  readonly connection: Connection
  readonly acknowledger: Acknowledger
  readonly keys: RedisKeys
  readonly topics: TopicRegistry
  readonly outbox: GroupOutbox
  readonly clock: Clock
}

type Append = {
  readonly batches: readonly AppendBatch[]
  readonly groupOffsets: NonNullable<AppendOptions['groupOffsets']>
  readonly acks: AppendOptions['acks']
}
type Placed = {readonly place: PartitionPlace; readonly batch: AppendBatch & {readonly producer: ProducerStamp}}
type Work = Omit<Append, 'batches'> & {readonly placed: readonly Placed[]}
type Reply = {readonly status: string; readonly flat: readonly unknown[]; readonly isKept: boolean}

/** How long an append waits for others of its group. */
const patienceMs = 10_000

/**
 * Appends with the offsets of a consumer group in a cluster, where the group and the partitions lie in different slots. One script in the
 * group's slot checks the generation, commits the offsets and puts the batches into the group's outbox; from there they go to
 * their partitions, and then the caller is answered. Who dies in between leaves them to whoever commits or joins next, or
 * looks after outboxes.
 */
export class ConsumedAppender {
  readonly #parts: ConsumedAppenderParts
  readonly #instance = randomUUID()
  #appends = 0
  /** The last append of each group that has some under way: they go one after the other. */
  readonly #last = new Map<string, Promise<unknown>>()

  constructor(parts: ConsumedAppenderParts) {
    this.#parts = parts
  }

  /** `inOneStep` appends where group and partitions share a slot. */
  async append(append: Append, inOneStep: () => Promise<readonly AppendOutcome[]>): Promise<readonly AppendOutcome[]> {
    const {batches, groupOffsets, acks} = append
    const {group} = groupOffsets
    if (batches.length === 0) return []
    const places = await this.#find(batches, group)
    if (!places.every(place => place !== undefined)) return places.map(place => ({kind: place ? 'aborted' : 'unknown-partition'}))
    if (this.#isOneSlot(group, places)) {
      return this.#inTurn(group, async () => {
        await this.#parts.outbox.untilSent(group)
        return inOneStep()
      })
    }
    mustFit(batches)
    return this.#inTurn(group, () => this.#commit({placed: this.#stamped(batches, places), groupOffsets, acks}))
  }

  /** Where the batches go, undefined for partitions that do not exist. The group's outbox can be found from then on. */
  async #find(batches: readonly AppendBatch[], group: string): Promise<readonly (PartitionPlace | undefined)[]> {
    const {connection, keys, topics} = this.#parts
    const look = async () => {
      const places = await topics.places(batches)
      return Promise.all(
        places.map(async place => {
          if (!place) return undefined
          const exists = await connection.call('EXISTS', [keys.partition(place).meta])
          return numberOf(exists) === 1 ? place : undefined
        }),
      )
    }
    const [places] = await Promise.all([look(), connection.call('SADD', [keys.groupsWithOutbox, group])])
    if (!places.includes(undefined)) return places
    // A topic may have been dropped and created again, or grown, since its place was remembered: look again, once.
    topics.forget(batches.map(({topic}) => topic))
    return look()
  }

  #isOneSlot(group: string, places: readonly PartitionPlace[]): boolean {
    const {keys} = this.#parts
    const [first] = places
    const isOnePartition = places.every(
      ({placement, partition}) => placement === first?.placement && partition === first.partition,
    )
    return isOnePartition && first !== undefined && slotOf(keys.partition(first).log) === slotOf(keys.group(group))
  }

  /** Batches without a producer get one of our own, so that the commit may be repeated. */
  #stamped(batches: readonly AppendBatch[], places: readonly PartitionPlace[]): readonly Placed[] {
    const epoch = ++this.#appends
    const sequences = new Map<string, number>()
    return batches.map((batch, i) => {
      const at = partitionKey(batch)
      const sequence = sequences.get(at) ?? 0
      sequences.set(at, sequence + 1)
      const producer = batch.producer ?? {id: this.#instance, epoch, sequence}
      return {place: must(places[i], 'place of a batch'), batch: {...batch, producer}}
    })
  }

  async #inTurn<T>(group: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(group) ?? Promise.resolve()
    const own = before.catch(() => {}).then(act)
    this.#last.set(group, own)
    try {
      return await own
    } finally {
      if (this.#last.get(group) === own) this.#last.delete(group)
    }
  }

  async #commit(work: Work): Promise<readonly AppendOutcome[]> {
    const {outbox, clock} = this.#parts
    const {group} = work.groupOffsets
    const call = this.#call(work)
    const deadlineMs = clock.nowMs() + patienceMs
    for (;;) {
      const reply = await this.#run(call, work.acks)
      if (reply.status === 'refused') return parseOutcomes(reply.flat)
      if (reply.status === 'known') return this.#known(work, reply)
      if (reply.status === 'committed') {
        const outcomes = await this.#deliver(work, reply)
        if (outcomes) return outcomes
      }
      if (clock.nowMs() >= deadlineMs)
        throw new EngineError('STORAGE_UNAVAILABLE', `Others append with offsets of group ${group} since ${patienceMs / 1000} s.`)
      await outbox.untilSent(group)
    }
  }

  #call({placed, groupOffsets: {group, generation, offsets}}: Work): ScriptCall {
    const {keys, clock} = this.#parts
    const fields = offsets.flatMap(offset => [partitionKey(offset), JSON.stringify(offset)])
    const head = [`${this.#instance}:${++this.#appends}`, clock.nowMs(), generation ?? '', randomUUID(), fields.length]
    const batches = placed.flatMap(({place, batch}): Argument[] => [
      ...[nameOf(place, batch.producer), batch.producer.epoch, batch.producer.sequence],
      ...[destinationOf({place, batch}), batch.count, batch.maxTimestampMs, asBuffer(batch.bytes)],
    ])
    const scriptKeys = [keys.group(group), keys.groupOutbox(group), keys.groupMemory(group)]
    return {script: commitConsumed, keys: scriptKeys, args: [...head, ...fields, ...batches]}
  }

  async #run(call: ScriptCall, acks: AppendOptions['acks']): Promise<Reply> {
    const {reply, isKept} = await this.#parts.acknowledger.runAt(levelOf(acks), call)
    const [status, ...flat] = arrayOf(reply)
    return {status: textOf(status), flat, isKept}
  }

  /** Undefined when what was sent is there, but where is no longer known: then it is among what the group remembers. */
  async #deliver({placed, groupOffsets, acks}: Work, reply: Reply): Promise<readonly AppendOutcome[] | undefined> {
    const [outbox, ...flat] = reply.flat
    const entries: GroupEntry[] = []
    for (const [i, {place, batch}] of placed.entries()) {
      if (textOf(flat[2 * i]) !== 'appended') continue
      const {epoch, sequence} = batch.producer
      const producer = {name: nameOf(place, batch.producer), epoch, sequence}
      entries.push({sequence: numberOf(flat[2 * i + 1]), forward: {place, batch}, producer})
    }
    const sent = await this.#parts.outbox.deliver(groupOffsets.group, textOf(outbox), entries, levelOf(acks))
    if (sent.some(({baseOffset}) => baseOffset === -1)) return undefined
    const isKept = reply.isKept && sent.every(each => each.isKept)
    let next = 0
    return placed.map((_, i) => {
      if (textOf(flat[2 * i]) !== 'appended') return stored('duplicate', numberOf(flat[2 * i + 1]), isKept)
      return stored('appended', must(sent[next++], 'answer to an entry').baseOffset, isKept)
    })
  }

  /** All of it was stored before. */
  async #known({placed, acks}: Work, {flat, isKept}: Reply): Promise<readonly AppendOutcome[]> {
    const {acknowledger, keys} = this.#parts
    const isKeptThere = await Promise.all(
      placed.map(async ({place}) => {
        const call = {script: touchPartition, keys: [keys.partition(place).meta], args: []}
        return (await acknowledger.runAt(levelOf(acks), call)).isKept
      }),
    )
    return placed.map((_, i) => stored('duplicate', numberOf(flat[2 * i + 1]), isKept && isKeptThere.every(Boolean)))
  }
}

/** A failover must not take back one half of what was stored together. */
const levelOf = (acks: AppendOptions['acks']): AckLevel => (acks === 'ALL' ? 'ALL' : 'HURRIED')

/** What a group remembers a producer by: its sequences count batches to one partition. */
const nameOf = ({topic, partition}: PartitionPlace, {id}: ProducerStamp): string => `${topic}/${partition} ${id}`

/** Without a base the partition went between the commit and the append. */
function stored(kind: 'appended' | 'duplicate', baseOffset: Offset | undefined, isKept: boolean): AppendOutcome {
  if (baseOffset === undefined || baseOffset < 0) return {kind: 'unknown-partition'}
  return {kind, baseOffset, ...(!isKept && {acks: 'LEADER' as const})}
}

function mustFit(batches: readonly AppendBatch[]): void {
  for (const {topic, partition, expectedEnd, eventIds, keys} of batches) {
    const isConditional = expectedEnd !== undefined || eventIds !== undefined || keys?.some(key => key.expected !== undefined)
    if (isConditional)
      throw new EngineError(
        'INVALID_ARGUMENT',
        `found an expected end, an expected version or an event id for ${topic}/${partition} together with offsets of a group, which a Redis Cluster keeps in another slot, where they can't be checked: expected one or the other`,
        {topic, partition},
      )
  }
  const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
  if (bytes > limits.groupOutboxBytesMax)
    throw new EngineError(
      'LIMIT_EXCEEDED',
      `found ${bytes} bytes of batches with offsets of a group, expected at most ${limits.groupOutboxBytesMax} in one append`,
      {bytes},
    )
}
