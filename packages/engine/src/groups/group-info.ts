import {inPortions} from '../base/in-portions.ts'
import {limits} from '../limits.ts'
import {timeBehind} from '../log/times.ts'
import {parsePartitionKey, partitionKey, type Offset, type TopicPartition} from '../record/record.ts'
import type {CommittedOffset} from '../storage/port/group-store.ts'
import type {LogStore, PartitionBounds} from '../storage/port/log-store.ts'
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
  /** How far the oldest unread record lies behind the newest one, ms; 0 when level, -1 where too much would have to be read. */
  readonly lagMs: number
}

/** Which groups, in the order of their ids. */
export type GroupPage = {
  /** Groups behind this id. */
  readonly after?: string | undefined
  readonly groupsMax?: number | undefined
  /** Not these. */
  readonly without?: readonly string[] | undefined
}
/** `hasLagMs: false` spares the reads that lag in time costs; `lagMs` is then -1 where the group is not level. */
export type GroupFacts = {readonly hasLagMs?: boolean | undefined}

type Found = {readonly id: string; readonly group: Group; readonly offsets: readonly Position[]}
/** Where a group stands in a partition: `next` is null where a member has it, and nothing of it is committed. */
type Position = TopicPartition & {readonly next: Offset | null}

/** Groups that are read, or described, together, and how many such reads are under way: others have their turn in between. */
const groupsAtATime = 100
const readsAtATime = 3

export async function groupInfo(
  parts: GroupParts,
  id: string,
  nowMs: number,
  facts?: GroupFacts,
): Promise<GroupDescription | undefined> {
  const found = await findGroup(parts, id)
  return found && (await describe(parts, [found], nowMs, facts))[0]
}

export async function groupInfos(
  parts: GroupParts,
  nowMs: number,
  {after, groupsMax, without = [], ...facts}: GroupPage & GroupFacts = {},
): Promise<readonly GroupDescription[]> {
  const ids = (await groupIds(parts.groups)).filter(id => !without.includes(id) && (after === undefined || id > after))
  const page = ids.slice(0, groupsMax)
  const found = await inPortions(page, groupsAtATime, readsAtATime, some => Promise.all(some.map(id => findGroup(parts, id))))
  return describe(
    parts,
    found.filter(group => group !== undefined),
    nowMs,
    facts,
  )
}

async function findGroup({groups}: GroupParts, id: string): Promise<Found | undefined> {
  const [{group, version}, offsets] = await Promise.all([readGroup(groups, id), groups.offsets(id)])
  return version === 0 ? undefined : {id, group, offsets: withUncommitted(group, offsets)}
}

function withUncommitted({members}: Group, offsets: readonly CommittedOffset[]): readonly Position[] {
  if (members.length === 0) return offsets
  const committed = new Set(offsets.map(partitionKey))
  const held = members.flatMap(({owned}) => Object.keys(owned)).filter(key => !committed.has(key))
  return [...offsets, ...held.map(key => ({...parsePartitionKey(key), next: null}))].sort(byPlace)
}

const byPlace = (a: TopicPartition, b: TopicPartition): number =>
  a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1

async function describe(
  {log}: GroupParts,
  found: readonly Found[],
  nowMs: number,
  {hasLagMs = true}: GroupFacts = {},
): Promise<readonly GroupDescription[]> {
  const boundsOf = await boundsByPlace(log, found)
  const times = hasLagMs ? await lagTimes(log, found, boundsOf) : undefined
  const offsetsOf = ({offsets}: Found): readonly GroupLag[] =>
    offsets.map(at => {
      const {from, end, lag} = lagAt(at, boundsOf(at))
      const {topic, partition, next: committedOffset} = at
      return {topic, partition, committedOffset, endOffset: end, lag, lagMs: from < end ? (times?.get(at) ?? -1) : 0}
    })
  return inPortions(found, groupsAtATime, 1, async some =>
    some.map(each => ({id: each.id, ...membersOf(each.group, nowMs), offsets: offsetsOf(each)})),
  )
}

type BoundsOf = (at: TopicPartition) => PartitionBounds | undefined

/** Each partition is asked for once, however many groups read it. */
async function boundsByPlace(log: LogStore, found: readonly Found[]): Promise<BoundsOf> {
  const byTopic = new Map<string, Map<number, PartitionBounds | undefined>>()
  const places: TopicPartition[] = []
  for (const {offsets} of found)
    for (const at of offsets) {
      let known = byTopic.get(at.topic)
      if (!known) byTopic.set(at.topic, (known = new Map()))
      if (known.has(at.partition)) continue
      known.set(at.partition, undefined)
      places.push(at)
    }
  const bounds = await log.bounds(places)
  for (const [i, {topic, partition}] of places.entries()) byTopic.get(topic)?.set(partition, bounds[i])
  return ({topic, partition}) => byTopic.get(topic)?.get(partition)
}

async function lagTimes(log: LogStore, found: readonly Found[], boundsOf: BoundsOf): Promise<ReadonlyMap<Position, number>> {
  const lagging = found.flatMap(({offsets}) => offsets.filter(at => isLagging(lagAt(at, boundsOf(at)))))
  if (lagging.length > limits.lagTimesMax) return new Map()
  const times = await timeBehind(
    log,
    lagging.map(at => ({topic: at.topic, partition: at.partition, ...lagAt(at, boundsOf(at))})),
  )
  return new Map(lagging.map((at, i) => [at, times[i] ?? -1]))
}

/** The first record that is not read, where the partition ends, and what lies between. Of a partition that is gone: nothing. */
function lagAt({next}: Position, bounds: PartitionBounds | undefined): {from: Offset; end: Offset; lag: number} {
  if (!bounds?.isKnown) return {from: next ?? 0, end: next ?? 0, lag: 0}
  const {begin, end} = bounds
  return {from: Math.max(next ?? 0, begin), end, lag: Math.max(0, end - (next ?? begin))}
}

const isLagging = ({from, end}: {readonly from: Offset; readonly end: Offset}): boolean => from < end

function membersOf(group: Group, nowMs: number): Pick<GroupDescription, 'state' | 'generation' | 'members'> {
  const alive = group.members.filter(member => isAlive(member, nowMs))
  const isSettled =
    alive.length === group.members.length &&
    alive.every(({assigned, owned}) => assigned.length === Object.keys(owned).length && assigned.every(key => key in owned))
  const members = alive.map(({id, clientId, owned}) => ({id, clientId, assignment: Object.keys(owned).map(parsePartitionKey)}))
  return {state: alive.length === 0 ? 'empty' : isSettled ? 'stable' : 'rebalancing', generation: group.generation, members}
}
