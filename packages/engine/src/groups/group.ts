import {EngineError} from '../base/errors.ts'
import {limits} from '../limits.ts'
import type {GroupStore} from '../storage/port/group-store.ts'

/**
 * A consumer group as it stands in its document. Whoever takes part in it reads this, decides with `reduce` what follows, and
 * writes it back if nobody else was faster: there is no leader.
 *
 * `assigned` is what a member shall have, `owned` what it has: it takes a partition when nobody owns it, and gives it up when
 * it is no longer assigned. Partitions are written as `partitionKey` does.
 */
export type Group = {
  /** Grows with every change of members, topics, or owner of a partition. Commits of earlier generations are checked again. */
  readonly generation: number
  /** In the order of their joins. */
  readonly members: readonly Member[]
  /** How many partitions the members' topics have. */
  readonly partitions: Readonly<Record<string, number>>
}

export type Member = {
  readonly id: string
  readonly clientId: string
  /** Names a static member: whoever joins with it takes the place of its predecessor. */
  readonly instanceId?: string
  readonly topics: readonly string[]
  readonly sessionTimeoutMs: number
  /** When it was last heard of, by its own clock. */
  readonly seenMs: number
  readonly assigned: readonly string[]
  /** Partition → generation since which it is this member's. */
  readonly owned: Readonly<Record<string, number>>
}

export const emptyGroup: Group = {generation: 0, members: [], partitions: {}}

const prefix = 'group/'

export const groupDocument = (id: string): string => prefix + id

export type StoredGroup = {readonly group: Group; readonly version: number}

/** EngineError INVALID_ARGUMENT where no store could keep a group of that name. */
export function checkGroupName(id: string): void {
  const bytes = Buffer.byteLength(id)
  // The embedded store ends names in a zero byte.
  if (id.includes('\0'))
    throw new EngineError('INVALID_ARGUMENT', `found group name ${JSON.stringify(id)}, expected one without a zero byte`)
  if (bytes > 0 && bytes <= limits.groupNameBytesMax) return
  const found = bytes === 0 ? 'an empty group name' : `a group name of ${bytes} bytes`
  throw new EngineError('INVALID_ARGUMENT', `found ${found}, expected 1 to ${limits.groupNameBytesMax} bytes`)
}

/** Version 0: there is no such group. */
export async function readGroup(store: GroupStore, id: string): Promise<StoredGroup> {
  checkGroupName(id)
  const found = await store.document(groupDocument(id))
  // Only this room writes these documents; one that a simple consumer's commit made has no members.
  return {version: found?.version ?? 0, group: {...emptyGroup, ...(found?.data as Partial<Group> | undefined)}}
}

export async function groupIds(store: GroupStore): Promise<readonly string[]> {
  return (await store.documents(prefix)).map(name => name.slice(prefix.length))
}
