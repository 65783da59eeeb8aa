import {limits} from '../limits.ts'
import {timeBehind} from '../log/times.ts'
import {parsePartitionKey, type Offset, type TopicPartition} from '../record/record.ts'
import {partitionKey} from '../record/record.ts'
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
  const committed = new Set(offsets.map(partitionKey))
  const held = members.flatMap(({owned}) => Object.keys(owned)).filter(key => !committed.has(key))
  return held.map(key => ({...parsePartitionKey(key), next: null}))
}

const byPlace = (a: TopicPartition, b: TopicPartition): number =>
  a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1

async function describe({log}: GroupParts, found: readonly Found[], nowMs: number): Promise<readonly GroupDescription[]> {
  const places = new Map(
    found.flatMap(({offsets}) => offsets.map(at => [partitionKey(at), {topic: at.topic, partition: at.partition}] as const)),
  )
  const all = await log.bounds([...places.values()])
  const bounds = new Map([...places.keys()].map((key, i) => [key, all[i]]))
  const lagging = found.flatMap(({offsets}) => offsets.flatMap(at => laggingAt(at, bounds.get(partitionKey(at)))))
  const isMeasured = lagging.length <= limits.lagTimesMax
  const times = isMeasured
    ? await timeBehind(
        log,
        lagging.map(({position}) => position),
      )
    : []
  const lagMs = new Map(lagging.map(({at}, i) => [at, times[i] ?? -1]))
  const lagOf = (at: Position): GroupLag => {
    const {topic, partition, next} = at
    const its = bounds.get(partitionKey(at))
    const endOffset = its?.end ?? next ?? 0
    const lag = Math.max(0, endOffset - (next ?? its?.begin ?? 0))
    return {topic, partition, committedOffset: next, endOffset, lag, lagMs: lagMs.get(at) ?? 0}
  }
  return found.map(({id, group, offsets}) => ({id, ...membersOf(group, nowMs), offsets: offsets.map(lagOf)}))
}

function laggingAt(at: Position, bounds: PartitionBounds | undefined) {
  const from = Math.max(at.next ?? 0, bounds?.begin ?? 0)
  if (!bounds?.isKnown || from >= bounds.end) return []
  return [{at, position: {topic: at.topic, partition: at.partition, from, end: bounds.end}}]
}

function membersOf(group: Group, nowMs: number): Pick<GroupDescription, 'state' | 'generation' | 'members'> {
  const alive = group.members.filter(member => isAlive(member, nowMs))
  const isSettled =
    alive.length === group.members.length &&
    alive.every(({assigned, owned}) => assigned.length === Object.keys(owned).length && assigned.every(key => key in owned))
  const members = alive.map(({id, clientId, owned}) => ({id, clientId, assignment: Object.keys(owned).map(parsePartitionKey)}))
  return {state: alive.length === 0 ? 'empty' : isSettled ? 'stable' : 'rebalancing', generation: group.generation, members}
}
