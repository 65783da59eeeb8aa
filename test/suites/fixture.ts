import type {AppendBatch, TopicRecord} from '../../packages/engine/src/storage/port/log-store.ts'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import type {TaskId} from '../../packages/engine/src/storage/port/task-commit.ts'

/** An adapter under test. `open` gives the same data each time within one run of the suite. */
export type StorageFixture = {
  readonly open: () => Promise<Storage>
  /** After all tests: stops servers, removes directories. Storages are closed before. */
  readonly dispose?: () => Promise<void>
}

let names = 0
export const freshName = (what: string): string => `${what}-${process.pid}-${++names}`

export const text = (bytes: Uint8Array | null | undefined): string | null | undefined =>
  bytes ? Buffer.from(bytes).toString() : bytes

export const bytesOf = (content: string): Uint8Array => new TextEncoder().encode(content)

export function topicRecord(name: string, partitions = 1, placement = name): TopicRecord {
  return {name, partitions, placement, isInternal: false, createdAtMs: 1000, config: {encoding: 'bytes'}}
}

export async function freshTopic(storage: Storage, partitions = 1): Promise<string> {
  const name = freshName('topic')
  await storage.log.createTopic(topicRecord(name, partitions))
  return name
}

export function batch(topic: string, content: string, more: Partial<AppendBatch> = {}): AppendBatch {
  return {topic, partition: 0, bytes: bytesOf(content), count: 1, maxTimestampMs: 0, ...more}
}

export function freshTask(more: Partial<TaskId> = {}): TaskId {
  const query = freshName('query')
  return {query, subTopology: 0, partition: 0, placement: query, ...more}
}
