import type {Offset, TopicPartition} from '../../record/record.ts'
import type {AppendBatch} from '../port/log-store.ts'
import type {TaskId} from '../port/task-commit.ts'
import {AppendArguments} from './append-arguments.ts'
import type {Connection} from './connection.ts'
import type {PartitionPlace, RedisKeys} from './keys.ts'
import {forwardOutput} from './lua/forward-output.ts'
import {arrayOf, bytesOf, fieldsOf, numberOf, textOf} from './reply.ts'
import type {RedisWake} from './wake.ts'

/** An output whose partition lives in another slot than its task. */
export type Forward = {readonly place: PartitionPlace; readonly batch: AppendBatch}

const entriesPerDrain = 100

/**
 * A script of a cluster reaches one slot. Outputs for others are put into the task's outbox by its commit, in the task's own slot,
 * and go from there to their partitions, each with its sequence in the outbox; a partition keeps the last sequence of each
 * outbox and drops what it has seen. Then the outbox is trimmed. Whoever dies in between leaves entries behind: the next
 * owner sends them when it claims the task, before it does anything else. So the outbox is replayed, never the computation.
 */
export class Outbox {
  readonly #connection: Connection
  readonly #keys: RedisKeys
  readonly #wake: RedisWake

  constructor(connection: Connection, keys: RedisKeys, wake: RedisWake) {
    this.#connection = connection
    this.#keys = keys
    this.#wake = wake
  }

  /** Entries of a forward, as the commit script puts them into the outbox. */
  static pack({place, batch}: Forward): Uint8Array[] {
    const destination: Destination = {place, at: {topic: batch.topic, partition: batch.partition}}
    return [
      Buffer.from(JSON.stringify(destination)),
      Buffer.from(`${batch.count}`),
      Buffer.from(`${batch.maxTimestampMs}`),
      batch.bytes,
    ]
  }

  /** Sends what a commit has just put into the outbox as its last entries. Returns their offsets, -1 for partitions that went. */
  async send(task: TaskId, incarnation: string, last: number, forwards: readonly Forward[]): Promise<readonly Offset[]> {
    const first = last - forwards.length + 1
    const bases: Offset[] = []
    // In order, one by one: a partition that has seen a sequence takes no earlier one.
    for (const [i, forward] of forwards.entries()) bases.push(await this.#sendOne(task, incarnation, first + i, forward))
    await this.#trim(task, last)
    return bases
  }

  /** Sends what a former owner left behind. */
  async drain(task: TaskId, incarnation: string): Promise<void> {
    for (;;) {
      const reply = await this.#connection.call('XRANGE', [this.#keys.outbox(task), '-', '+', 'COUNT', entriesPerDrain])
      const entries = arrayOf(reply).map(parseEntry)
      for (const {sequence, forward} of entries) await this.#sendOne(task, incarnation, sequence, forward)
      const last = entries.at(-1)
      if (!last) return
      await this.#trim(task, last.sequence)
    }
  }

  async #sendOne(task: TaskId, incarnation: string, sequence: number, {place, batch}: Forward): Promise<Offset> {
    const append = new AppendArguments(this.#keys)
    append.add(place, batch)
    const head = [`${this.#keys.task(task)} ${incarnation}`, sequence, ...this.#wake.arguments([batch])]
    const reply = await this.#connection.run(forwardOutput, append.keys, [...head, ...append.args], {isRepeatable: true})
    const [status, base] = arrayOf(reply)
    if (textOf(status) === 'unknown-partition') return -1
    this.#wake.notify([batch])
    return numberOf(base)
  }

  async #trim(task: TaskId, sent: number): Promise<void> {
    await this.#connection.call('XTRIM', [this.#keys.outbox(task), 'MINID', '=', `${sent + 1}-0`])
  }
}

type Destination = {readonly place: PartitionPlace; readonly at: TopicPartition}

function parseEntry(reply: unknown): {readonly sequence: number; readonly forward: Forward} {
  const [id, flat] = arrayOf(reply)
  const fields = fieldsOf(flat)
  const {place, at}: Destination = JSON.parse(textOf(fields.get('d')))
  const batch = {
    ...at,
    count: numberOf(fields.get('n')),
    maxTimestampMs: numberOf(fields.get('t')),
    bytes: bytesOf(fields.get('b')),
  }
  return {sequence: Number.parseInt(textOf(id), 10), forward: {place, batch}}
}
