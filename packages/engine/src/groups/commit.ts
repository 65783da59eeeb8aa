import {EngineError} from '../base/errors.ts'
import {partitionKey} from '../record/record.ts'
import type {CommittedOffset, GroupStore} from '../storage/port/group-store.ts'
import type {LogStore} from '../storage/port/log-store.ts'
import {checkGroupName, emptyGroup, groupDocument, readGroup} from './group.ts'
import {groupEvents, type GroupOffset} from './group-events.ts'
import {afterLostGenerations} from './lost-generations.ts'
import {markedWith, withMarks} from './lost-records.ts'

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
/** In the message of a refused commit. */
const placesNamedMax = 5

/**
 * Commits positions of a group, which exists from its first commit on. Without a generation nothing is checked: a simple
 * consumer. With one, the group must not have gone on to another; with a member too, only the committed partitions must have
 * been that member's all the time since. EngineErrors: FENCED_GENERATION, UNKNOWN_MEMBER, PARTITION_NOT_FOUND, OFFSET_OUT_OF_RANGE.
 */
export async function commitGroupOffsets(parts: GroupParts, commit: GroupCommit): Promise<void> {
  const offsets = await committedOffsets(parts, commit)
  await withFence(parts, commit, generation => parts.groups.commitOffsets(commit.group, generation, offsets))
}

/** As they are stored: each with what the log held when it was read, or where that is not known here, holds now. */
export async function committedOffsets({groups, log}: GroupParts, commit: GroupCommit): Promise<readonly CommittedOffset[]> {
  checkCommit(commit)
  const offsets = commit.offsets.map(({topic, partition, offset}) => ({topic, partition, next: offset}))
  const local = commit.memberId === undefined ? undefined : groupEvents(groups).members.get(commit.memberId)
  if (!local) return withMarks(log, offsets)
  return offsets.map(offset => markedWith(offset, local.marks.get(partitionKey(offset))?.below(offset.next) ?? []))
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
  if (isAgain) await raiseGeneration(parts.groups, commit.group)
  return group.generation
}

/** The store's to the document's, or the document's to the store's, whichever a failover took back. */
export async function raiseGeneration(groups: GroupStore, id: string): Promise<void> {
  const {group, version} = await readGroup(groups, id)
  const raised = afterLostGenerations(group, await groups.setGeneration(id, group.generation))
  if (raised !== group) await groups.putDocument(groupDocument(id), version, raised)
}

function checkCommit({group, offsets}: GroupCommit): void {
  checkGroupName(group)
  for (const {topic, partition, offset} of offsets) {
    if (!(Number.isInteger(partition) && partition >= 0)) throw noPartition(topic, partition)
    if (Number.isSafeInteger(offset) && offset >= 0) continue
    throw new EngineError(
      'OFFSET_OUT_OF_RANGE',
      `found offset ${offset} for ${topic}/${partition}, expected a whole number from 0 on`,
    )
  }
}

async function checkPlaces(log: LogStore, offsets: readonly GroupOffset[]): Promise<void> {
  const bounds = await log.bounds(offsets)
  for (const [i, {topic, partition}] of offsets.entries()) if (bounds[i]?.isKnown !== true) throw noPartition(topic, partition)
}

const noPartition = (topic: string, partition: number): EngineError =>
  new EngineError('PARTITION_NOT_FOUND', `there is no partition ${partition} of topic ${topic}`, {topic, partition})

/** A group is listed from its first commit on. */
async function makeKnown(groups: GroupStore, id: string): Promise<void> {
  const {version} = await readGroup(groups, id)
  if (version === 0) await groups.putDocument(groupDocument(id), 0, emptyGroup)
}

async function fenced({groups}: GroupParts, {group, generation, memberId, offsets}: GroupCommit): Promise<EngineError> {
  const {generation: current} = (await readGroup(groups, group)).group
  const of = memberId === undefined ? '' : ` of member ${memberId}`
  const places = offsets.slice(0, placesNamedMax).map(partitionKey).join(', ')
  const message =
    generation === current
      ? `found a commit${of} for ${places}, expected partitions that are its own in generation ${current} of group ${group}`
      : `found a commit${of} from generation ${generation ?? 'unknown'}, group ${group} is at ${current}: the partitions may be another member's`
  return new EngineError('FENCED_GENERATION', message, {group, memberId, found: generation, expected: current})
}
