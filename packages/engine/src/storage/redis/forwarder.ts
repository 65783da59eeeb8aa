import type {Offset} from '../../record/record.ts'
import type {Acknowledger, AckLevel} from './acks.ts'
import {AppendArguments} from './append-arguments.ts'
import type {Connection} from './connection.ts'
import type {Forward} from './forward.ts'
import type {RedisKeys} from './keys.ts'
import {forwardOutput} from './lua/forward-output.ts'
import {isOutboxGone} from './outbox-memory.ts'
import {arrayOf, numberOf, textOf} from './reply.ts'
import type {RedisWake} from './wake.ts'

export type Sending = {
  /** Its name, see `RedisKeys.outboxOf`. */
  readonly outbox: string
  readonly sequence: number
  /** Of the entries that were put there with it: the partition remembers where those are until later ones come. */
  readonly first: number
  readonly forward: Forward
  /** With ALL it may fail with ACKS_NOT_REACHED: then it is there all the same. */
  readonly level: AckLevel
}

export type Sent = {
  /** Undefined when the partition is gone, or the outbox; -1 when entries of later commits are there already: then it is known no more. */
  readonly baseOffset: Offset | undefined
  /** False: ALL was asked for and can't be given. */
  readonly isKept: boolean
}

export type ForwarderParts = {
  readonly connection: Connection
  readonly acknowledger: Acknowledger
  readonly keys: RedisKeys
  readonly wake: RedisWake
}

/** Sends entries of outboxes to their partitions, which drop what they have seen: each keeps the last sequence of each outbox. */
export class Forwarder {
  readonly #parts: ForwarderParts

  constructor(parts: ForwarderParts) {
    this.#parts = parts
  }

  /** Entries of one outbox go to one partition in the order of their sequences: one that has seen a sequence takes no earlier one. */
  async send(sending: Sending): Promise<Sent> {
    const {connection, keys, wake} = this.#parts
    for (let forgot = ''; ;) {
      const {reply, isKept} = await this.#run(sending, forgot)
      const [status, base] = arrayOf(reply)
      if (textOf(status) === 'forgot') {
        // In this order: a partition forgets an outbox after it has gone, so one that is seen afterwards was not among those.
        forgot = textOf(base)
        if (await isOutboxGone(connection, keys, sending.outbox)) return {baseOffset: undefined, isKept: true}
        continue
      }
      if (textOf(status) === 'unknown-partition') return {baseOffset: undefined, isKept}
      wake.notify([sending.forward.batch])
      return {baseOffset: numberOf(base), isKept}
    }
  }

  #run({outbox, sequence, first, forward: {place, batch}, level}: Sending, forgot: string) {
    const {acknowledger, keys, wake} = this.#parts
    const append = new AppendArguments(keys)
    append.add(place, batch)
    const args = [outbox, sequence, first, forgot, ...wake.arguments([batch]), ...append.args]
    return acknowledger.runAt(level, {script: forwardOutput, keys: append.keys, args})
  }
}
