import type {Clock} from '../base/clock.ts'
import {limits} from '../limits.ts'
import type {GroupStore} from '../storage/port/group-store.ts'
import type {CompactionState} from './compaction-state.ts'

/** Somebody else has the partition by now, or this process ends: the compaction stops where it is. */
export class CompactionStopped extends Error {}

export type LeaseParts = {
  readonly documents: GroupStore
  readonly clock: Clock
  /** Who compacts: another one in each process. */
  readonly owner: string
  readonly signal: AbortSignal
}

/** Keeps a partition for one process while it compacts: renewed as it goes on, so that a process that died does not keep it for long. */
export class CompactionLease {
  readonly #parts: LeaseParts
  readonly #name: string
  readonly #state: CompactionState
  #version: number
  #untilMs = 0
  #pausedMs: number

  private constructor(parts: LeaseParts, name: string, version: number, state: CompactionState) {
    this.#parts = parts
    this.#name = name
    this.#version = version
    this.#state = state
    this.#pausedMs = parts.clock.nowMs()
  }

  /** Undefined when somebody else was faster. */
  static async take(
    parts: LeaseParts,
    name: string,
    version: number,
    state: CompactionState,
  ): Promise<CompactionLease | undefined> {
    const lease = new CompactionLease(parts, name, version, state)
    return (await lease.#put()) ? lease : undefined
  }

  /** To be called after each small piece of work: lets others have their turn, and renews the lease. Throws CompactionStopped. */
  async pace(): Promise<void> {
    const {clock, signal} = this.#parts
    const workedMs = clock.nowMs() - this.#pausedMs
    if (workedMs >= limits.compactionWorkMs) {
      // As long as it worked: an append on the embedded store needs this thread three times.
      await clock.sleep(Math.min(workedMs, limits.compactionRestMsMax))
      this.#pausedMs = clock.nowMs()
    }
    if (signal.aborted) throw new CompactionStopped('the process ends')
    const isOld = this.#untilMs - clock.nowMs() < limits.compactionLeaseMs / 2
    if (isOld && !(await this.#put())) throw new CompactionStopped('another process compacts the partition')
  }

  /** Gives the partition back, with what is known of it now. */
  async release(state: CompactionState): Promise<void> {
    await this.#parts.documents.putDocument(this.#name, this.#version, {...state, lease: null})
  }

  async #put(): Promise<boolean> {
    const {documents, clock, owner} = this.#parts
    this.#untilMs = clock.nowMs() + limits.compactionLeaseMs
    const leased: CompactionState = {...this.#state, lease: {owner, untilMs: this.#untilMs}}
    const isPut = await documents.putDocument(this.#name, this.#version, leased)
    if (isPut) this.#version++
    return isPut
  }
}
