import type {Offset} from '../../record/record.ts'
import type {Connection} from './connection.ts'
import type {PartitionKeys} from './keys.ts'
import {readMeta, type LogMeta} from './log-reader.ts'
import {baseAtSize} from './lua/base-at-size.ts'
import {batchAtTime} from './lua/batch-at-time.ts'
import {arrayOf, numberOf, textOf} from './reply.ts'

type Bounds = {readonly low: Offset; readonly high: Offset}

/** Base of the first batch that reaches a time; undefined when none does. */
export function searchTime(connection: Connection, keys: PartitionKeys, timestampMs: number): Promise<Offset | undefined> {
  return betweenCompactions(connection, keys, async ({begin, split, end}) => {
    const inCompacted =
      split > begin ? await firstAtTime(connection, keys.compacted, {low: begin, high: split}, timestampMs) : undefined
    return inCompacted ?? firstAtTime(connection, keys.log, {low: Math.max(begin, split), high: end}, timestampMs)
  })
}

/** Where to trim so that at least `bytesMin` are left. Both logs know the bytes before each of their entries. */
export function searchSize(connection: Connection, keys: PartitionKeys, bytesMin: number): Promise<Offset> {
  return betweenCompactions(connection, keys, async meta => {
    const {begin, end, split, bytes, logBytes, logBytesEver, compactedBytesEver} = meta
    if (bytes <= bytesMin) return begin
    return logBytes >= bytesMin
      ? lastAtSize(connection, keys.log, {low: Math.max(begin, split), high: end}, logBytesEver - bytesMin)
      : lastAtSize(connection, keys.compacted, {low: begin, high: split}, compactedBytesEver + logBytes - bytesMin)
  })
}

/** A compaction moves entries from one log to the other: what was searched meanwhile is searched again. */
async function betweenCompactions<T>(
  connection: Connection,
  keys: PartitionKeys,
  search: (meta: LogMeta) => Promise<T>,
): Promise<T> {
  for (let meta = await readMeta(connection, keys); ;) {
    const found = await search(meta)
    const after = await readMeta(connection, keys)
    if (after.split === meta.split && after.compactedBytesEver === meta.compactedBytesEver) return found
    meta = after
  }
}

async function firstAtTime(
  connection: Connection,
  stream: string,
  {low, high}: Bounds,
  timestampMs: number,
): Promise<Offset | undefined> {
  let bounds = [low, high]
  for (let isFirst = 1; ; isFirst = 0) {
    const [status, ...next] = arrayOf(
      await connection.run(batchAtTime, [stream], [...bounds, timestampMs, isFirst], {isRepeatable: true}),
    )
    bounds = next.map(numberOf)
    if (textOf(status) === 'found') return bounds[0]
    if (textOf(status) === 'none') return undefined
  }
}

/** Base of the last entry that has at most so many bytes before it; `low` where there is none. */
async function lastAtSize(connection: Connection, stream: string, {low, high}: Bounds, bytes: number): Promise<Offset> {
  for (let args = [low, high, bytes, low]; ;) {
    const [status, from, to, found] = arrayOf(await connection.run(baseAtSize, [stream], args, {isRepeatable: true}))
    if (textOf(status) === 'found') return numberOf(found)
    args = [numberOf(from), numberOf(to), bytes, numberOf(found)]
  }
}
