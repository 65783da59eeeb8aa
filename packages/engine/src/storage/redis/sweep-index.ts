import type {Offset} from '../../record/record.ts'
import type {Connection} from './connection.ts'
import type {PartitionKeys} from './keys.ts'
import {sweepEventIds, sweepKeyIndex} from './lua/sweep-index.ts'
import {bytesOf, textOf} from './reply.ts'

/** Entries looked at by one script: others get their turn in between. */
const entriesPerStep = 1000

/** Drops what the indexes of a partition say of batches before one; the last entry of each key stays and counts its events. */
export async function sweepIndexes(connection: Connection, keys: PartitionKeys, firstBase: Offset): Promise<void> {
  let from: Buffer = Buffer.from('-')
  while (from.length > 0) {
    const args = [from, firstBase, entriesPerStep]
    from = bytesOf(await connection.run(sweepKeyIndex, [keys.keyIndex], args, {isRepeatable: true}))
  }
  let cursor = '0'
  do {
    const args = [cursor, firstBase, entriesPerStep]
    cursor = textOf(await connection.run(sweepEventIds, [keys.eventIds], args, {isRepeatable: true}))
  } while (cursor !== '0')
}
