import type {StoredBatch} from '../port/log-store.ts'
import {arrayOf, bytesOf, numberOf, textOf} from './reply.ts'

/** Entries of a log, as XRANGE and XREVRANGE give them; the fields stand in the order in which the scripts write them. */
export const entriesOf = (reply: unknown): StoredBatch[] => arrayOf(reply).map(entryOf)

function entryOf(reply: unknown): StoredBatch {
  const [id, fields] = arrayOf(reply)
  const [, bytes, , count, , maxTimestampMs] = arrayOf(fields)
  return {
    baseOffset: Number.parseInt(textOf(id), 10),
    count: numberOf(count),
    maxTimestampMs: numberOf(maxTimestampMs),
    bytes: bytesOf(bytes),
  }
}
