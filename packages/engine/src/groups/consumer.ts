import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import {Signal} from '../base/signal.ts'
import {limits} from '../limits.ts'
import {partitionKey} from '../record/record.ts'
import type {Storage} from '../storage/port/storage.ts'
import {commitGroupOffsets} from './commit.ts'
import {checkConsumerRequest, type ConsumerRequest} from './consumer-request.ts'
import {groupEvents, type GroupOffset} from './group-events.ts'
import {LossWatch} from './loss-watch.ts'
import type {LostRecords} from './lost-records.ts'
import {Membership} from './membership.ts'
import type {Decode, RecordPart} from './partition-queue.ts'
import {QueueReader} from './queue-reader.ts'
import {Share, type GroupBatch} from './share.ts'
import type {StartOffset} from './start-offsets.ts'

/** `leave` gives everything up although the caller may never ask for more: what it handles at that moment it can't commit. */
export type GroupConsumption<P> = AsyncIterableIterator<GroupBatch<P>> & {leave(): Promise<void>}

export type ConsumerParts<P extends RecordPart> = {
  readonly storage: Storage
  readonly clock: Clock
  readonly decode: Decode<P>
  /** Hears of a log that has lost what the group had read. */
  readonly onLost?: (lost: LostRecords) => void
}

/**
 * A member of a consumer group as batches of records: of its share of the partitions, from the group's committed offsets on.
 * Its caller commits what it has handled (`commitGroupOffsets`, with the batch's member and generation). At most once: the
 * offsets are committed before a batch is handed out. Joins at the first `next`, leaves at `return` or when the signal aborts.
 *
 * A partition that goes to another member is given up when what was handed out of it is committed, or after a third of the
 * session: then the other member gets those records again.
 *
 * Who was handed records, and for `pollIntervalMsMax` neither asks for more nor commits, leaves the group, so that others go on
 * with its partitions: the next `next` fails with UNKNOWN_MEMBER. So does who must commit to get more, and does not.
 */
