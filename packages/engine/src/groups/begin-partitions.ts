import type {GroupStore} from '../storage/port/group-store.ts'
import {groupIds, readGroup} from './group.ts'

/**
 * A topic has more partitions: groups that are in it begin there at 0. `latest` leaves out what was there before a group came, and
 * not what is appended to a new partition before a member takes it up.
 */
export async function beginPartitions(
  groups: GroupStore,
  topic: string,
  {from, to}: {readonly from: number; readonly to: number},
): Promise<void> {
  const begin = async (group: string): Promise<void> => {
    const offsets = (await groups.offsets(group)).filter(offset => offset.topic === topic)
    const {members} = (await readGroup(groups, group)).group
    if (offsets.length === 0 && !members.some(({topics}) => topics.includes(topic))) return
    const known = new Set(offsets.map(({partition}) => partition))
    const fresh = Array.from({length: to - from}, (_, i) => from + i).filter(partition => !known.has(partition))
    await groups.commitOffsets(
      group,
      undefined,
      fresh.map(partition => ({topic, partition, next: 0})),
    )
  }
  await Promise.all((await groupIds(groups)).map(begin))
}
