import {createHash} from 'node:crypto'
import type {Offset} from '../../record/record.ts'

/**
 * The only spelling of LMDB keys. Names come last or end in a zero byte, numbers are big-endian, so that one key's children
 * are one range. Topics and stores are numbered: their keys stay short, and a name that comes back is a new number.
 */
const text = (content: string): Uint8Array => Buffer.from(content)

const numbers = (...values: number[]): Buffer => {
  const key = Buffer.allocUnsafe(4 * values.length)
  for (const [i, value] of values.entries()) key.writeUInt32BE(value, 4 * i)
  return key
}
const digest = (content: Uint8Array): Buffer => createHash('sha256').update(content).digest()
const numbered = (kind: string, ...values: number[]): Buffer => Buffer.concat([text(kind), numbers(...values)])

export const keys = {
  /** Last number given to a topic, task or store. */
  counter: text('N'),
  /** Topic name → record as JSON. */
  topic: (name: string): Uint8Array => text(`T${name}`),
  /** Topic name → number and partitions: what an append needs. */
  topicNumber: (name: string): Uint8Array => text(`I${name}`),
  partition: (topic: number, partition: number): Uint8Array => numbered('P', topic, partition),
  producer: (topic: number, partition: number, id: string): Uint8Array =>
    Buffer.concat([numbered('R', topic, partition), text(id)]),
  document: (name: string): Uint8Array => text(`D${name}`),
  groupOffset: (group: string, topic: string, partition: number): Uint8Array =>
    Buffer.concat([text(`G${group}\0${topic}\0`), numbers(partition)]),
  groupGeneration: (group: string): Uint8Array => text(`g${group}`),
  task: (query: string, subTopology: number, partition: number): Uint8Array => text(`K${query}\0${subTopology}\0${partition}`),
  taskFacts: (task: number): Uint8Array => numbered('F', task),
  store: (task: number, store: string): Uint8Array => Buffer.concat([numbered('S', task), text(store)]),
  /** Numbers of topics and stores whose rows are still to be removed. */
  droppedTopic: (topic: number): Uint8Array => numbered('X', topic),
  droppedStore: (store: number): Uint8Array => numbered('Y', store),

  /** Batches that hold events of a key, by version. Keys may be longer than LMDB's: their digest stands for them. */
  keyEvents: (topic: number, partition: number, key: Uint8Array, version: number): Uint8Array =>
    Buffer.concat([numbered('Q', topic, partition), digest(key), numbers(Math.floor(version / 2 ** 32), version >>> 0)]),
  eventId: (topic: number, partition: number, id: string): Uint8Array =>
    Buffer.concat([numbered('E', topic, partition), digest(text(id))]),

  /** Sequence from which the changelog of a task is kept; its entries. */
  changelogStart: (task: number): Uint8Array => numbered('c', task),
  changelogEntry: (task: number, sequence: number): Uint8Array =>
    numbered('C', task, Math.floor(sequence / 2 ** 32), sequence >>> 0),

  /** In `index` and `blobs`. */
  batch: (topic: number, partition: number, base: Offset): Uint8Array => {
    const key = Buffer.allocUnsafe(16)
    key.writeUInt32BE(topic, 0)
    key.writeUInt32BE(partition, 4)
    key.writeUInt32BE(Math.floor(base / 2 ** 32), 8)
    key.writeUInt32BE(base >>> 0, 12)
    return key
  },
}

/** Of a key that ends in one number of eight bytes. */
const lastNumber = (key: Uint8Array): number => {
  const view = Buffer.from(key.buffer, key.byteOffset + key.length - 8, 8)
  return view.readUInt32BE(0) * 2 ** 32 + view.readUInt32BE(4)
}

export const baseOfBatchKey = (key: Uint8Array): Offset => lastNumber(key)
export const versionOfKeyEvents = lastNumber
export const sequenceOfChangelogEntry = lastNumber

export type KeyRange = {readonly start: Uint8Array; readonly end: Uint8Array}

/** All keys that start with the prefix, which is not 255 throughout. */
export function under(prefix: Uint8Array): KeyRange {
  const last = prefix.findLastIndex(byte => byte < 255)
  const end = Uint8Array.from(prefix.subarray(0, last + 1))
  end[last] = (prefix[last] ?? 0) + 1
  return {start: prefix, end}
}

export const prefixes = {
  topics: text('T'),
  documents: (prefix: string): Uint8Array => text(`D${prefix}`),
  groupOffsets: (group: string): Uint8Array => text(`G${group}\0`),
  producersOf: (topic: number): Uint8Array => numbered('R', topic),
  producersAt: (topic: number, partition: number): Uint8Array => numbered('R', topic, partition),
  keyEventsOf: (topic: number): Uint8Array => numbered('Q', topic),
  keyEventsAt: (topic: number, partition: number): Uint8Array => numbered('Q', topic, partition),
  eventIdsAt: (topic: number, partition: number): Uint8Array => numbered('E', topic, partition),
  eventIdsOf: (topic: number): Uint8Array => numbered('E', topic),
  partitionsOf: (topic: number): Uint8Array => numbered('P', topic),
  tasksOf: (query: string): Uint8Array => text(`K${query}\0`),
  changelogOf: (task: number): Uint8Array => numbered('C', task),
  storesOf: (task: number): Uint8Array => numbered('S', task),
  batchesOf: (topic: number): Uint8Array => numbers(topic),
  rowsOf: (store: number): Uint8Array => numbers(store),
  droppedTopics: text('X'),
  droppedStores: text('Y'),
}
