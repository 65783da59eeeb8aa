import {randomUUID} from 'node:crypto'
import type {Connection} from './connection.ts'
import type {PartitionPlace, RedisKeys} from './keys.ts'
import {forgetOutboxes} from './lua/forget-outboxes.ts'
import {arrayOf, orAbsent, textOf} from './reply.ts'

/** Fields of a partition's meta looked at by one call: others get their turn in between. */
const fieldsPerStep = 500
/** Their names begin with it, see `lua/forward-output.ts`. */
const prefix = 'f:'

/** Whether the task or the group of an outbox was dropped: then nothing is sent from it again but what is on its way. */
export async function isOutboxGone(connection: Connection, keys: RedisKeys, outbox: string): Promise<boolean> {
  const {hash, incarnation} = keys.ownerOf(outbox)
  return orAbsent(await connection.call('HGET', [hash, 'incarnation']), textOf) !== incarnation
}

/** Forgets what a partition remembers of outboxes that are gone, in as many steps as it needs. */
export async function forgetGoneOutboxes(connection: Connection, keys: RedisKeys, place: PartitionPlace): Promise<void> {
  const meta = keys.meta(place)
  let cursor = '0'
  do {
    const reply = await connection.call('HSCAN', [meta, cursor, 'MATCH', `${prefix}*`, 'COUNT', fieldsPerStep])
    const [next, flat] = arrayOf(reply)
    cursor = textOf(next)
    const outboxes = arrayOf(flat)
      .filter((_, i) => i % 2 === 0)
      .map(field => textOf(field).slice(prefix.length))
    const isGone = await Promise.all(outboxes.map(outbox => isOutboxGone(connection, keys, outbox)))
    const gone = outboxes.filter((_, i) => isGone[i])
    // Repeated it removes nothing more, and leaves the token as it is.
    if (gone.length > 0) await connection.run(forgetOutboxes, [meta], [randomUUID(), ...gone], {isRepeatable: true})
  } while (cursor !== '0')
}
