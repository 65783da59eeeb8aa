import type {Member} from './group.ts'

/** Session timeouts after which a member is dead for whoever sees it for the first time, by the clocks of both. */
const forgottenAfter = 3

/**
 * Finds dead members by the watcher's own clock: those whose heartbeat did not move for a session timeout while it was
 * watched. Clocks of two machines need not agree but for `forgottenAfter` timeouts.
 */
export class Liveness {
  readonly #watched = new Map<string, {readonly seenMs: number; readonly sinceMs: number}>()

  dead(members: readonly Member[], nowMs: number): readonly string[] {
    const ids = new Set(members.map(({id}) => id))
    for (const id of this.#watched.keys()) if (!ids.has(id)) this.#watched.delete(id)
    return members.filter(member => this.#isDead(member, nowMs)).map(({id}) => id)
  }

  #isDead({id, seenMs, sessionTimeoutMs}: Member, nowMs: number): boolean {
    const known = this.#watched.get(id)
    if (known?.seenMs !== seenMs) this.#watched.set(id, {seenMs, sinceMs: nowMs})
    else if (nowMs - known.sinceMs > sessionTimeoutMs) return true
    return nowMs - seenMs > forgottenAfter * sessionTimeoutMs
  }
}

/** By the wall clock alone, for those who look once. */
export const isAlive = ({seenMs, sessionTimeoutMs}: Member, nowMs: number): boolean => nowMs - seenMs <= sessionTimeoutMs
