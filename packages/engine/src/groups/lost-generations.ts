import type {Group} from './group.ts'

/** More than a group goes through in the moments that a failover takes back: those whom nobody told of stay below. */
const lostMax = 100

/**
 * The group as it goes on where a generation was seen that its document does not know: a failover took back the last ones. Who has
 * partitions has them anew, so that whatever was handed out before is fenced, and everybody goes on from the committed offsets.
 */
export function afterLostGenerations(group: Group, seen: number): Group {
  if (seen <= group.generation) return group
  const generation = seen + lostMax
  const members = group.members.map(member => ({
    ...member,
    owned: Object.fromEntries(Object.keys(member.owned).map(key => [key, generation])),
  }))
  return {...group, generation, members}
}
