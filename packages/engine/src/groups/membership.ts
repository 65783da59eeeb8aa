import {randomUUID} from 'node:crypto'
import type {Clock} from '../base/clock.ts'
import {EngineError} from '../base/errors.ts'
import {Signal} from '../base/signal.ts'
import {limits} from '../limits.ts'
import type {GroupStore} from '../storage/port/group-store.ts'
import {reduce, type Joiner} from './coordinator.ts'
import {emptyGroup, groupDocument, readGroup, type Group} from './group.ts'
import {groupEvents, type GroupEvents, type GroupListener, type LocalMember} from './group-events.ts'
import {Liveness} from './liveness.ts'
import type {LogMarks} from './log-marks.ts'
import {afterLostGenerations} from './lost-generations.ts'

export type MembershipOptions = {
  readonly groups: GroupStore
  /** Asked how many partitions the topics have. */
  readonly log: {topic(name: string): Promise<{readonly partitions: number} | undefined>}
  readonly clock: Clock
  readonly group: string
  readonly topics: readonly string[]
  readonly clientId?: string | undefined
  readonly instanceId?: string | undefined
  readonly sessionTimeoutMs?: number | undefined
  /** Called after each heartbeat, whether or not it found something new. */
  readonly onBeat: () => void
}

/**
 * One member of a consumer group: joins, sends heartbeats in the background, takes partitions and gives them up, leaves. A
 * member that the others took for dead joins again by itself, with nothing.
 */
export class Membership implements LocalMember {
  readonly memberId: string
  readonly heartbeatMs: number
  readonly sessionTimeoutMs: number
  marks: ReadonlyMap<string, LogMarks> = new Map()
  readonly #options: MembershipOptions
  readonly #joiner: Joiner
  readonly #events: GroupEvents
  readonly #bell: Signal
  readonly #listener: GroupListener
  readonly #liveness = new Liveness()
  #stopListening = (): void => {}
  #group: Group = emptyGroup
  #partitions: Readonly<Record<string, number>> = {}
  #raised = 0
  /** The highest generation ever, of the document or the store. */
  #seen = 0
  #topicsReadMs = -Infinity
  #owned: ReadonlyMap<string, number> = new Map()
  #revoked: ReadonlySet<string> = new Set()
  readonly #released = new Set<string>()
  #turn: Promise<unknown> = Promise.resolve()
  #beating: Promise<void> = Promise.resolve()
  #isClosed = false
  #failure: unknown

