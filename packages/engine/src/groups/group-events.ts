import type {Offset, TopicPartition} from '../record/record.ts'
import type {GroupStore} from '../storage/port/group-store.ts'
import type {LogMarks} from './log-marks.ts'

export type GroupOffset = TopicPartition & {readonly offset: Offset}

export type GroupListener = {
  /** The group's document was written. */
  changed?(): void
  committed?(offsets: readonly GroupOffset[]): void
}

/** Which commits a member of this process may make. */
export type LocalMember = {
  /** The generation to commit with, when the partitions have been this member's since `generation` or before; else undefined. */
  fence(keys: readonly string[], generation: number | undefined): number | undefined
  refresh(): Promise<void>
  /** By partition: what it has read. */
  readonly marks: ReadonlyMap<string, LogMarks>
}

/**
 * What members of a group in this process tell each other, so that among them a rebalance or a commit is seen at once. Other
 * processes see it in the store, at their next heartbeat.
 */
export class GroupEvents {
  readonly #listeners = new Map<string, Set<GroupListener>>()
  readonly members = new Map<string, LocalMember>()

  listen(group: string, listener: GroupListener): () => void {
    const all = this.#listeners.get(group) ?? new Set()
    this.#listeners.set(group, all.add(listener))
    return () => {
      all.delete(listener)
      if (all.size === 0) this.#listeners.delete(group)
    }
  }

  changed(group: string, by?: GroupListener): void {
    for (const listener of this.#listeners.get(group) ?? []) if (listener !== by) listener.changed?.()
  }

  committed(group: string, offsets: readonly GroupOffset[]): void {
    for (const listener of this.#listeners.get(group) ?? []) listener.committed?.(offsets)
  }
}

const ofStores = new WeakMap<GroupStore, GroupEvents>()

export function groupEvents(store: GroupStore): GroupEvents {
  const known = ofStores.get(store) ?? new GroupEvents()
  ofStores.set(store, known)
  return known
}
