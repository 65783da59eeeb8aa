import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import {Signal} from '../base/signal.ts'
import {limits} from '../limits.ts'
import {parsePartitionKey, partitionKey, type Offset} from '../record/record.ts'
import type {ReadResult} from '../storage/port/log-store.ts'
import type {Storage} from '../storage/port/storage.ts'
import type {Touched} from '../storage/port/wake.ts'
import {checkConsumerRequest} from './check-request.ts'
import {commitGroupOffsets} from './commit.ts'
import {groupEvents, type GroupOffset} from './group-events.ts'
import {Membership} from './membership.ts'
import {nextOffset, PartitionQueue, type Decode, type RecordPart} from './partition-queue.ts'
import {startOffsets, withoutOffset, type NoOffset} from './start-offsets.ts'

export type ConsumerRequest = {
  readonly topics: readonly string[]
  readonly group: string
  readonly clientId?: string
  readonly instanceId?: string
  readonly delivery?: 'at-least-once' | 'at-most-once'
  readonly onNoOffset?: NoOffset
  readonly recordsMax?: number
  readonly unackedMax?: number
  readonly sessionTimeoutMs?: number
  readonly pollIntervalMsMax?: number
  readonly signal?: AbortSignal
}

export type GroupBatch<P> = {
  readonly topic: string
  readonly partition: number
  /** Some records of one stored batch. */
  readonly part: P
  readonly memberId: string
  readonly generation: number
}

/** `leave` gives everything up although the caller may never ask for more: what it handles at that moment it can't commit. */
export type GroupConsumption<P> = AsyncIterableIterator<GroupBatch<P>> & {leave(): Promise<void>}

export type ConsumerParts<P extends RecordPart> = {
  readonly storage: Storage
  readonly clock: Clock
  readonly decode: Decode<P>
}

