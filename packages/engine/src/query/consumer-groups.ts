import type {Clock} from '../base/clock.ts'
import type {
  CommitOffsetsRequest,
  ConsumedBatch,
  ConsumeRequest,
  GroupInfo,
  LogRecord,
  OffsetReset,
  ResetOffsetsRequest,
} from '../engine-api.ts'
import {commitGroupOffsets} from '../groups/commit.ts'
import {consumeGroup, type GroupConsumption} from '../groups/consumer.ts'
import {groupInfo, groupInfos} from '../groups/group-info.ts'
import {dropGroup, resetGroupOffsets} from '../groups/reset.ts'
import type {Source} from '../plan/source.ts'
import type {Offset, TopicPartition} from '../record/record.ts'
import {taskGroup} from '../runtime/ownership.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import type {Storage} from '../storage/port/storage.ts'
import {recordReader, type RecordReader} from './records/record-reader.ts'

/** Consumer groups as the engine offers them: records are JSON data, read by the source over their topic. */
export class ConsumerGroups {
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #sourceOver: (topic: string) => Source | undefined
  readonly #open = new Set<GroupConsumption<LogRecord>>()

  constructor(storage: Storage, clock: Clock, sourceOver: (topic: string) => Source | undefined) {
    this.#storage = storage
    this.#clock = clock
    this.#sourceOver = sourceOver
  }

  async all(): Promise<readonly GroupInfo[]> {
    const groups = await groupInfos(this.#storage, this.#clock.nowMs())
    return groups.filter(({id}) => id !== taskGroup)
  }

  find(id: string): Promise<GroupInfo | undefined> {
    return groupInfo(this.#storage, id, this.#clock.nowMs())
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
    const {storage, clock, decode} = {storage: this.#storage, clock: this.#clock, decode: this.#decoder()}
    const consumption = consumeGroup({storage, clock, decode}, request)
    this.#open.add(consumption)
    return {
      next: () => this.#untilEnd(consumption, consumption.next()),
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

  async #untilEnd<T>(consumption: GroupConsumption<LogRecord>, step: Promise<IteratorResult<T>>): Promise<IteratorResult<T>> {
    let isOver = true
    try {
      const result = await step
      isOver = result.done === true
      return result
    } finally {
      if (isOver) this.#open.delete(consumption)
    }
  }

  /** Sources come and go while a consumer reads on. */
  #decoder(): (batch: StoredBatch, from: Offset, at: TopicPartition) => readonly LogRecord[] {
    const readers = new Map<string, {readonly source: Source | undefined; readonly read: RecordReader}>()
    return (batch, from, {topic, partition}) => {
      const source = this.#sourceOver(topic)
      let known = readers.get(topic)
      if (!known || known.source !== source) readers.set(topic, (known = {source, read: recordReader(source)}))
      return known.read(batch, from, partition)
    }
  }
}
