import type {Clock} from '../base/clock.ts'
import {limits} from '../limits.ts'
import {parsePartitionKey, partitionKey} from '../record/record.ts'
import type {Storage} from '../storage/port/storage.ts'
import type {Touched} from '../storage/port/wake.ts'
import type {ConsumerRequest} from './consumer-request.ts'
import type {GroupOffset} from './group-events.ts'
import {LogMarks} from './log-marks.ts'
import {findLostRecords, type LostRecords} from './lost-records.ts'
import type {Membership} from './membership.ts'
import {PartitionQueue, type Decode, type RecordPart} from './partition-queue.ts'
import {startOffsets, type StartOffset} from './start-offsets.ts'

export type GroupBatch<P> = {
  readonly topic: string
  readonly partition: number
  /** Some records of one stored batch. */
  readonly part: P
  readonly memberId: string
  readonly generation: number
}

export type ShareParts<P extends RecordPart> = {
  readonly storage: Storage
  readonly clock: Clock
  readonly decode: Decode<P>
  readonly request: ConsumerRequest
  readonly membership: Membership
  readonly onLost?: ((lost: LostRecords) => void) | undefined
  /** Called when a partition may have grown. */
  readonly onTouched: () => void
}

/**
 * The partitions of one member, each with its queue: takes them over where the group's offsets say, hands out by turns what was
 * read of them, and gives them up.
 */
export class Share<P extends RecordPart> {
  readonly #parts: ShareParts<P>
  /** In the order of their turns. */
  #queues: PartitionQueue<P>[] = []
  #byKey = new Map<string, PartitionQueue<P>>()
  /** What the queues are for. */
  #owned: Membership['owned'] | undefined
  #revokedSinceMs = new Map<string, number>()
  #unsubscribe = (): void => {}

  constructor(parts: ShareParts<P>) {
    this.#parts = parts
  }

  get queues(): readonly PartitionQueue<P>[] {
    return this.#queues
  }

  /** How many more records may be handed out before the group commits. */
  get room(): number {
    const {unackedMax} = this.#parts.request
    if (unackedMax === undefined) return Infinity
    return unackedMax - this.#queues.reduce((sum, {unacked}) => sum + unacked.count, 0)
  }

  /** Whether the membership was looked at since the last `adopt`, so that other partitions may be the member's. */
  get isOutdated(): boolean {
    return this.#owned !== this.#parts.membership.owned
  }

  /** Whether it holds others than the partitions that are the member's. */
  get isOther(): boolean {
    const {owned} = this.#parts.membership
    return owned.size !== this.#queues.length || this.#queues.some(queue => this.#isLost(queue))
  }

  /** At most `room` records of one batch of one partition; undefined where nothing waits. */
  take(room: number): GroupBatch<P> | undefined {
    const {request, membership} = this.#parts
    const {memberId, generation, revoked} = membership
    const recordsMax = Math.min(room, request.recordsMax ?? limits.recordsPageMax)
    if (recordsMax <= 0) return undefined
    for (const [i, queue] of this.#queues.entries()) {
      if (revoked.has(queue.key)) continue
      const part = queue.take(recordsMax, request.unackedMax !== undefined)
      if (part === undefined) continue
      if (this.#queues.length > 1) this.#queues.push(...this.#queues.splice(i, 1))
      const {topic, partition} = queue.at
      return {topic, partition, part, memberId, generation}
    }
    return undefined
  }

  /** Makes the queues those of the partitions that are this member's. `fix`: is told where those begin that it takes over. */
  async adopt(fix: (starts: readonly StartOffset[]) => Promise<void>): Promise<void> {
    const {storage, request, membership, onLost} = this.#parts
    this.giveUp()
    const {owned} = membership
    const kept = this.#queues.filter(queue => !this.#isLost(queue))
    const known = new Set(kept.map(({key}) => key))
    const taken = [...owned.keys()].filter(key => !known.has(key))
    if (taken.length > 0 || kept.length < this.#queues.length) {
      const places = taken.map(parsePartitionKey)
      const starts = await startOffsets(storage, request.group, places, request.onNoOffset ?? 'earliest', onLost)
      await fix(starts)
      this.#hold([...kept, ...starts.map(start => this.#queueAt(start, owned.get(partitionKey(start)) ?? membership.generation))])
      await this.#subscribe()
    }
    this.#owned = owned
  }

  /** Gives up what another member waits for, once it is committed, or after a third of the session. */
  giveUp(): void {
    const {clock, membership} = this.#parts
    const {revoked} = membership
    if (revoked.size === 0 && this.#revokedSinceMs.size === 0) return
    const nowMs = clock.nowMs()
    this.#revokedSinceMs = new Map([...revoked].map(key => [key, this.#revokedSinceMs.get(key) ?? nowMs]))
    const given = [...revoked].filter(key => {
      const isLate = nowMs - (this.#revokedSinceMs.get(key) ?? nowMs) >= membership.sessionTimeoutMs / 3
      return isLate || (this.#byKey.get(key)?.isSettled ?? true)
    })
    if (given.length === 0) return
    this.#hold(this.#queues.filter(({key}) => !given.includes(key)))
    membership.release(given)
  }

  /**
   * Gives up partitions whose log has lost what was read of it. They are taken over again at once, under a later generation, which
   * fences commits of what is lost.
   */
  async giveUpLost(): Promise<void> {
    const lost = await findLostRecords(
      this.#parts.storage.log,
      this.#queues.map(({at, marks}) => ({at, marks: marks.all})),
    )
    const keys = new Set(lost.flatMap(each => (each ? [partitionKey(each)] : [])))
    this.mayHaveGrown()
    if (keys.size === 0) return
    this.#hold(this.#queues.filter(({key}) => !keys.has(key)))
    this.#parts.membership.release([...keys])
  }

  /** Whether any of the offsets is of its partitions. */
  acknowledge(offsets: readonly GroupOffset[]): boolean {
    let isOwn = false
    for (const committed of offsets) {
      const queue = this.#byKey.get(partitionKey(committed))
      isOwn ||= queue !== undefined
      queue?.ack(committed.offset)
    }
    this.giveUp()
    return isOwn
  }

  mayHaveGrown(): void {
    for (const queue of this.#queues) queue.mayHaveGrown()
  }

  close(): void {
    this.#unsubscribe()
  }

  #isLost({key, since}: PartitionQueue<P>): boolean {
    return this.#parts.membership.owned.get(key) !== since
  }

  #queueAt({topic, partition, from, marks}: StartOffset, since: number): PartitionQueue<P> {
    const queue = new PartitionQueue({topic, partition}, since, from, this.#parts.decode, new LogMarks(marks))
    queue.ack(from)
    return queue
  }

  #hold(queues: PartitionQueue<P>[]): void {
    this.#queues = queues
    this.#byKey = new Map(queues.map(queue => [queue.key, queue]))
    this.#parts.membership.marks = new Map(queues.map(({key, marks}) => [key, marks]))
  }

  async #subscribe(): Promise<void> {
    this.#unsubscribe()
    const places = this.#queues.map(({at}) => at)
    this.#unsubscribe = await this.#parts.storage.wake.subscribe(places, touched => this.#hear(touched))
    // What was appended while nobody listened.
    this.mayHaveGrown()
  }

  #hear(touched: readonly Touched[]): void {
    for (const {topic, partition, batches = []} of touched) {
      const queue = this.#byKey.get(partitionKey({topic, partition}))
      if (batches.length > 0) queue?.offer(batches)
      else queue?.mayHaveGrown()
    }
    this.#parts.onTouched()
  }
}
