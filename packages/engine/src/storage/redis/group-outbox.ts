import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {Logger} from '../../base/logger.ts'
import type {AckLevel} from './acks.ts'
import type {Connection} from './connection.ts'
import {forwardOf} from './forward.ts'
import type {Forward} from './forward.ts'
import type {Forwarder, Sent} from './forwarder.ts'
import type {RedisKeys} from './keys.ts'
import {finishConsumed} from './lua/commit-consumed.ts'
import {arrayOf, fieldsOf, numberOf, orAbsent, textOf} from './reply.ts'

/** An entry of a group's outbox: a batch, and the stamp of its producer under which it is remembered. */
export type GroupEntry = {
  readonly sequence: number
  readonly forward: Forward
  readonly producer: {readonly name: string; readonly epoch: number; readonly sequence: number}
}

export type GroupOutboxParts = {
  readonly connection: Connection
  readonly keys: RedisKeys
  readonly forwarder: Forwarder
  readonly clock: Clock
  readonly logger: Logger
}

/** How long somebody else who is at it may take, before his work is done for him. */
const firstPauseMs = 1
const longestPauseMs = 32

/**
 * Batches that were committed with offsets of a group, in its slot, and lie in other slots of a cluster (`lua/commit-consumed.ts`). The
 * outbox holds those of one append at a time; no other is committed before it is empty. So anybody may send what is in it, several
 * at once too: a partition drops what it has seen, and nothing later can be there already.
 */
export class GroupOutbox {
  readonly #parts: GroupOutboxParts
  readonly #helped = new Set<string>()

  constructor(parts: GroupOutboxParts) {
    this.#parts = parts
  }

  /** Sends all entries, those of one partition in order, and empties the outbox. */
  async deliver(group: string, outbox: string, entries: readonly GroupEntry[], level: AckLevel): Promise<readonly Sent[]> {
    const {connection, keys, forwarder, clock} = this.#parts
    const first = entries[0]?.sequence ?? 0
    const ways = new Map<string, Promise<Sent>>()
    const sent = await Promise.all(
      entries.map(({sequence, forward}) => {
        const send = () => forwarder.send({outbox: keys.outboxOf(group, outbox), sequence, first, forward, level})
        const {log} = keys.partition(forward.place)
        const before = ways.get(log)
        const own = before ? before.then(send) : send()
        ways.set(log, own)
        return own
      }),
    )
    const arrived = entries.flatMap(({producer: {name, epoch, sequence}}, i) => [
      ...[name, epoch, sequence],
      sent[i]?.baseOffset ?? -1,
    ])
    const args = [first, clock.nowMs(), ...arrived]
    await connection.run(finishConsumed, [keys.groupOutbox(group), keys.groupMemory(group)], args, {isRepeatable: true})
    return sent
  }

  /** Sends what somebody has left behind, or is about to send himself. */
  async drain(group: string): Promise<void> {
    const {connection, keys} = this.#parts
    const entries = arrayOf(await connection.call('XRANGE', [keys.groupOutbox(group), '-', '+'])).map(parseEntry)
    const [first] = entries
    if (first) await this.deliver(group, first.outbox, entries, 'HURRIED')
  }

  /** Names what is in the outbox; undefined when it is empty. */
  async pending(group: string): Promise<string | undefined> {
    const {connection, keys} = this.#parts
    return orAbsent(await connection.call('HGET', [keys.groupMemory(group), 'pending']), textOf)
  }

  /** Resolves when what is in the outbox now has left it: it gives whoever put it there a moment, then sends it itself. */
  async untilSent(group: string): Promise<void> {
    const before = await this.pending(group)
    if (before === undefined) return
    for (let pauseMs = firstPauseMs; pauseMs <= longestPauseMs; pauseMs *= 2) {
      await this.#parts.clock.sleep(pauseMs)
      if ((await this.pending(group)) !== before) return
    }
    await this.drain(group)
  }

  /** The same, for those who go on anyway: failures are logged. */
  async help(group: string): Promise<void> {
    try {
      await this.untilSent(group)
    } catch (error) {
      if (error instanceof EngineError && error.code === 'CLOSED') return
      const {message} = error instanceof Error ? error : new Error(String(error))
      this.#parts.logger.warn({group, error: message}, 'What was committed with offsets of a group is still on its way.')
    }
  }

  /** The same, for those who do not wait: once at a time for each group. */
  helpLater(group: string): void {
    if (this.#helped.has(group)) return
    this.#helped.add(group)
    void this.help(group).then(() => this.#helped.delete(group))
  }
}

function parseEntry(reply: unknown): GroupEntry & {readonly outbox: string} {
  const [id, flat] = arrayOf(reply)
  const fields = fieldsOf(flat)
  return {
    sequence: Number.parseInt(textOf(id), 10),
    outbox: textOf(fields.get('w')),
    forward: forwardOf(fields),
    producer: {name: textOf(fields.get('p')), epoch: numberOf(fields.get('e')), sequence: numberOf(fields.get('s'))},
  }
}