  private constructor(options: MembershipOptions) {
    const {clientId = 'consumer', instanceId, topics, sessionTimeoutMs = limits.sessionTimeoutMs, groups, clock} = options
    this.memberId = `${clientId}-${randomUUID()}`
    this.sessionTimeoutMs = Math.min(Math.max(sessionTimeoutMs, limits.sessionTimeoutMsMin), limits.sessionTimeoutMsMax)
    this.heartbeatMs = Math.min(limits.heartbeatMs, this.sessionTimeoutMs / 3)
    this.#options = options
    this.#joiner = {
      id: this.memberId,
      clientId,
      topics,
      sessionTimeoutMs: this.sessionTimeoutMs,
      ...(instanceId !== undefined && {instanceId}),
    }
    this.#events = groupEvents(groups)
    this.#bell = new Signal(clock)
    this.#listener = {changed: () => this.#bell.ring()}
  }

  static async join(options: MembershipOptions): Promise<Membership> {
    const membership = new Membership(options)
    await membership.#serially(() => membership.#sync())
    membership.#events.members.set(membership.memberId, membership)
    membership.#stopListening = membership.#events.listen(options.group, membership.#listener)
    membership.#beating = membership.#beat()
    return membership
  }

  get generation(): number {
    return this.#group.generation
  }

  /** Partitions that are this member's to read, and since which generation; what it gave up is not among them. */
  get owned(): ReadonlyMap<string, number> {
    return this.#owned
  }

  /** Owned partitions that another member waits for: to be given up with `release`. */
  get revoked(): ReadonlySet<string> {
    return this.#revoked
  }

  /** Why this member can't go on: its place was taken by another process with the same instance id. */
  get failure(): unknown {
    return this.#failure
  }

  fence(keys: readonly string[], generation: number | undefined): number | undefined {
    const {owned} = this
    const isHeld = keys.every(key => (owned.get(key) ?? Infinity) <= (generation ?? this.generation))
    return isHeld ? this.generation : undefined
  }

  refresh(): Promise<void> {
    return this.#serially(() => {
      this.#raised = 0
      return this.#sync()
    })
  }

  /** From here on the partitions are not this member's; others hear of it with the next write, which this asks for. */
  release(keys: readonly string[]): void {
    for (const key of keys) this.#released.add(key)
    this.#look()
    this.#bell.ring()
  }

  /** Gives everything up. A static member keeps its place until its session ends, so that it can come back to it. */
  async leave(): Promise<void> {
    this.#isClosed = true
    this.#bell.ring()
    await this.#beating
    this.#stopListening()
    this.#events.members.delete(this.memberId)
    if (this.#joiner.instanceId !== undefined) return
    try {
      await this.#serially(() => this.#update((group, nowMs) => reduce(group, {kind: 'leave', memberId: this.memberId}, nowMs)))
    } catch (error) {
      // The others will find out: its session ends.
      if (!(error instanceof EngineError && error.isRetryable)) throw error
    }
  }

  async #beat(): Promise<void> {
    while (!this.#isClosed && this.#failure === undefined) {
      await this.#bell.wait(this.heartbeatMs)
      if (this.#isClosed) return
      try {
        await this.#serially(() => this.#sync())
      } catch (error) {
        if (!(error instanceof EngineError && error.isRetryable)) this.#failure = error
      }
      this.#options.onBeat()
    }
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #sync(): Promise<void> {
    await this.#readTopics()
    const released = [...this.#released]
    this.#group = await this.#update((group, nowMs) => this.#next(group, released, nowMs))
    for (const key of released) this.#released.delete(key)
    this.#look()
  }

  #look(): void {
    const self = this.#group.members.find(({id}) => id === this.memberId)
    const assigned = new Set(self?.assigned)
    this.#owned = new Map(Object.entries(self?.owned ?? {}).filter(([key]) => !this.#released.has(key)))
    this.#revoked = new Set([...this.#owned.keys()].filter(key => !assigned.has(key)))
  }

  #next(group: Group, released: readonly string[], nowMs: number): Group {
    const others = group.members.filter(({id}) => id !== this.memberId)
    const alive = reduce(group, {kind: 'expire', memberIds: this.#liveness.dead(others, nowMs)}, nowMs)
    if (!alive.members.some(({id}) => id === this.memberId)) return this.#join(alive, nowMs)
    return reduce(alive, {kind: 'sync', memberId: this.memberId, released, partitions: this.#partitions}, nowMs)
  }

  #join(group: Group, nowMs: number): Group {
    const {instanceId} = this.#joiner
    const wasMember = this.#group !== emptyGroup
    if (wasMember && instanceId !== undefined && group.members.some(member => member.instanceId === instanceId)) {
      const message = `another consumer joined group ${this.#options.group} as instance ${instanceId}`
      throw new EngineError('FENCED_EPOCH', message, {group: this.#options.group, instanceId})
    }
    // A group that was dropped counts its generations from the start.
    this.#raised = 0
    return reduce(group, {kind: 'join', member: this.#joiner, partitions: this.#partitions}, nowMs)
  }

  /**
   * Writes what `decide` makes of the group, again if somebody else was faster. Whoever sees a new generation raises the
   * store's before it uses it: the one who wrote it may have died in between. So does every heartbeat that is written, for a
   * failover may have taken the store's back.
   */
  async #update(decide: (group: Group, nowMs: number) => Group): Promise<Group> {
    const {groups, clock, group: id} = this.#options
    for (;;) {
      const {group, version} = await readGroup(groups, id)
      const next = decide(afterLostGenerations(group, this.#seen), clock.nowMs())
      if (next !== group && !(await groups.putDocument(groupDocument(id), version, next))) continue
      this.#seen = Math.max(this.#seen, next.generation)
      if (next !== group || next.generation > this.#raised) {
        this.#seen = Math.max(this.#seen, await groups.setGeneration(id, next.generation))
        this.#raised = next.generation
        if (this.#seen > next.generation) continue
      }
      if (next.generation !== group.generation || isReleaseBetween(group, next)) this.#events.changed(id, this.#listener)
      return next
    }
  }

  /** Topics grow and go; that is looked at as often as a heartbeat is written. */
  async #readTopics(): Promise<void> {
    const {log, clock} = this.#options
    const nowMs = clock.nowMs()
    if (nowMs - this.#topicsReadMs < this.sessionTimeoutMs / 3) return
    const {topics} = this.#joiner
    const found = await Promise.all(topics.map(name => log.topic(name)))
    this.#partitions = Object.fromEntries(topics.map((name, i) => [name, found[i]?.partitions ?? 0]))
    this.#topicsReadMs = nowMs
  }
}

const ownedCount = ({members}: Group): number => members.reduce((sum, {owned}) => sum + Object.keys(owned).length, 0)

/** Giving a partition up keeps the generation, and is what others wait for. */
const isReleaseBetween = (before: Group, after: Group): boolean => ownedCount(after) < ownedCount(before)
