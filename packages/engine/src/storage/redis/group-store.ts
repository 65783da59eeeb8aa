import {AskTogether} from '../../base/ask-together.ts'
import {partitionKey} from '../../record/record.ts'
import type {CommittedOffset, GroupStore, VersionedDocument} from '../port/group-store.ts'
import type {Acknowledger} from './acks.ts'
import type {Connection} from './connection.ts'
import type {RedisKeys} from './keys.ts'
import {commitOffsets} from './lua/commit-offsets.ts'
import {putDocument} from './lua/put-document.ts'
import {raiseGeneration} from './lua/raise-generation.ts'
import {arrayOf, fieldsOf, numberOf, orAbsent, textOf} from './reply.ts'

const documentsPerCall = 500

/**
 * What members are told, a failover must not take back: a generation that begins anew would have two owners, an offset that
 * goes back would be no commit. So writes wait for the replicas that are there.
 */
export class RedisGroupStore implements GroupStore {
  readonly #connection: Connection
  readonly #acknowledger: Acknowledger
  readonly #keys: RedisKeys
  /** A document as it is stored; '' where there is none. */
  readonly #stored: AskTogether<string, string>

  constructor(connection: Connection, acknowledger: Acknowledger, keys: RedisKeys) {
    this.#connection = connection
    this.#acknowledger = acknowledger
    this.#keys = keys
    this.#stored = new AskTogether(async names => {
      const reply = arrayOf(await connection.call('HMGET', [keys.documents, ...names]))
      return reply.map(stored => orAbsent(stored, textOf) ?? '')
    }, documentsPerCall)
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
    const fields = offsets.flatMap(offset => [partitionKey(offset), JSON.stringify(offset)])
    const call = {script: commitOffsets, keys: [this.#keys.group(group)], args: [generation ?? '', ...fields]}
    return numberOf(await this.#acknowledger.runHurriedly(call, {isRepeatable: true})) === 1
  }

  async offsets(group: string): Promise<readonly CommittedOffset[]> {
    const fields = fieldsOf(await this.#connection.call('HGETALL', [this.#keys.group(group)]))
    fields.delete('generation')
    const offsets = [...fields.values()].map((json): CommittedOffset => JSON.parse(json.toString()))
    return offsets.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
  }

  async setGeneration(group: string, generation: number): Promise<void> {
    const call = {script: raiseGeneration, keys: [this.#keys.group(group)], args: [generation]}
    await this.#acknowledger.runHurriedly(call, {isRepeatable: true})
  }

  async dropGroup(group: string): Promise<void> {
    await this.#connection.call('UNLINK', [this.#keys.group(group)])
  }
}
