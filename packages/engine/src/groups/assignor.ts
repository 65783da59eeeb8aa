import {must} from '../base/assert.ts'
import {partitionKey} from '../record/record.ts'

export type Subscriber = {
  readonly id: string
  readonly topics: readonly string[]
  /** Partitions it had so far, as far as they may stay with it. */
  readonly prior: readonly string[]
}

type Load = {readonly id: string; readonly topics: ReadonlySet<string>; readonly partitions: Map<string, string>}

/**
 * Cooperative-sticky assignment, by member id. Every partition of a topic that somebody wants goes to exactly one of those who
 * want it; nobody could take one partition from another member and be better balanced; what need not move stays.
 */
export function assign(
  subscribers: readonly Subscriber[],
  partitions: Readonly<Record<string, number>>,
): ReadonlyMap<string, readonly string[]> {
  const loads = subscribers.map(({id, topics}): Load => ({id, topics: new Set(topics), partitions: new Map()}))
  const wanted = new Set(subscribers.flatMap(({topics}) => topics))
  const free = new Map<string, string>()
  for (const topic of [...wanted].toSorted())
    for (let partition = 0; partition < (partitions[topic] ?? 0); partition++) free.set(partitionKey({topic, partition}), topic)
  keepPrior(loads, subscribers, free)
  for (const [key, topic] of free) least(loads, topic)?.partitions.set(key, topic)
  while (moveOne(loads));
  return new Map(loads.map(({id, partitions: own}) => [id, [...own.keys()]]))
}

/** What two members claim stays with the first. */
function keepPrior(loads: readonly Load[], subscribers: readonly Subscriber[], free: Map<string, string>): void {
  for (const [i, {prior}] of subscribers.entries()) {
    const load = must(loads[i], 'load of a subscriber')
    for (const key of prior) {
      const topic = free.get(key)
      if (topic === undefined || !load.topics.has(topic)) continue
      load.partitions.set(key, topic)
      free.delete(key)
    }
  }
}

function least(loads: readonly Load[], topic: string): Load | undefined {
  let found: Load | undefined
  for (const load of loads)
    if (load.topics.has(topic) && load.partitions.size < (found?.partitions.size ?? Infinity)) found = load
  return found
}

/** Moves a partition to a member that has at least two fewer: each move makes the loads more even, so this ends. */
function moveOne(loads: readonly Load[]): boolean {
  for (const from of loads.toSorted((a, b) => b.partitions.size - a.partitions.size)) {
    const to = new Map([...from.topics].map(topic => [topic, least(loads, topic)]))
    // The last come first, so that the oldest stay.
    for (const [key, topic] of [...from.partitions].toReversed()) {
      const target = to.get(topic)
      if (!target || from.partitions.size - target.partitions.size < 2) continue
      from.partitions.delete(key)
      target.partitions.set(key, topic)
      return true
    }
  }
  return false
}
