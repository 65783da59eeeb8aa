import type {TopicPartition} from '../../record/record.ts'
import type {AppendBatch} from '../port/log-store.ts'
import type {PartitionPlace} from './keys.ts'
import {bytesOf, numberOf, textOf} from './reply.ts'

/** A batch whose partition lives in another slot than the commit that it belongs to. */
export type Forward = {readonly place: PartitionPlace; readonly batch: AppendBatch}

type Destination = {
  readonly place: PartitionPlace
  readonly at: TopicPartition
  /** Key in base64, number of its events. */
  readonly keys?: readonly (readonly [string, number])[]
}

/** Field `d` of an outbox's entry: where it goes, and what an index of keys gets to know of it. */
export function destinationOf({place, batch}: Forward): string {
  const {topic, partition, keys} = batch
  const destination: Destination = {
    place,
    at: {topic, partition},
    ...(keys && {keys: keys.map(({key, count}) => [Buffer.from(key).toString('base64'), count] as const)}),
  }
  return JSON.stringify(destination)
}

/** What an entry of an outbox says: d (destination), n (count), t (latest timestamp), b (bytes). */
export function forwardOf(fields: ReadonlyMap<string, Buffer>): Forward {
  const {place, at, keys}: Destination = JSON.parse(textOf(fields.get('d')))
  const batch = {
    ...at,
    count: numberOf(fields.get('n')),
    maxTimestampMs: numberOf(fields.get('t')),
    bytes: bytesOf(fields.get('b')),
    ...(keys && {keys: keys.map(([key, count]) => ({key: Buffer.from(key, 'base64'), count}))}),
  }
  return {place, batch}
}
