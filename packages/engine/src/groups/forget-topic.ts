import type {GroupStore} from '../storage/port/group-store.ts'
import {groupIds} from './group.ts'

/**
 * A topic is gone: groups begin at 0 where they were in it. One of the same name that is made later has other records at
 * the old offsets, which they would take for read.
 */
export async function forgetTopic(groups: GroupStore, topic: string): Promise<void> {
  const forget = async (group: string): Promise<void> => {
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
