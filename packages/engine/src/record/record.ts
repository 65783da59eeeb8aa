/** Positions. Offsets and times are safe integers; times are milliseconds since the epoch. */
export type Offset = number
export type Epoch = number
export type TopicPartition = {readonly topic: string; readonly partition: number}

/** The last instant that a Date can hold. */
export const latestTimestampMs = 8.64e15

export const partitionKey = (at: TopicPartition): string => `${at.topic}/${at.partition}`

/** What `partitionKey` wrote. */
export function parsePartitionKey(key: string): TopicPartition {
  const slash = key.lastIndexOf('/')
  return {topic: key.slice(0, slash), partition: Number(key.slice(slash + 1))}
}

/** A header value of `null` is kept apart from an empty one, as Kafka does. */
export type Header = {readonly key: string; readonly value: Uint8Array | null}

/** A record as a client gives it or gets it: bytes, no schema. A null value is a tombstone. */
export type BytesRecord = {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestampMs: number
  readonly headers: readonly Header[]
}
