import {AskTogether} from '../../base/ask-together.ts'
import type {Clock} from '../../base/clock.ts'
import {partitionKey} from '../../record/record.ts'
import type {CommittedOffset, GroupStore, VersionedDocument} from '../port/group-store.ts'
import type {Acknowledger} from './acks.ts'
import type {Connection} from './connection.ts'
import type {GroupOutbox} from './group-outbox.ts'
import type {RedisKeys} from './keys.ts'
import {dropGroup} from './lua/commit-consumed.ts'
import {commitOffsets} from './lua/commit-offsets.ts'
import {putDocument} from './lua/put-document.ts'
import {raiseGeneration} from './lua/raise-generation.ts'
import {readOffsets} from './lua/read-offsets.ts'
import {arrayOf, numberOf, orAbsent, textOf} from './reply.ts'

const documentsPerCall = 500
const takeoverWaitMs = 1000

export type RedisGroupParts = {
  readonly connection: Connection
  readonly acknowledger: Acknowledger
  readonly keys: RedisKeys
  readonly outbox: GroupOutbox
  readonly clock: Clock
  readonly isCluster: boolean
}

/** In one call of a script: what keeps a server busy for less than half a millisecond where a group has some dozens of offsets. */
const groupsPerCall = 25

/**
 * What members are told, a failover must not take back: a generation that begins anew would have two owners, an offset that
 * goes back would be no commit. So writes wait for the replicas that are there.
 */
export class RedisGroupStore implements GroupStore {
  readonly #connection: Connection
  readonly #acknowledger: Acknowledger
  readonly #keys: RedisKeys
  readonly #outbox: GroupOutbox
  readonly #clock: Clock
  /** A document as it is stored; '' where there is none. */
  readonly #stored: AskTogether<string, string>
  readonly #offsets: AskTogether<string, readonly CommittedOffset[]>

  constructor({connection, acknowledger, keys, outbox, clock, isCluster}: RedisGroupParts) {
    this.#connection = connection
    this.#acknowledger = acknowledger
    this.#keys = keys
    this.#outbox = outbox
    this.#clock = clock
    this.#stored = new AskTogether(async names => {
      const reply = arrayOf(await connection.call('HMGET', [keys.documents, ...names]))
      return reply.map(stored => orAbsent(stored, textOf) ?? '')
    }, documentsPerCall)
    // In a cluster each group is in a slot of its own, and no call may name two.
    this.#offsets = new AskTogether(
      async groups => {
        const hashes = groups.map(group => keys.group(group))
        const reply = arrayOf(await connection.run(readOffsets, hashes, [], {isRepeatable: true}))
        return reply.map(each => offsetsOf(textOf(each)))
      },
      isCluster ? 1 : groupsPerCall,
    )
  }

  async document(name: string): Promise<VersionedDocument | undefined> {
    const stored = await this.#stored.ask(name)
    if (stored === '') return undefined
    const space = stored.indexOf(' ')
    return {version: Number(stored.slice(0, space)), data: JSON.parse(stored.slice(space + 1))}
  }

  async putDocument(name: string, expected: number, data: unknown): Promise<boolean> {
    const args = [name, expected, data === null ? '' : JSON.stringify(data)]
    // Not repeatable: a repetition would find its own version and say that somebody else was faster.
    const call = {script: putDocument, keys: [this.#keys.documents], args}
    return numberOf(await this.#acknowledger.runHurriedly(call, {isRepeatable: false})) === 1
  }

  async documents(prefix: string): Promise<readonly string[]> {
    const names = arrayOf(await this.#connection.call('HKEYS', [this.#keys.documents])).map(textOf)
    return names.filter(name => name.startsWith(prefix)).sort()
  }

  async commitOffsets(group: string, generation: number | undefined, offsets: readonly CommittedOffset[]): Promise<boolean> {
    const args: (string | number)[] = [generation ?? '']
    for (const offset of offsets) args.push(partitionKey(offset), JSON.stringify(offset))
    const call = {script: commitOffsets, keys: this.#keysOf(group), args}
    const [isWritten, isOutboxUsed] = arrayOf(await this.#acknowledger.runHurriedly(call, {isRepeatable: true}))
    if (numberOf(isOutboxUsed) === 1) this.#outbox.helpLater(group)
    return numberOf(isWritten) === 1
  }

  offsets(group: string): Promise<readonly CommittedOffset[]> {
    return this.#offsets.ask(group)
  }

  /** Who takes partitions over finds what was made of their records, unless it can't be sent within a second. */
  async setGeneration(group: string, generation: number): Promise<number> {
    const call = {script: raiseGeneration, keys: this.#keysOf(group), args: [generation]}
    const [raised, isOutboxUsed] = arrayOf(await this.#acknowledger.runHurriedly(call, {isRepeatable: true})).map(numberOf)
    if (isOutboxUsed === 1) await Promise.race([this.#outbox.help(group), this.#clock.sleep(takeoverWaitMs)])
    return raised ?? generation
  }

  async dropGroup(group: string): Promise<void> {
    const keys = [this.#keys.group(group), this.#keys.groupOutbox(group), this.#keys.groupMemory(group)]
    await this.#connection.call('SREM', [this.#keys.groupsWithOutbox, group])
    while (numberOf(await this.#connection.run(dropGroup, keys, [], {isRepeatable: true})) === 0)
      await this.#outbox.untilSent(group)
  }

  #keysOf(group: string): readonly string[] {
    return [this.#keys.group(group), this.#keys.groupMemory(group)]
  }
}

/** Values of a group's hash: offsets, and its generation, a number. Ordered by topic and partition. */
function offsetsOf(values: string): readonly CommittedOffset[] {
  const all: readonly (CommittedOffset | number)[] = JSON.parse(`[${values}]`)
  const offsets = all.filter(each => typeof each !== 'number')
  return offsets.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
}
