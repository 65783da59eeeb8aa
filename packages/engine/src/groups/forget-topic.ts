import {parsePartitionKey} from '../record/record.ts'
import type {GroupStore} from '../storage/port/group-store.ts'
import {raiseGeneration} from './commit.ts'
import {groupDocument, groupIds, readGroup, type Group} from './group.ts'
import {groupEvents} from './group-events.ts'

/**
 * A topic is gone: groups begin at 0 where they were in it, and members that have partitions of it too. One of the same name
 * that is made later has other records at the old offsets, which they would take for read.
 */
export async function forgetTopic(groups: GroupStore, topic: string): Promise<void> {
  const forget = async (group: string): Promise<void> => {
    await beginAnew(groups, group, topic)
    const offsets = (await groups.offsets(group)).filter(offset => offset.topic === topic && offset.next > 0)
    if (offsets.length > 0)
      await groups.commitOffsets(
        group,
        undefined,
        offsets.map(({partition}) => ({topic, partition, next: 0})),
      )
  }
  await Promise.all((await groupIds(groups)).map(forget))
}

/** Fences what was handed out of the topic before its offsets are forgotten. */
async function beginAnew(groups: GroupStore, id: string, topic: string): Promise<void> {
  for (;;) {
    const {group, version} = await readGroup(groups, id)
    const next = afterDrop(group, topic)
    if (next === group) return
    if (!(await groups.putDocument(groupDocument(id), version, next))) continue
    await raiseGeneration(groups, id)
    groupEvents(groups).changed(id)
    return
  }
}

/** Who has partitions of the topic has them anew, from the committed offsets on. */
function afterDrop(group: Group, topic: string): Group {
  const isOf = (key: string): boolean => parsePartitionKey(key).topic === topic
  if (!group.members.some(({owned}) => Object.keys(owned).some(isOf))) return group
  const generation = group.generation + 1
  const members = group.members.map(member => ({
    ...member,
    owned: Object.fromEntries(Object.entries(member.owned).map(([key, since]) => [key, isOf(key) ? generation : since])),
  }))
  return {...group, generation, members}
}
