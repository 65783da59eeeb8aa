import {EngineError} from '../../base/errors.ts'
import type {TaskId} from '../port/task-commit.ts'

const memorySuffix = ':memory'

/** Where a partition lives: its topic's number, which a name that comes back does not inherit, and its placement. */
export type PartitionPlace = {readonly topic: number; readonly placement: string; readonly partition: number}

export type PartitionKeys = {
  readonly log: string
  readonly compacted: string
  readonly rewrite: string
  readonly meta: string
  /** Sorted set: batches that hold events of a key. */
  readonly keyIndex: string
  /** Hash: event id → base of its batch. */
  readonly eventIds: string
}

/**
 * The only spelling of Redis keys. What must change together shares a hash tag, and so, in a cluster, a slot: all that belongs
 * to one partition number of one placement (logs, tasks, state), the list of topics, the documents, and each group.
 */
export class RedisKeys {
  readonly #namespace: string
  readonly #partitions = new WeakMap<PartitionPlace, PartitionKeys>()

  constructor(namespace: string) {
    mustBeTaggable('namespace', namespace)
    this.#namespace = namespace
  }

  /** Channel on which processes tell each other what was appended. */
  get wakeChannel(): string {
    return `${this.#namespace}:wake`
  }

  /** Hash: topic name → number and record. */
  get topics(): string {
    return `${this.#namespace}:{topics}:records`
  }

  /** Last number given to a topic. */
  get topicNumbers(): string {
    return `${this.#namespace}:{topics}:last`
  }

  /** Hash: number of a topic that was dropped and whose keys may still be there → its record. */
  get droppedTopics(): string {
    return `${this.#namespace}:{topics}:dropped`
  }

  /** Hash: document name → version and JSON. */
  get documents(): string {
    return `${this.#namespace}:{documents}`
  }

  /** Hash: partition → committed offset, and the generation. */
  group(group: string): string {
    return `${this.#namespace}:{group:${group.replaceAll('}', '%7D')}}`
  }

  /** Stream: batches that were committed with offsets of the group, on their way to other slots of a cluster; of one append at most. */
  groupOutbox(group: string): string {
    return `${this.group(group)}:outbox`
  }

  /** Hash: what is known of appends that go with offsets of the group in a cluster, see `lua/commit-consumed.ts`. */
  groupMemory(group: string): string {
    return `${this.group(group)}${memorySuffix}`
  }

  /** Set: groups whose outbox was ever used. */
  get groupsWithOutbox(): string {
    return `${this.#namespace}:{groups-with-outbox}`
  }

  /** Of one place the same object each time. */
  partition(place: PartitionPlace): PartitionKeys {
    const known = this.#partitions.get(place)
    if (known) return known
    const made = this.#partitionKeys(place)
    this.#partitions.set(place, made)
    return made
  }

  #partitionKeys(place: PartitionPlace): PartitionKeys {
    const prefix = this.#prefix(place)
    const [log, compacted, rewrite] = [`${prefix}:log`, `${prefix}:compacted`, `${prefix}:rewrite`]
    return {log, compacted, rewrite, meta: this.meta(place), keyIndex: `${prefix}:keys`, eventIds: `${prefix}:events`}
  }

  /** Hash: the bounds of a partition, and its producers. */
  meta(place: PartitionPlace): string {
    return `${this.#prefix(place)}:meta`
  }

  #prefix({topic, placement, partition}: PartitionPlace): string {
    return `${this.#namespace}:{${placement}:${partition}}:${topic}`
  }

  /** Set: the tasks of a query, as JSON. */
  tasks(query: string): string {
    return `${this.#namespace}:{query:${query.replaceAll('}', '%7D')}}:tasks`
  }

  /** Hash: epoch, facts, consumed offsets, stores. */
  task(task: TaskId): string {
    mustBeTaggable('placement', task.placement)
    return `${this.#namespace}:{${task.placement}:${task.partition}}:task:${task.query}/${task.subTopology}`
  }

  /** Stream: outputs that are on their way to other slots of a cluster. */
  outbox(task: TaskId): string {
    return `${this.task(task)}:outbox`
  }

  /** What partitions in other slots remember an outbox by: `incarnation` is that of the task or group, another one after each drop. */
  outboxOf(owner: TaskId | string, incarnation: string): string {
    return `${typeof owner === 'string' ? this.group(owner) : this.task(owner)} ${incarnation}`
  }

  /** The hash whose field `incarnation` says whether the outbox of that name is still there. */
  ownerOf(outbox: string): {readonly hash: string; readonly incarnation: string} {
    const space = outbox.lastIndexOf(' ')
    const [owner, incarnation] = [outbox.slice(0, space), outbox.slice(space + 1)]
    // The tag of a group's key is its end, and that of a task's is not.
    return {hash: owner.indexOf('}') === owner.length - 1 ? `${owner}${memorySuffix}` : owner, incarnation}
  }

  /** Stream: changes of state whose rows are written later. */
  changelog(task: TaskId): string {
    return `${this.task(task)}:changelog`
  }

  /** Whether a task and a partition share a slot. */
  isLocal(task: TaskId, {placement, partition}: PartitionPlace): boolean {
    return task.placement === placement && task.partition === partition
  }

  /** Hash: the rows of a store. */
  store(task: TaskId, store: string): string {
    return `${this.task(task)}:rows:${store}`
  }

  /** Sorted set: the keys of an ordered store, all with score 0. */
  storeOrder(task: TaskId, store: string): string {
    return `${this.task(task)}:order:${store}`
  }
}

/** A brace would end the hash tag early, and keys that must share a slot would not. */
export function mustBeTaggable(what: string, name: string): void {
  if (!/[{}]/.test(name)) return
  throw new EngineError('INVALID_ARGUMENT', `The ${what} "${name}" holds a brace; Redis keys can't.`, {[what]: name})
}