type Fetch<P extends RecordPart> = {
  readonly queues: readonly PartitionQueue<P>[]
  /** Where each was read from. */
  readonly froms: readonly Offset[]
  readonly results: Promise<readonly ReadResult[]>
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
  const {signal} = request
  const stop = (): void => consumer.stop()
  signal?.addEventListener('abort', stop, {once: true})
  if (signal?.aborted) stop()
  const generator = consumer.batches()
  return {
    next: () => generator.next(),
    return: async () => {
      stop()
      signal?.removeEventListener('abort', stop)
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
  /** In the order of their turns. */
  #queues: PartitionQueue<P>[] = []
  #ahead: Fetch<P> | undefined
  #membership: Membership | undefined
  #revokedSinceMs = new Map<string, number>()
  #unsubscribe = (): void => {}
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
    if (this.#isStopped) return undefined
    const {groups} = this.#parts.storage
    const {group, delivery} = this.#request
    checkConsumerRequest(this.#request)
    await this.#checkTopics()
    const stopListening = groupEvents(groups).listen(group, {committed: offsets => this.#hearCommit(offsets)})
    try {
      const membership = await this.#join()
      while (!this.#isStopped) {
        this.#bell.reset()
        const failure = this.#expired ?? membership.failure
        if (failure !== undefined) throw failure
        await this.#adopt(membership)
        const batch = this.#take(membership)
        if (batch && (delivery !== 'at-most-once' || (await this.#commitFirst(batch)))) {
          this.#idleSinceMs = this.#parts.clock.nowMs()
          yield batch
        }
        this.#idleSinceMs = this.#room() > 0 ? undefined : (this.#idleSinceMs ?? this.#parts.clock.nowMs())
        if (batch || (await this.#fetch())) continue
        if (!this.#isStopped) await this.#wait(membership)
        if (this.#room() <= 0) await this.#readCommits()
      }
      return undefined
    } finally {
      stopListening()
      this.#unsubscribe()
      this.#ahead?.results.catch(() => {})
      await this.#membership?.leave()
    }
  }

  /** A wake may get lost: now and then the log is asked without one. */
  async #wait({heartbeatMs}: Membership): Promise<void> {
    const isRung = await this.#bell.wait(this.#room() > 0 ? limits.taskPollMs : heartbeatMs)
    if (!isRung) for (const queue of this.#queues) queue.mayHaveGrown()
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
    const membership = this.#membership
    if (!membership) return
    this.#expire(membership)
    this.#giveUp(membership)
    const isNew = membership.owned.size !== this.#queues.length || this.#queues.some(queue => this.#isLost(membership, queue))
    if (isNew || membership.failure !== undefined) this.#bell.ring()
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

  #isLost({owned}: Membership, {at, since}: PartitionQueue<P>): boolean {
    return owned.get(partitionKey(at)) !== since
  }

  /** Gives up what another member waits for, once it is committed, or after a third of the session. */
  #giveUp(membership: Membership): void {
    const nowMs = this.#parts.clock.nowMs()
    const {revoked} = membership
    this.#revokedSinceMs = new Map([...revoked].map(key => [key, this.#revokedSinceMs.get(key) ?? nowMs]))
    const given = [...revoked].filter(key => {
      const queue = this.#queues.find(({at}) => partitionKey(at) === key)
      const isLate = nowMs - (this.#revokedSinceMs.get(key) ?? nowMs) >= membership.sessionTimeoutMs / 3
      return !queue || queue.isSettled || isLate
    })
    if (given.length === 0) return
    this.#queues = this.#queues.filter(({at}) => !given.includes(partitionKey(at)))
    membership.release(given)
  }

  /** Makes the queues those of the partitions that are this member's. */
  async #adopt(membership: Membership): Promise<void> {
    this.#giveUp(membership)
    const kept = this.#queues.filter(queue => !this.#isLost(membership, queue))
    const known = new Set(kept.map(({at}) => partitionKey(at)))
    const taken = [...membership.owned].filter(([key]) => !known.has(key))
    if (taken.length === 0 && kept.length === this.#queues.length) return
    const {storage, decode} = this.#parts
    const places = taken.map(([key]) => parsePartitionKey(key))
    const starts = await startOffsets(storage, this.#request.group, places, this.#request.onNoOffset ?? 'earliest')
    await this.#fixLatest(membership, starts)
    const sinceOf = new Map(taken)
    const fresh = starts.map(start => {
      const {topic, partition, from} = start
      const queue = new PartitionQueue(
        {topic, partition},
        sinceOf.get(partitionKey(start)) ?? membership.generation,
        from,
        decode,
      )
      queue.ack(from)
      return queue
    })
    this.#queues = [...kept, ...fresh]
    this.#unsubscribe()
    this.#unsubscribe = await storage.wake.subscribe(
      this.#queues.map(({at}) => at),
      touched => this.#hear(touched),
    )
    // What was appended while nobody listened.
    for (const queue of this.#queues) queue.mayHaveGrown()
  }

  #hear(touched: readonly Touched[]): void {
    const byPlace = new Map(this.#queues.map(queue => [partitionKey(queue.at), queue]))
    for (const {topic, partition, batches = []} of touched) {
      const queue = byPlace.get(partitionKey({topic, partition}))
      if (batches.length > 0) queue?.offer(batches)
      else queue?.mayHaveGrown()
    }
    this.#bell.ring()
  }

  /** A group that begins at the end begins there once: else who takes over would leave out what came meanwhile. */
  async #fixLatest({memberId, generation}: Membership, starts: Awaited<ReturnType<typeof startOffsets>>): Promise<void> {
    if (this.#request.onNoOffset !== 'latest') return
    const offsets = starts
      .filter(({isCommitted}) => !isCommitted)
      .map(({topic, partition, from}) => ({topic, partition, offset: from}))
    if (offsets.length > 0) await this.#commit({memberId, generation, offsets})
  }

  #take({memberId, generation, revoked}: Membership): GroupBatch<P> | undefined {
    const {recordsMax = limits.recordsPageMax, unackedMax} = this.#request
    const room = Math.min(this.#room(), recordsMax)
    if (room <= 0) return undefined
    for (const queue of [...this.#queues]) {
      if (revoked.has(partitionKey(queue.at))) continue
      const part = queue.take(room, unackedMax !== undefined)
      if (part === undefined) continue
      this.#queues = [...this.#queues.filter(each => each !== queue), queue]
      if (this.#queues.every(({isEmpty}) => isEmpty)) this.#ahead ??= this.#read()
      return {...queue.at, part, memberId, generation}
    }
    return undefined
  }

  /** How many more records may be handed out before the group commits. */
  #room(): number {
    const {unackedMax} = this.#request
    if (unackedMax === undefined) return Infinity
    return unackedMax - this.#queues.reduce((sum, {unacked}) => sum + unacked.count, 0)
  }

  /** Whether there is anything new. */
  async #fetch(): Promise<boolean> {
    if (this.#room() <= 0 || this.#queues.length === 0) return false
    const ahead = this.#ahead
    this.#ahead = undefined
    if (ahead !== undefined && (await this.#fill(ahead))) return true
    // What was read ahead and found nothing may have been too early.
    const next = this.#read()
    return next !== undefined && this.#fill(next)
  }

  /** Undefined when there is nothing to be found. */
  #read(): Fetch<P> | undefined {
    const queues = this.#queues.filter(({isEmpty, isLevel}) => isEmpty && !isLevel)
    if (queues.length === 0) return undefined
    const froms = queues.map(({readFrom}) => readFrom)
    const bytesMax = Math.ceil(Math.min(limits.readerFetchBytesMax, limits.consumerFetchBytesMax / Math.max(1, queues.length)))
    const results = this.#parts.storage.log.read(queues.map(({at, readFrom}) => ({...at, from: readFrom, bytesMax})))
    // Its failure is heard by who waits for it.
    results.catch(() => {})
    for (const queue of queues) queue.beginRead()
    return {queues, froms, results}
  }

  async #fill({queues, froms, results}: Fetch<P>): Promise<boolean> {
    let isNew = false
    for (const [i, {batches, bounds}] of (await results).entries()) {
      const queue = queues[i]
      if (!queue || !bounds.isKnown) continue
      // Whose end it is no more: batches were offered since the read began.
      const isWhereItWas = queue.readFrom === froms[i]
      if (isWhereItWas && (queue.readFrom < bounds.begin || queue.readFrom > bounds.end)) {
        queue.seek(withoutOffset(queue.at, queue.readFrom, bounds, this.#request.onNoOffset ?? 'earliest'))
        isNew = true
      } else {
        queue.endRead(batches, bounds.end)
        isNew ||= !queue.isEmpty
      }
    }
    return isNew
  }

  async #commitFirst({topic, partition, part, memberId, generation}: GroupBatch<P>): Promise<boolean> {
    return this.#commit({memberId, generation, offsets: [{topic, partition, offset: nextOffset(part)}]})
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
  async #readCommits(): Promise<void> {
    const {groups, features} = this.#parts.storage
    if (!features.isCrossProcess || this.#isStopped) return
    const found = await groups.offsets(this.#request.group)
    const own = new Set(this.#queues.map(({at}) => partitionKey(at)))
    const offsets = found
      .filter(at => own.has(partitionKey(at)))
      .map(({topic, partition, next}) => ({topic, partition, offset: next}))
    const sum = offsets.reduce((total, {offset}) => total + offset, 0)
    if (sum === this.#commitsRead) return this.#acknowledge(offsets)
    this.#commitsRead = sum
    this.#hearCommit(offsets)
  }

  /** Who commits is at work; other members' commits say nothing of this one. */
  #hearCommit(offsets: readonly GroupOffset[]): void {
    const keys = new Set(offsets.map(partitionKey))
    const isOwn = this.#queues.some(({at}) => keys.has(partitionKey(at)))
    if (isOwn && this.#idleSinceMs !== undefined) this.#idleSinceMs = this.#parts.clock.nowMs()
    this.#acknowledge(offsets)
  }

  #acknowledge(offsets: readonly GroupOffset[]): void {
    const byPlace = new Map(this.#queues.map(queue => [partitionKey(queue.at), queue]))
    for (const committed of offsets) byPlace.get(partitionKey(committed))?.ack(committed.offset)
    if (this.#membership) this.#giveUp(this.#membership)
    this.#bell.ring()
  }
}
