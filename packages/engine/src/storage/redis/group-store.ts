import {partitionKey} from '../../record/record.ts'
import type {CommittedOffset, GroupStore, VersionedDocument} from '../port/group-store.ts'
import type {Connection} from './connection.ts'
import type {RedisKeys} from './keys.ts'
import {commitOffsets} from './lua/commit-offsets.ts'
import {putDocument} from './lua/put-document.ts'
import {raiseGeneration} from './lua/raise-generation.ts'
import {arrayOf, fieldsOf, numberOf, orAbsent, textOf} from './reply.ts'

export class RedisGroupStore implements GroupStore {
  readonly #connection: Connection
  readonly #keys: RedisKeys

  constructor(connection: Connection, keys: RedisKeys) {
    this.#connection = connection
    this.#keys = keys
  }

  async document(name: string): Promise<VersionedDocument | undefined> {
    const stored = orAbsent(await this.#connection.call('HGET', [this.#keys.documents, name]), textOf)
    if (stored === undefined) return undefined
    const space = stored.indexOf(' ')
    return {version: Number(stored.slice(0, space)), data: JSON.parse(stored.slice(space + 1))}
  }

  async putDocument(name: string, expected: number, data: unknown): Promise<boolean> {
    const args = [name, expected, data === null ? '' : JSON.stringify(data)]
    // Not repeatable: a repetition would find its own version and say that somebody else was faster.
    return numberOf(await this.#connection.run(putDocument, [this.#keys.documents], args, {isRepeatable: false})) === 1
  }

  async documents(prefix: string): Promise<readonly string[]> {
    const names = arrayOf(await this.#connection.call('HKEYS', [this.#keys.documents])).map(textOf)
    return names.filter(name => name.startsWith(prefix)).sort()
  }

  async commitOffsets(group: string, generation: number | undefined, offsets: readonly CommittedOffset[]): Promise<boolean> {
    const fields = offsets.flatMap(offset => [partitionKey(offset), JSON.stringify(offset)])
    const args = [generation ?? '', ...fields]
    return numberOf(await this.#connection.run(commitOffsets, [this.#keys.group(group)], args, {isRepeatable: true})) === 1
  }

  async offsets(group: string): Promise<readonly CommittedOffset[]> {
    const fields = fieldsOf(await this.#connection.call('HGETALL', [this.#keys.group(group)]))
    fields.delete('generation')
    const offsets = [...fields.values()].map((json): CommittedOffset => JSON.parse(json.toString()))
    return offsets.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
  }

  async setGeneration(group: string, generation: number): Promise<void> {
    await this.#connection.run(raiseGeneration, [this.#keys.group(group)], [generation], {isRepeatable: true})
  }

  async dropGroup(group: string): Promise<void> {
    await this.#connection.call('UNLINK', [this.#keys.group(group)])
  }
}
