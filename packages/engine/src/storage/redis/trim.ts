import type {Offset} from '../../record/record.ts'
import type {Connection} from './connection.ts'
import type {PartitionKeys} from './keys.ts'
import {trimLog} from './lua/trim-log.ts'
import {arrayOf, numberOf} from './reply.ts'
import {sweepIndexes} from './sweep-index.ts'

/** In as many steps as it needs: others get their turn in between. Returns the new begin, 0 for a partition that does not exist. */
export async function trimPartition(connection: Connection, keys: PartitionKeys, before: Offset): Promise<Offset> {
  const trimmed = [keys.log, keys.compacted, keys.meta, keys.keyIndex, keys.eventIds]
  for (;;) {
    const reply = arrayOf(await connection.run(trimLog, trimmed, [before], {isRepeatable: true}))
    const [begin = 0, firstBase = 0, isSweepDue, isDone] = reply.map(numberOf)
    if (isSweepDue === 1) await sweepIndexes(connection, keys, firstBase)
    if (isDone === 1) return Math.max(0, begin)
  }
}
