import {must} from '../base/assert.ts'
import {EngineError} from '../base/errors.ts'
import {offsetAtTime} from '../log/times.ts'
import {partitionKey, type Offset, type TopicPartition} from '../record/record.ts'
import type {PartitionBounds} from '../storage/port/log-store.ts'
import type {GroupParts} from './commit.ts'
import {emptyGroup, groupDocument, readGroup, type StoredGroup} from './group.ts'
import {groupEvents} from './group-events.ts'
import {isAlive} from './liveness.ts'
import {withMarks} from './lost-records.ts'
import {checkReset, type GroupReset, type ResetTarget} from './reset-request.ts'

/** `before` is null where the group has committed nothing. */
export type OffsetReset = TopicPartition & {readonly before: Offset | null; readonly after: Offset}

/**
 * Moves the offsets of a group, which may not have members at that moment (GROUP_NOT_EMPTY): they would go on where they
 * are. A dry run may look at any time. Targets outside of the log become its begin or end. Other EngineErrors: INVALID_ARGUMENT,
 * GROUP_NOT_FOUND, TOPIC_NOT_FOUND, PARTITION_NOT_FOUND.
 */
export async function resetGroupOffsets(parts: GroupParts, reset: GroupReset, nowMs: number): Promise<readonly OffsetReset[]> {
  const {group, isDryRun = false} = reset
  checkReset(reset)
  if (isDryRun) await mustBeKnown(parts, group)
  else await mustBeEmpty(parts, group, nowMs)
  const resets = await plan(parts, reset)
  if (isDryRun || resets.length === 0) return resets
  const generation = await beginAlone(parts, group, nowMs)
  const offsets = await withMarks(
    parts.log,
    resets.map(({topic, partition, after}) => ({topic, partition, next: after})),
  )
  if (!(await parts.groups.commitOffsets(group, generation, offsets))) throw notEmpty(group)
  return resets
}

/** Forgets a group and its offsets. EngineErrors: GROUP_NOT_FOUND, GROUP_NOT_EMPTY. */
export async function dropGroup(parts: GroupParts, group: string, nowMs: number): Promise<void> {
  const version = await mustBeEmpty(parts, group, nowMs)
  if (!(await parts.groups.putDocument(groupDocument(group), version, null))) throw notEmpty(group)
  await parts.groups.dropGroup(group)
  groupEvents(parts.groups).changed(group)
}

async function mustBeKnown({groups}: Pick<GroupParts, 'groups'>, id: string): Promise<StoredGroup> {
  const stored = await readGroup(groups, id)
  if (stored.version === 0) throw new EngineError('GROUP_NOT_FOUND', `there is no consumer group ${id}`, {group: id})
  return stored
}

async function mustBeEmpty({groups}: GroupParts, id: string, nowMs: number): Promise<number> {
  const {group, version} = await mustBeKnown({groups}, id)
  if (group.members.some(member => isAlive(member, nowMs))) throw notEmpty(id)
  return version
}

/** A generation without members: whoever was taken for dead and is not can't commit over the reset. */
async function beginAlone(parts: GroupParts, id: string, nowMs: number): Promise<number> {
  const version = await mustBeEmpty(parts, id, nowMs)
  const {group} = await readGroup(parts.groups, id)
  // A failover may have taken back what the document knew.
  const generation = (await parts.groups.setGeneration(id, group.generation)) + 1
  if (!(await parts.groups.putDocument(groupDocument(id), version, {...emptyGroup, generation}))) throw notEmpty(id)
  await parts.groups.setGeneration(id, generation)
  return generation
}

async function plan({groups, log}: GroupParts, {group, topic, partitions, to}: GroupReset): Promise<readonly OffsetReset[]> {
  const record = await log.topic(topic)
  if (!record) throw new EngineError('TOPIC_NOT_FOUND', `there is no topic ${topic}`, {topic})
  const named = partitions ?? (to.kind === 'offsets' ? to.offsets.map(({partition}) => partition) : undefined)
  const places = (named ?? Array.from({length: record.partitions}, (_, i) => i)).map(partition => ({topic, partition}))
  const bounds = await log.bounds(places)
  const committed = new Map((await groups.offsets(group)).map(each => [partitionKey(each), each.next]))
  return Promise.all(
    places.map(async (at, i) => {
      const its = must(bounds[i], 'bounds')
      if (!its.isKnown)
        throw new EngineError('PARTITION_NOT_FOUND', `there is no partition ${at.partition} of topic ${topic}`, at)
      const before = committed.get(partitionKey(at)) ?? null
      const target =
        to.kind === 'timestamp' ? ((await offsetAtTime(log, at, to.timestampMs)) ?? its.end) : targetOf(to, at, its, before)
      return {...at, before, after: Math.min(Math.max(target, its.begin), its.end)}
    }),
  )
}

function targetOf(
  to: Exclude<ResetTarget, {kind: 'timestamp'}>,
  {partition}: TopicPartition,
  {begin, end}: PartitionBounds,
  before: Offset | null,
): Offset {
  switch (to.kind) {
    case 'earliest':
      return begin
    case 'latest':
      return end
    case 'shift':
      return (before ?? begin) + to.by
    case 'offsets':
      return must(
        to.offsets.find(each => each.partition === partition),
        'offset',
      ).offset
  }
}

const notEmpty = (group: string): EngineError =>
  new EngineError('GROUP_NOT_EMPTY', `found active members in group ${group}, expected none: stop its consumers first`, {group})
