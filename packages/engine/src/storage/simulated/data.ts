import type {Epoch, Offset, TopicPartition} from '../../record/record.ts'
import type {ProducerState} from '../port/admission.ts'
import type {CommittedOffset} from '../port/group-store.ts'
import type {KeyBatch, StoredBatch, TopicRecord} from '../port/log-store.ts'
import type {ChangelogPage} from '../port/state-store.ts'
import type {TaskId} from '../port/task-commit.ts'
import {SortedEntries} from './sorted-entries.ts'

export type SimulatedPartition = {
  begin: Offset
  end: Offset
  bytes: number
  batches: StoredBatch[]
  /** Compaction has been below. */
  rewrittenTo: Offset
  readonly producers: Map<string, ProducerState>
  /** Key, as Latin-1 text, to the batches that hold its events. */
  readonly keys: Map<string, readonly KeyBatch[]>
  /** Event id to base offset. */
  readonly events: Map<string, Offset>
}

export type SimulatedTopic = {record: TopicRecord; readonly partitions: SimulatedPartition[]}

export type SimulatedTask = {
  readonly id: TaskId
  epoch: Epoch
  facts: Uint8Array | undefined
  readonly consumed: Map<string, TopicPartition & {readonly next: Offset}>
  readonly stores: Map<string, SortedEntries>
  changelog: ChangelogPage
}

export type SimulatedGroup = {generation: number; readonly offsets: Map<string, CommittedOffset>}

/** What is on the simulated disk. It outlives the storages opened over it; `copyData` gives a snapshot. */
export type SimulatedData = {
  readonly topics: Map<string, SimulatedTopic>
  readonly tasks: Map<string, SimulatedTask>
  readonly groups: Map<string, SimulatedGroup>
  readonly documents: Map<string, {readonly version: number; readonly json: string}>
}

export const emptyData = (): SimulatedData => ({topics: new Map(), tasks: new Map(), groups: new Map(), documents: new Map()})

export const emptyPartition = (): SimulatedPartition => ({
  begin: 0,
  end: 0,
  bytes: 0,
  batches: [],
  rewrittenTo: 0,
  producers: new Map(),
  keys: new Map(),
  events: new Map(),
})

/** A deep copy of all that can change; batches and values never change and are shared. */
export function copyData(data: SimulatedData): SimulatedData {
  return {
    topics: mapValues(data.topics, topic => ({
      record: topic.record,
      partitions: topic.partitions.map(p => ({
        ...p,
        batches: [...p.batches],
        producers: new Map(p.producers),
        keys: new Map(p.keys),
        events: new Map(p.events),
      })),
    })),
    tasks: mapValues(data.tasks, task => ({
      ...task,
      consumed: new Map(task.consumed),
      stores: mapValues(task.stores, store => store.copy()),
    })),
    groups: mapValues(data.groups, group => ({...group, offsets: new Map(group.offsets)})),
    documents: new Map(data.documents),
  }
}

/** Puts a copy of other data in the place of what there is. */
export function replaceData(data: SimulatedData, by: SimulatedData): void {
  const {topics, tasks, groups, documents} = copyData(by)
  replaceMap(data.topics, topics)
  replaceMap(data.tasks, tasks)
  replaceMap(data.groups, groups)
  replaceMap(data.documents, documents)
}

function replaceMap<K, V>(map: Map<K, V>, by: ReadonlyMap<K, V>): void {
  map.clear()
  for (const [key, value] of by) map.set(key, value)
}

function mapValues<K, V, W>(map: ReadonlyMap<K, V>, change: (value: V) => W): Map<K, W> {
  const changed = new Map<K, W>()
  for (const [key, value] of map) changed.set(key, change(value))
  return changed
}
