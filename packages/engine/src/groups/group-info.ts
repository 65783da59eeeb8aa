import {limits} from '../limits.ts'
import {timeBehind} from '../log/times.ts'
import {parsePartitionKey, partitionKey, type Offset, type TopicPartition} from '../record/record.ts'
import type {CommittedOffset} from '../storage/port/group-store.ts'
import type {PartitionBounds} from '../storage/port/log-store.ts'
import type {GroupParts} from './commit.ts'
import {groupIds, readGroup, type Group} from './group.ts'
import {isAlive} from './liveness.ts'

export type GroupDescription = {
  readonly id: string
  readonly state: 'empty' | 'stable' | 'rebalancing'
  readonly generation: number
  readonly members: readonly {readonly id: string; readonly clientId: string; readonly assignment: readonly TopicPartition[]}[]
  readonly offsets: readonly GroupLag[]
}
export type GroupLag = TopicPartition & {
  /** Null: a member has the partition, and nothing of it is committed. All of it is then behind. */
  readonly committedOffset: Offset | null
  readonly endOffset: Offset
  readonly lag: number
  /** How far the oldest unread record lies behind the newest one, ms; 0 when level, -1 where too many lag to look. */
  readonly lagMs: number
}

/** Where a group stands in a partition: `next` is null where a member has it, and nothing of it is committed. */
type Position = TopicPartition & {readonly next: Offset | null}
type Found = {readonly id: string; readonly group: Group; readonly offsets: readonly Position[]}

export async function groupInfo(parts: GroupParts, id: string, nowMs: number): Promise<GroupDescription | undefined> {
  const found = await findGroup(parts, id)
  return found && (await describe(parts, [found], nowMs))[0]
}

/** All groups, ordered by id. */
export async function groupInfos(parts: GroupParts, nowMs: number): Promise<readonly GroupDescription[]> {
  const found = await Promise.all((await groupIds(parts.groups)).map(id => findGroup(parts, id)))
  return describe(
    parts,
    found.filter(group => group !== undefined),
    nowMs,
  )
}

async function findGroup({groups}: GroupParts, id: string): Promise<Found | undefined> {
  const [{group, version}, offsets] = await Promise.all([readGroup(groups, id), groups.offsets(id)])
  return version === 0 ? undefined : {id, group, offsets: [...offsets, ...uncommitted(group, offsets)].sort(byPlace)}
}

function uncommitted({members}: Group, offsets: readonly CommittedOffset[]): readonly Position[] {
  if (members.length === 0) return []
  const committed = new Set(offsets.map(partitionKey))
  const held = members.flatMap(({owned}) => Object.keys(owned)).filter(key => !committed.has(key))
  return held.map(key => ({...parsePartitionKey(key), next: null}))
}

const byPlace = (a: TopicPartition, b: TopicPartition): number =>
  a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1

async function describe({log}: GroupParts, found: readonly Found[], nowMs: number): Promise<readonly GroupDescription[]> {
  const bounds = await boundsByPlace(
    log,
    found.flatMap(({offsets}) => offsets),
  )
  const lags = found.map(({offsets}) => offsets.map(at => lagAt(at, bounds.get(at.topic)?.get(at.partition))))
  const lagging = lags.flatMap(each => each.filter(({isLagging}) => isLagging))
  const measured = lagging.length <= limits.lagTimesMax ? lagging : []
  const times = await timeBehind(log, measured)
  const lagMs = new Map(measured.map((at, i) => [at, times[i] ?? -1]))
  return found.map(({id, group}, i) => ({
    id,
    ...membersOf(group, nowMs),
    offsets: (lags[i] ?? []).map((at): GroupLag => {
      const {topic, partition, committedOffset, end, lag, isLagging} = at
      return {topic, partition, committedOffset, endOffset: end, lag, lagMs: isLagging ? (lagMs.get(at) ?? -1) : 0}
    }),
  }))
}

/** Each partition is asked for once, however many groups read it: topic → partition → bounds. */
async function boundsByPlace(
  log: GroupParts['log'],
  positions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, ReadonlyMap<number, PartitionBounds>>> {
  const byTopic = new Map<string, Map<number, PartitionBounds>>()
  const places: TopicPartition[] = []
  for (const {topic, partition} of positions) {
    const known = byTopic.get(topic) ?? new Map<number, PartitionBounds>()
    byTopic.set(topic, known)
    if (known.has(partition)) continue
    known.set(partition, unknownBounds)
    places.push({topic, partition})
  }
  const found = await log.bounds(places)
  for (const [i, {topic, partition}] of places.entries()) byTopic.get(topic)?.set(partition, found[i] ?? unknownBounds)
  return byTopic
}

const unknownBounds: PartitionBounds = {begin: 0, end: 0, bytes: 0, isKnown: false}

function lagAt({topic, partition, next}: Position, {begin, end: known, isKnown}: PartitionBounds = unknownBounds) {
  const end = isKnown ? known : (next ?? 0)
  const from = Math.max(next ?? 0, begin)
  return {
    topic,
    partition,
    committedOffset: next,
    from,
    end,
    lag: Math.max(0, end - (next ?? begin)),
    isLagging: isKnown && from < end,
  }
}

function membersOf(group: Group, nowMs: number): Pick<GroupDescription, 'state' | 'generation' | 'members'> {
  const alive = group.members.filter(member => isAlive(member, nowMs))
  const isSettled =
    alive.length === group.members.length &&
    alive.every(({assigned, owned}) => assigned.length === Object.keys(owned).length && assigned.every(key => key in owned))
  const members = alive.map(({id, clientId, owned}) => ({id, clientId, assignment: Object.keys(owned).map(parsePartitionKey)}))
  return {state: alive.length === 0 ? 'empty' : isSettled ? 'stable' : 'rebalancing', generation: group.generation, members}
}
