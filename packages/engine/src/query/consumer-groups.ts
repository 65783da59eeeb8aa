import type {Clock} from '../base/clock.ts'
import {SharedRuns} from '../base/shared-runs.ts'
import type {
  CommitOffsetsRequest,
  ConsumedBatch,
  ConsumeRequest,
  GroupFacts,
  GroupInfo,
  GroupsPage,
  OnCorruptBatch,
  OffsetReset,
  ResetOffsetsRequest,
} from '../engine-api.ts'
import {commitGroupOffsets} from '../groups/commit.ts'
import {consumeGroup, type GroupConsumption} from '../groups/consumer.ts'
import {groupInfo, groupInfos} from '../groups/group-info.ts'
import type {LostRecords} from '../groups/lost-records.ts'
import type {Decode, DecodedBatch} from '../groups/partition-queue.ts'
import {dropGroup, resetGroupOffsets} from '../groups/reset.ts'
import type {GroupBatch} from '../groups/share.ts'
import {readOrSkip, type Damage} from '../log/damage.ts'
import {topicConfig} from '../log/topic.ts'
import type {Source} from '../plan/source.ts'
import type {Offset, TopicPartition} from '../record/record.ts'
import {taskGroup} from '../runtime/ownership.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import type {Storage} from '../storage/port/storage.ts'
import {Consumed} from './records/consumed.ts'
import type {DamageReport} from './records/damage-report.ts'
import type {RecordBatch, RecordPart} from './records/record-batch.ts'
import {recordReader, type RecordReader} from './records/record-reader.ts'

const nothing: DecodedBatch<RecordPart> = {
  count: 0,
  part: () => {
    throw new Error('nothing was decoded')
  },
}

/** Consumer groups as the engine offers them: records are JSON data, read by the source over their topic. */
export class ConsumerGroups {
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #sourceOver: (topic: string) => Source | undefined
  readonly #damage: DamageReport
  readonly #listings = new SharedRuns<readonly GroupInfo[]>()
  readonly #open = new Set<GroupConsumption<RecordPart>>()

  constructor(storage: Storage, clock: Clock, sourceOver: (topic: string) => Source | undefined, damage: DamageReport) {
    this.#damage = damage
    this.#storage = storage
    this.#clock = clock
    this.#sourceOver = sourceOver
  }

  all(page: GroupsPage = {}): Promise<readonly GroupInfo[]> {
    return this.#listings.run(JSON.stringify(page), () =>
      groupInfos(this.#storage, this.#clock.nowMs(), {...page, without: [taskGroup]}),
    )
  }

  find(id: string, facts?: GroupFacts): Promise<GroupInfo | undefined> {
    return groupInfo(this.#storage, id, this.#clock.nowMs(), facts)
  }

  commit(request: CommitOffsetsRequest): Promise<void> {
    return commitGroupOffsets(this.#storage, request)
  }

  reset(request: ResetOffsetsRequest): Promise<readonly OffsetReset[]> {
    return resetGroupOffsets(this.#storage, request, this.#clock.nowMs())
  }

  drop(id: string): Promise<void> {
    return dropGroup(this.#storage, id, this.#clock.nowMs())
  }

  consume(request: ConsumeRequest): AsyncIterableIterator<ConsumedBatch> {
    const policies = new Map<string, OnCorruptBatch>()
    const [storage, clock, decode] = [this.#storage, this.#clock, this.#decoder(request, policies)]
    const onLost = (lost: LostRecords): void => this.#damage.lost(`consumer group ${request.group}`, lost)
    const consumption = consumeGroup({storage, clock, decode, onLost}, request)
    this.#open.add(consumption)
    let begin: Promise<void> | undefined = this.#readPolicies(request, policies)
    begin.catch(() => {})
    const next = async () => {
      await begin
      begin = undefined
      return consumption.next()
    }
    return {
      next: () => this.#untilEnd(consumption, begin === undefined ? consumption.next() : next()),
      return: async () => this.#untilEnd(consumption, consumption.return?.() ?? Promise.resolve({done: true, value: undefined})),
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  /** All members leave, so that others go on at once. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map(consumption => consumption.leave()))
  }

  async #untilEnd(
    consumption: GroupConsumption<RecordPart>,
    step: Promise<IteratorResult<GroupBatch<RecordPart>>>,
  ): Promise<IteratorResult<ConsumedBatch>> {
    let isOver = true
    try {
      const result = await step
      isOver = result.done === true
      return result.done === true ? result : {done: false, value: new Consumed(result.value)}
    } finally {
      if (isOver) this.#open.delete(consumption)
    }
  }

  /** What each topic says of damaged batches, where the request says nothing. */
  async #readPolicies({topics, onCorruptBatch}: ConsumeRequest, policies: Map<string, OnCorruptBatch>): Promise<void> {
    for (const topic of topics) {
      const record = onCorruptBatch === undefined ? await this.#storage.log.topic(topic) : undefined
      policies.set(topic, onCorruptBatch ?? (record ? topicConfig(record).onCorruptBatch : 'fail'))
    }
  }

  #decoder({group}: ConsumeRequest, policies: ReadonlyMap<string, OnCorruptBatch>): Decode<RecordPart> {
    const read = this.#reader()
    const onSkipped = (damage: Damage): void => this.#damage.skip(`consumer group ${group}`, damage)
    return (batch, from, at) => {
      const onCorruptBatch = policies.get(at.topic) ?? 'fail'
      return readOrSkip(() => read(batch, from, at), at, batch, {onCorruptBatch, onSkipped}) ?? nothing
    }
  }

  /** Sources come and go while a consumer reads on. */
  #reader(): (batch: StoredBatch, from: Offset, at: TopicPartition) => RecordBatch {
    const readers = new Map<string, {readonly source: Source | undefined; readonly read: RecordReader}>()
    return (batch, from, {topic, partition}) => {
      const source = this.#sourceOver(topic)
      let known = readers.get(topic)
      if (!known || known.source !== source) readers.set(topic, (known = {source, read: recordReader(source)}))
      return known.read(batch, from, partition)
    }
  }
}
