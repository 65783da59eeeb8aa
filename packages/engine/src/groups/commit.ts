import {EngineError} from '../base/errors.ts'
import {partitionKey} from '../record/record.ts'
import type {GroupStore} from '../storage/port/group-store.ts'
import type {LogStore} from '../storage/port/log-store.ts'
import {emptyGroup, groupDocument, readGroup} from './group.ts'
import {groupEvents, type GroupOffset} from './group-events.ts'

export type GroupCommit = {
  readonly group: string
  /** Of the batch whose records were handled. */
  readonly generation?: number | undefined
  readonly memberId?: string | undefined
  /** Next offsets to read. */
  readonly offsets: readonly GroupOffset[]
}
export type GroupParts = {readonly groups: GroupStore; readonly log: LogStore}

const attemptsMax = 5

/**
 * Commits positions of a group, which exists from its first commit on. Without a generation nothing is checked: a simple
 * consumer. With one, the group must not have gone on to another; with a member too, only the committed partitions must have
 * been that member's all the time since. EngineErrors: FENCED_GENERATION, UNKNOWN_MEMBER, PARTITION_NOT_FOUND, OFFSET_OUT_OF_RANGE.
 */
export async function commitGroupOffsets(parts: GroupParts, commit: GroupCommit): Promise<void> {
  const offsets = commit.offsets.map(({topic, partition, offset}) => ({topic, partition, next: offset}))
  await withFence(parts, commit, generation => parts.groups.commitOffsets(commit.group, generation, offsets))
}

/**
 * Runs `write`, which commits the offsets in the same step with whatever else it does, and says whether the group's generation
 * was the one it was given. Members' commits are tried again when the group went on while their partitions stayed.
 */
export async function withFence(
  parts: GroupParts,
  commit: GroupCommit,
  write: (generation: number | undefined) => Promise<boolean>,
): Promise<void> {
  const {group, memberId, offsets} = commit
  checkCommit(commit)
  if (memberId === undefined) {
    await checkPlaces(parts.log, offsets)
    await makeKnown(parts.groups, group)
  }
  for (let attempt = 0; ; attempt++) {
    const generation = memberId === undefined ? commit.generation : await memberFence(parts, commit, memberId, attempt > 0)
    if (await write(generation)) break
    if (memberId === undefined || attempt === attemptsMax) throw await fenced(parts, commit)
  }
  groupEvents(parts.groups).committed(group, offsets)
}

/** The generation to commit with. */
async function memberFence(parts: GroupParts, commit: GroupCommit, memberId: string, isAgain: boolean): Promise<number> {
  const keys = commit.offsets.map(partitionKey)
  const local = groupEvents(parts.groups).members.get(memberId)
  if (local) {
    if (isAgain) await local.refresh()
    const generation = local.fence(keys, commit.generation)
    if (generation === undefined) throw await fenced(parts, commit)
    return generation
  }
  const {group} = await readGroup(parts.groups, commit.group)
  const member = group.members.find(({id}) => id === memberId)
  if (!member)
    throw new EngineError(
      'UNKNOWN_MEMBER',
      `found member ${memberId}, which is not in group ${commit.group}: it has left, or was taken for dead; join again`,
      {group: commit.group, memberId},
    )
  const {generation = group.generation} = commit
  if (keys.some(key => (member.owned[key] ?? Infinity) > generation)) throw await fenced(parts, commit)
  // Whoever wrote this generation may not have got to raise it in the store yet.
  if (isAgain) await parts.groups.setGeneration(commit.group, group.generation)
  return group.generation
}

function checkCommit({group, offsets}: GroupCommit): void {
  if (group === '') throw new EngineError('INVALID_ARGUMENT', 'found an empty group name, expected some text')
  for (const {topic, partition, offset} of offsets) {
    if (Number.isSafeInteger(offset) && offset >= 0) continue
    throw new EngineError(
      'OFFSET_OUT_OF_RANGE',
      `found offset ${offset} for ${topic}/${partition}, expected a whole number from 0 on`,
    )
  }
}

async function checkPlaces(log: LogStore, offsets: readonly GroupOffset[]): Promise<void> {
  const bounds = await log.bounds(offsets)
  for (const [i, {topic, partition}] of offsets.entries())
    if (bounds[i]?.isKnown !== true)
      throw new EngineError('PARTITION_NOT_FOUND', `there is no partition ${partition} of topic ${topic}`)
}

/** A group is listed from its first commit on. */
async function makeKnown(groups: GroupStore, id: string): Promise<void> {
  const {version} = await readGroup(groups, id)
  if (version === 0) await groups.putDocument(groupDocument(id), 0, emptyGroup)
}

async function fenced({groups}: GroupParts, {group, generation, memberId}: GroupCommit): Promise<EngineError> {
  const {generation: current} = (await readGroup(groups, group)).group
  const of = memberId === undefined ? '' : ` of member ${memberId}`
  const message = `found a commit${of} from generation ${generation ?? 'unknown'}, group ${group} is at ${current}: the partitions may be another member's`
  return new EngineError('FENCED_GENERATION', message, {group, memberId, found: generation, expected: current})
}
