import {must} from '../../base/assert.ts'
import type {Offset} from '../../record/record.ts'
import type {ProducerState} from '../port/admission.ts'
import type {CommittedOffset, VersionedDocument} from '../port/group-store.ts'
import type {TopicRecord} from '../port/log-store.ts'
import type {Bytes, Environment} from './environment.ts'
import {keys} from './keys.ts'

/** How small rows look in the store: fixed numbers as doubles, the rest as JSON. */

export type TopicNumber = {readonly topic: number; readonly partitions: number}

export type PartitionRow = {
  readonly begin: Offset
  readonly end: Offset
  readonly bytes: number
  /** Latest `maxTimestampMs` of any batch so far. */
  readonly latestMs: number
  readonly producers: number
  /** Begin when the indexes of keys and event ids were last swept of what is gone. */
  readonly swept: Offset
}

export type IndexRow = {
  readonly count: number
  readonly maxTimestampMs: number
  readonly bytes: number
  /** Latest `maxTimestampMs` up to and with this batch: it never falls, so a time can be searched by halving. */
  readonly latestMs: number
}

/** Events of a key in a batch; their first version is in the row's key. */
export type KeyEventsRow = {readonly baseOffset: Offset; readonly count: number}

export type TaskRow = {
  readonly number: number
  readonly epoch: number
  readonly consumed: Readonly<Record<string, Offset>>
}

const doubles = (...values: number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer)

/** Copies first: a row as it comes out of the store need not lie where doubles may. */
const readDoubles = (row: Uint8Array): Float64Array => new Float64Array(Uint8Array.from(row).buffer)

export const partitionRow = {
  empty: {begin: 0, end: 0, bytes: 0, latestMs: -Infinity, producers: 0, swept: 0} satisfies PartitionRow,
  encode: (row: PartitionRow): Uint8Array => doubles(row.begin, row.end, row.bytes, row.latestMs, row.producers, row.swept),
  decode(bytes: Uint8Array): PartitionRow {
    const [begin = 0, end = 0, size = 0, latestMs = 0, producers = 0, swept = 0] = readDoubles(bytes)
    return {begin, end, bytes: size, latestMs, producers, swept}
  },
}

export const indexRow = {
  encode: (row: IndexRow): Uint8Array => doubles(row.count, row.maxTimestampMs, row.bytes, row.latestMs),
  decode(bytes: Uint8Array): IndexRow {
    const [count = 0, maxTimestampMs = 0, size = 0, latestMs = 0] = readDoubles(bytes)
    return {count, maxTimestampMs, bytes: size, latestMs}
  },
}

export const producerRow = {
  encode: (state: ProducerState): Uint8Array => doubles(state.epoch, state.sequence, state.seenMs, ...state.bases),
  decode(bytes: Uint8Array): ProducerState {
    const [epoch = 0, sequence = 0, seenMs = 0, ...bases] = readDoubles(bytes)
    return {epoch, sequence, seenMs, bases}
  },
}

export const keyEventsRow = {
  encode: ({baseOffset, count}: KeyEventsRow): Uint8Array => doubles(baseOffset, count),
  decode(bytes: Uint8Array): KeyEventsRow {
    const [baseOffset = 0, count = 0] = readDoubles(bytes)
    return {baseOffset, count}
  },
}

export const topicNumberRow = {
  encode: ({topic, partitions}: TopicNumber): Uint8Array => doubles(topic, partitions),
  decode(bytes: Uint8Array): TopicNumber {
    const [topic = 0, partitions = 0] = readDoubles(bytes)
    return {topic, partitions}
  },
}

export const numberRow = {
  encode: (value: number): Uint8Array => doubles(value),
  decode: (bytes: Uint8Array): number => must(readDoubles(bytes)[0], 'number in a row'),
}

const textOf = (row: Uint8Array): string => Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString()

/** What a JSON row holds was written with the same type. */
const jsonRow = <T>() => ({
  encode: (value: T): Uint8Array => Buffer.from(JSON.stringify(value)),
  decode: (row: Uint8Array): T => JSON.parse(textOf(row)),
  decodeAll: (rows: readonly Uint8Array[]): readonly T[] => JSON.parse(`[${rows.map(textOf).join(',')}]`),
})

export const topicRow = jsonRow<TopicRecord>()
export const documentRow = jsonRow<VersionedDocument>()
export const offsetRow = jsonRow<CommittedOffset>()
export const taskRow = jsonRow<TaskRow>()

/** Inside a write transaction. */
export function nextNumber(env: Environment): number {
  const number = 1 + (decodeIfPresent(env.meta, keys.counter, numberRow.decode) ?? 0)
  put(env.meta, keys.counter, numberRow.encode(number))
  return number
}

/** LMDB holds no longer key, and reading one is no miss but a RangeError. */
const keyBytesMax = 1978

export function decodeIfPresent<T>(db: Bytes, key: Uint8Array, decode: (bytes: Uint8Array) => T): T | undefined {
  if (key.length > keyBytesMax) return undefined
  const bytes = db.get(key)
  return bytes && decode(bytes)
}

/** Inside a write transaction, whose promise stands for that of every write in it. */
export function put(db: Bytes, key: Uint8Array, value: Uint8Array): void {
  void db.put(key, value)
}

export function remove(db: Bytes, key: Uint8Array): void {
  void db.remove(key)
}
