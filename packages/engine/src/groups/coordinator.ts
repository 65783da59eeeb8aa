import {assign} from './assignor.ts'
import type {Group, Member} from './group.ts'

export type Joiner = Pick<Member, 'id' | 'clientId' | 'instanceId' | 'topics' | 'sessionTimeoutMs'>

/** `partitions`: how many the member's own topics have now. */
export type GroupEvent =
  | {readonly kind: 'join'; readonly member: Joiner; readonly partitions: Group['partitions']}
  /** A heartbeat: the member lives, has given up some partitions, and takes those that became free for it. */
  | {
      readonly kind: 'sync'
      readonly memberId: string
      readonly released: readonly string[]
      readonly partitions: Group['partitions']
    }
  | {readonly kind: 'leave'; readonly memberId: string}
  /** Members that were not heard of for longer than their session timeout. */
  | {readonly kind: 'expire'; readonly memberIds: readonly string[]}

/** Heartbeats that a member writes in one session timeout; the others only read. */
const writesPerSession = 3

/**
 * What becomes of a group: itself, the same object, when there is nothing to write. An event of a member that the group does
 * not know changes nothing.
 */
export function reduce(group: Group, event: GroupEvent, nowMs: number): Group {
  switch (event.kind) {
    case 'join':
      return takeFree(rebalance(join(group, event.member, nowMs), event.partitions), event.member.id)
    case 'sync':
      return sync(group, event, nowMs)
    case 'leave':
      return remove(group, [event.memberId])
    case 'expire':
      return remove(group, event.memberIds)
  }
}

/** A static member inherits what its predecessor had, under a generation that fences it. */
function join(group: Group, joiner: Joiner, nowMs: number): Group {
  const {instanceId} = joiner
  const isFormer = (member: Member): boolean =>
    member.id === joiner.id || (instanceId !== undefined && member.instanceId === instanceId)
  const former = group.members.find(isFormer)
  const generation = group.generation + 1
  const owned = Object.fromEntries(Object.keys(former?.owned ?? {}).map(key => [key, generation]))
  const member: Member = {...joiner, seenMs: nowMs, assigned: former?.assigned ?? [], owned}
  const members = former ? group.members.map(each => (each === former ? member : each)) : [...group.members, member]
  return {...group, generation, members}
}

function sync(group: Group, {memberId, released, partitions}: Extract<GroupEvent, {kind: 'sync'}>, nowMs: number): Group {
  const member = group.members.find(({id}) => id === memberId)
  if (!member) return group
  const hasReleased = released.some(key => key in member.owned)
  const isChanged = member.topics.some(topic => (partitions[topic] ?? 0) !== (group.partitions[topic] ?? 0))
  const isDue = Math.abs(nowMs - member.seenMs) >= member.sessionTimeoutMs / writesPerSession
  if (!hasReleased && !isChanged && !isDue && freeFor(group, member).length === 0) return group
  const owned = Object.fromEntries(Object.entries(member.owned).filter(([key]) => !released.includes(key)))
  const seen = withMember(group, {...member, owned, seenMs: nowMs})
  return takeFree(isChanged ? rebalance({...seen, generation: group.generation + 1}, partitions) : seen, memberId)
}

function remove(group: Group, memberIds: readonly string[]): Group {
  const members = group.members.filter(({id}) => !memberIds.includes(id))
  if (members.length === group.members.length) return group
  return rebalance({...group, generation: group.generation + 1, members}, {})
}

/** Decides anew who shall have what. A partition that nobody was given stays with its owner if that is fair. */
function rebalance(group: Group, changed: Group['partitions']): Group {
  const topics = new Set(group.members.flatMap(member => member.topics))
  const partitions = Object.fromEntries(Object.entries({...group.partitions, ...changed}).filter(([topic]) => topics.has(topic)))
  const given = new Set(group.members.flatMap(({assigned}) => assigned))
  const subscribers = group.members.map(({id, topics: wanted, assigned, owned}) => ({
    id,
    topics: wanted,
    prior: [...assigned, ...Object.keys(owned).filter(key => !given.has(key))],
  }))
  const shares = assign(subscribers, partitions)
  return {...group, partitions, members: group.members.map(member => ({...member, assigned: shares.get(member.id) ?? []}))}
}

/** The next owner of a partition has it since a generation of its own, so that commits of the last one are refused. */
function takeFree(group: Group, memberId: string): Group {
  const member = group.members.find(({id}) => id === memberId)
  const free = member ? freeFor(group, member) : []
  if (!member || free.length === 0) return group
  const generation = group.generation + 1
  const owned = {...member.owned, ...Object.fromEntries(free.map(key => [key, generation]))}
  return {...withMember(group, {...member, owned}), generation}
}

/** What a member shall have and nobody owns. */
function freeFor(group: Group, member: Member): readonly string[] {
  const wanted = member.assigned.filter(key => !(key in member.owned))
  return wanted.filter(key => group.members.every(({owned}) => !(key in owned)))
}

const withMember = (group: Group, member: Member): Group => ({
  ...group,
  members: group.members.map(each => (each.id === member.id ? member : each)),
})