export function consumeGroup<P extends RecordPart>(parts: ConsumerParts<P>, request: ConsumerRequest): GroupConsumption<P> {
  const consumer = new GroupConsumer(parts, request)
  const generator = consumer.batches()
  return {
    next: () => generator.next(),
    return: async () => {
      consumer.stop()
      return generator.return(undefined)
    },
    leave: () => consumer.leave(),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

class GroupConsumer<P extends RecordPart> {
  readonly #parts: ConsumerParts<P>
  readonly #request: ConsumerRequest
  readonly #bell: Signal
  readonly #watch: LossWatch
  readonly #reader: QueueReader
  #membership: Membership | undefined
  #share: Share<P> | undefined
  /** Since when it is the caller's turn. */
  #idleSinceMs: number | undefined
  #expired: EngineError | undefined
  /** Those of its partitions together, when commits of other processes were last read. */
  #commitsRead = 0
  #isStopped = false

  constructor(parts: ConsumerParts<P>, request: ConsumerRequest) {
    this.#parts = parts
    this.#request = request
    this.#bell = new Signal(parts.clock)
    this.#watch = new LossWatch(parts.storage.log, () => this.#bell.ring())
    this.#reader = new QueueReader(parts.storage.log, request.onNoOffset ?? 'earliest', this.#watch)
  }

  stop(): void {
    this.#isStopped = true
    this.#bell.ring()
  }

  async leave(): Promise<void> {
    this.stop()
    await this.#membership?.leave()
  }

  async *batches(): AsyncGenerator<GroupBatch<P>, undefined> {
    const {clock, storage} = this.#parts
    const {group, delivery, signal} = this.#request
    if (this.#isStopped || signal?.aborted) return undefined
    checkConsumerRequest(this.#request)
    await this.#checkTopics()
    const stop = (): void => this.stop()
    signal?.addEventListener('abort', stop, {once: true})
    if (signal?.aborted) stop()
    const stopListening = groupEvents(storage.groups).listen(group, {committed: offsets => this.#hearCommit(offsets)})
    this.#watch.open()
    try {
      const membership = await this.#join()
      const share = new Share({...this.#parts, request: this.#request, membership, onTouched: () => this.#bell.ring()})
      this.#share = share
      while (!this.#isStopped) {
        this.#bell.reset()
        const failure = this.#expired ?? membership.failure
        if (failure !== undefined) throw failure
        if (this.#watch.isDue) await this.#lookForLoss(share)
        if (share.isOutdated) await share.adopt(starts => this.#fixLatest(membership, starts))
        const batch = share.take(share.room)
        if (batch) this.#reader.readAhead(share.queues)
        if (batch && (delivery !== 'at-most-once' || (await this.#commitFirst(batch)))) {
          this.#idleSinceMs = clock.nowMs()
          yield batch
        }
        const hasRoom = share.room > 0
        this.#idleSinceMs = hasRoom ? undefined : (this.#idleSinceMs ?? clock.nowMs())
        if (batch || (hasRoom && (await this.#reader.read(share.queues)))) continue
        if (!this.#isStopped) await this.#wait(share, membership)
        if (share.room <= 0) await this.#readCommits(share)
      }
      return undefined
    } finally {
      signal?.removeEventListener('abort', stop)
      stopListening()
      this.#watch.close()
      this.#share?.close()
      await this.#membership?.leave()
    }
  }

  async #lookForLoss(share: Share<P>): Promise<void> {
    this.#watch.settle()
    this.#reader.forget()
    await share.giveUpLost()
  }

  /** A wake may get lost: now and then the log is asked without one. */
  async #wait(share: Share<P>, {heartbeatMs}: Membership): Promise<void> {
    const isRung = await this.#bell.wait(share.room > 0 ? limits.taskPollMs : heartbeatMs)
    if (!isRung) share.mayHaveGrown()
  }

  async #checkTopics(): Promise<void> {
    const {log} = this.#parts.storage
    for (const name of this.#request.topics)
      if ((await log.topic(name)) === undefined)
        throw new EngineError('TOPIC_NOT_FOUND', `there is no topic ${name}`, {topic: name})
  }

  async #join(): Promise<Membership> {
    const {storage, clock} = this.#parts
    const {group, topics, clientId, instanceId, sessionTimeoutMs} = this.#request
    const onBeat = (): void => this.#heartbeat()
    const {groups, log} = storage
    this.#membership = await Membership.join({groups, log, clock, group, topics, clientId, instanceId, sessionTimeoutMs, onBeat})
    return this.#membership
  }

  /** Between calls of `next` too: who handles records for long still gives up what others wait for. */
  #heartbeat(): void {
    const [membership, share] = [this.#membership, this.#share]
    if (!membership || !share) return
    this.#expire(membership)
    share.giveUp()
    if (share.isOther || membership.failure !== undefined) this.#bell.ring()
  }

  #expire(membership: Membership): void {
    const {group, pollIntervalMsMax = limits.pollIntervalMsMax} = this.#request
    const idleMs = this.#idleSinceMs === undefined ? 0 : this.#parts.clock.nowMs() - this.#idleSinceMs
    if (idleMs <= pollIntervalMsMax || this.#expired) return
    const {memberId} = membership
    const message = `member ${memberId} left group ${group}: found nothing asked for or committed in ${idleMs} ms, expected something every ${pollIntervalMsMax} ms; consume again`
    this.#expired = new EngineError('UNKNOWN_MEMBER', message, {group, memberId, found: idleMs, expected: pollIntervalMsMax})
    this.#bell.ring()
    // Its session ends anyway, should this fail.
    membership.leave().catch(() => {})
  }

  /** A group that begins at the end begins there once: else who takes over would leave out what came meanwhile. */
  async #fixLatest({memberId, generation}: Membership, starts: readonly StartOffset[]): Promise<void> {
    if (this.#request.onNoOffset !== 'latest') return
    const offsets = starts
      .filter(({isCommitted}) => !isCommitted)
      .map(({topic, partition, from}) => ({topic, partition, offset: from}))
    if (offsets.length > 0) await this.#commit({memberId, generation, offsets})
  }

  async #commitFirst({topic, partition, part, memberId, generation}: GroupBatch<P>): Promise<boolean> {
    return this.#commit({memberId, generation, offsets: [{topic, partition, offset: part.nextOffset}]})
  }

  /** Whether the partitions are still this member's; if not they were dropped, or will be at the next turn. */
  async #commit(commit: {memberId: string; generation: number; offsets: readonly GroupOffset[]}): Promise<boolean> {
    try {
      await commitGroupOffsets(this.#parts.storage, {group: this.#request.group, ...commit})
      return true
    } catch (error) {
      if (error instanceof EngineError && (error.code === 'FENCED_GENERATION' || error.code === 'UNKNOWN_MEMBER')) return false
      throw error
    }
  }

  /** Commits that came through another process. */
  async #readCommits({queues}: Share<P>): Promise<void> {
    const {groups, features} = this.#parts.storage
    if (!features.isCrossProcess || this.#isStopped) return
    const found = await groups.offsets(this.#request.group)
    const own = new Set(queues.map(({key}) => key))
    const offsets = found
      .filter(at => own.has(partitionKey(at)))
      .map(({topic, partition, next}) => ({topic, partition, offset: next}))
    const sum = offsets.reduce((total, {offset}) => total + offset, 0)
    const isNew = sum !== this.#commitsRead
    this.#commitsRead = sum
    this.#acknowledge(offsets, isNew)
  }

  #hearCommit(offsets: readonly GroupOffset[]): void {
    this.#acknowledge(offsets, true)
  }

  /** `isNew`: somebody committed just now. */
  #acknowledge(offsets: readonly GroupOffset[], isNew: boolean): void {
    const isOwn = this.#share?.acknowledge(offsets) ?? false
    if (isNew && isOwn && this.#idleSinceMs !== undefined) this.#idleSinceMs = this.#parts.clock.nowMs()
    this.#bell.ring()
  }
}
