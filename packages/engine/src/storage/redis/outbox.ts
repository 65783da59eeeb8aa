import type {Clock} from '../../base/clock.ts'
import {partitionKey} from '../../record/record.ts'
import type {CommitAcks, TaskCommit, TaskId} from '../port/task-commit.ts'
import type {Connection} from './connection.ts'
import {destinationOf, forwardOf} from './forward.ts'
import type {Forward} from './forward.ts'
import type {Forwarder, Sent} from './forwarder.ts'
import type {RedisKeys} from './keys.ts'
import {arrayOf, fieldsOf, textOf} from './reply.ts'
import {untilAcknowledged} from './until-acknowledged.ts'

const entriesPerDrain = 100

export type OutboxParts = {
  readonly connection: Connection
  readonly keys: RedisKeys
  readonly forwarder: Forwarder
  readonly clock: Clock
}

/**
 * A script of a cluster reaches one slot. Outputs for others are put into the task's outbox by its commit, in the task's own slot,
 * and go from there to their partitions, each with its sequence in the outbox; a partition keeps the last sequence of each
 * outbox and drops what it has seen. Then the outbox is trimmed. Whoever dies in between leaves entries behind: the next
 * owner sends them when it claims the task, before it does anything else. So the outbox is replayed, never the computation.
 */
export class Outbox {
  readonly #connection: Connection
  readonly #keys: RedisKeys
  readonly #forwarder: Forwarder
  readonly #clock: Clock

  constructor({connection, keys, forwarder, clock}: OutboxParts) {
    this.#connection = connection
    this.#keys = keys
    this.#forwarder = forwarder
    this.#clock = clock
  }

  /** Entries of a forward, as the commit script puts them into the outbox. */
  static pack(forward: Forward): Uint8Array[] {
    const {count, maxTimestampMs, bytes} = forward.batch
    return [Buffer.from(destinationOf(forward)), Buffer.from(`${count}`), Buffer.from(`${maxTimestampMs}`), bytes]
  }

  /** Sends what a commit has just put into the outbox as its last entries. */
  async send(
    {task, acks}: TaskCommit,
    incarnation: string,
    last: number,
    forwards: readonly Forward[],
  ): Promise<readonly Sent[]> {
    const first = last - forwards.length + 1
    // To each partition in order, for one that has seen a sequence takes no earlier one; to all at once, since each may wait for a disk.
    const lanes = new Map<string, Promise<Sent>>()
    const sending = forwards.map((forward, i) => {
      const key = partitionKey(forward.batch)
      const send = (): Promise<Sent> => this.#sendOne(task, incarnation, first + i, forward, acks)
      const own = lanes.get(key)?.then(send) ?? send()
      lanes.set(key, own)
      return own
    })
    const sent = await Promise.all(sending)
    await this.#trim(task, last)
    return sent
  }

  /** Sends what a former owner left behind. */
  async drain(task: TaskId, incarnation: string, acks: CommitAcks): Promise<void> {
    for (;;) {
      const reply = await this.#connection.call('XRANGE', [this.#keys.outbox(task), '-', '+', 'COUNT', entriesPerDrain])
      const entries = arrayOf(reply).map(parseEntry)
      for (const {sequence, forward} of entries) await this.#sendOne(task, incarnation, sequence, forward, acks)
      const last = entries.at(-1)
      if (!last) return
      await this.#trim(task, last.sequence)
    }
  }

  #sendOne(task: TaskId, incarnation: string, sequence: number, forward: Forward, level: CommitAcks = 'LEADER'): Promise<Sent> {
    const outbox = this.#keys.outboxOf(task, incarnation)
    const send = () => this.#forwarder.send({outbox, sequence, first: sequence, forward, level})
    return untilAcknowledged(this.#clock, send)
  }

  async #trim(task: TaskId, sent: number): Promise<void> {
    await this.#connection.call('XTRIM', [this.#keys.outbox(task), 'MINID', '=', `${sent + 1}-0`])
  }
}

function parseEntry(reply: unknown): {readonly sequence: number; readonly forward: Forward} {
  const [id, fields] = arrayOf(reply)
  return {sequence: Number.parseInt(textOf(id), 10), forward: forwardOf(fieldsOf(fields))}
}
