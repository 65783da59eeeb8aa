import type {Connection} from './connection.ts'
import {EngineError} from '../../base/errors.ts'
import {arrayOf, numberOf} from './reply.ts'
import type {Durability} from './server-facts.ts'

const ackTimeoutMs = 5000

/** Waits, on the connection that wrote, until replicas and disk have it, as far as the server can say. */
export async function awaitAcks(connection: Connection, durability: Durability): Promise<void> {
  if (durability.canWaitForDisk && durability.appendFsync !== 'always') {
    const reply = arrayOf(await connection.call('WAITAOF', [1, durability.replicas, ackTimeoutMs], {isRepeatable: false}))
    const [local = 0, replicas = 0] = reply.map(numberOf)
    if (local < 1 || replicas < durability.replicas) throw notReached(replicas, durability, local < 1)
  } else if (durability.replicas > 0) {
    const replicas = numberOf(await connection.call('WAIT', [durability.replicas, ackTimeoutMs], {isRepeatable: false}))
    if (replicas < durability.replicas) throw notReached(replicas, durability, false)
  }
}

function notReached(replicas: number, durability: Durability, isDiskMissing: boolean): EngineError {
  const missing = [`${replicas} of ${durability.replicas} replicas`, ...(isDiskMissing ? ['not the disk'] : [])].join(', ')
  return new EngineError(
    'ACKS_NOT_REACHED',
    `The batches are applied, but in ${ackTimeoutMs / 1000} s reached only ${missing}.`,
    {
      replicas,
      expected: durability.replicas,
    },
  )
}
