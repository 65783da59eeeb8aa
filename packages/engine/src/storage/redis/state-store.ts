import {randomUUID} from 'node:crypto'
import type {Clock} from '../../base/clock.ts'
import {parsePartitionKey} from '../../record/record.ts'
import type {ChangelogPage, ScanPage, ScanRange, StateStore, TaskImage} from '../port/state-store.ts'
import type {ChangelogEntry, CommitAcks, TaskId} from '../port/task-commit.ts'
import type {Acknowledger} from './acks.ts'
import type {Connection} from './connection.ts'
import type {RedisKeys} from './keys.ts'
import {changelogPage} from './lua/changelog-page.ts'
import {claimTask} from './lua/claim-task.ts'
import type {Outbox} from './outbox.ts'
import {arrayOf, asBuffer, bytesOf, fieldsOf, numberOf, orAbsent, textOf} from './reply.ts'
import {scanOrdered, scanUnordered, sortAll} from './scan.ts'
import {untilAcknowledged} from './until-acknowledged.ts'

export type RedisStateParts = {
  readonly connection: Connection
  readonly keys: RedisKeys
  readonly outbox: Outbox
  readonly acknowledger: Acknowledger
  readonly clock: Clock
}

export class RedisStateStore implements StateStore {
  readonly #connection: Connection
  readonly #keys: RedisKeys
  readonly #outbox: Outbox
  readonly #acknowledger: Acknowledger
  readonly #clock: Clock

  constructor({connection, keys, outbox, acknowledger, clock}: RedisStateParts) {
    this.#connection = connection
    this.#keys = keys
    this.#outbox = outbox
    this.#acknowledger = acknowledger
    this.#clock = clock
  }

  async claim(task: TaskId, acks: CommitAcks = 'LEADER'): Promise<TaskImage> {
    // Known to its query first: what was claimed can then always be found and dropped.
    const {subTopology, partition, placement} = task
    await this.#connection.call('SADD', [this.#keys.tasks(task.query), JSON.stringify([subTopology, partition, placement])])
    // Repeating raises the epoch twice, which fences nobody but the owner that never heard of the first.
    const call = {script: claimTask, keys: [this.#keys.task(task)], args: [randomUUID()]}
    const {reply} = await untilAcknowledged(this.#clock, () => this.#acknowledger.runAt(acks, call))
    const [epoch, ...flat] = arrayOf(reply)
    const fields = fieldsOf(flat)
    if (fields.has('outbox')) await this.#outbox.drain(task, textOf(fields.get('incarnation')), acks)
    return {epoch: numberOf(epoch), ...imageOf(fields)}
  }

  async peek(task: TaskId): Promise<Omit<TaskImage, 'epoch'> | undefined> {
    const fields = fieldsOf(await this.#connection.call('HGETALL', [this.#keys.task(task)]))
    return fields.size === 0 ? undefined : imageOf(fields)
  }

  async changelog(task: TaskId, after: number): Promise<ChangelogPage> {
    const scriptKeys = [this.#keys.task(task), this.#keys.changelog(task)]
    const reply = await this.#connection.run(changelogPage, scriptKeys, [after], {isRepeatable: true})
    const [keepFrom, entries] = arrayOf(reply)
    return {keepFrom: numberOf(keepFrom), entries: arrayOf(entries).map(entryOf)}
  }

  async lookUp(task: TaskId, store: string, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | null)[]> {
    if (keys.length === 0) return []
    const reply = arrayOf(await this.#connection.call('HMGET', [this.#keys.store(task, store), ...keys.map(asBuffer)]))
    return reply.map(value => orAbsent(value, bytesOf) ?? null)
  }

  async scan(task: TaskId, store: string, range: ScanRange): Promise<ScanPage> {
    const rows = this.#keys.store(task, store)
    const order = this.#keys.storeOrder(task, store)
    if (numberOf(await this.#connection.call('EXISTS', [order])) === 1) return scanOrdered(this.#connection, rows, order, range)
    if (range.from || range.to) return sortAll(this.#connection, rows, range)
    return scanUnordered(this.#connection, rows, range)
  }

  async dropQuery(query: string): Promise<void> {
    const members = this.#keys.tasks(query)
    for (const member of arrayOf(await this.#connection.call('SMEMBERS', [members])).map(textOf)) {
      const [subTopology, partition, placement]: [number, number, string] = JSON.parse(member)
      await this.#dropTask({query, subTopology, partition, placement})
    }
    await this.#connection.call('UNLINK', [members])
  }

  async #dropTask(task: TaskId): Promise<void> {
    const fields = fieldsOf(await this.#connection.call('HGETALL', [this.#keys.task(task)]))
    const stores = [...fields.keys()].filter(field => field.startsWith('s:')).map(field => field.slice(2))
    const rows = stores.flatMap(store => [this.#keys.store(task, store), this.#keys.storeOrder(task, store)])
    // All at once, so that no commit can come between the epoch and the rows.
    await this.#connection.call('UNLINK', [this.#keys.task(task), this.#keys.outbox(task), this.#keys.changelog(task), ...rows])
  }
}

function entryOf(reply: unknown): ChangelogEntry {
  const [id, flat] = arrayOf(reply)
  return {sequence: Number.parseInt(textOf(id), 10), bytes: bytesOf(arrayOf(flat)[1])}
}

function imageOf(fields: ReadonlyMap<string, Buffer>): Omit<TaskImage, 'epoch'> {
  const consumed = [...fields]
    .filter(([field]) => field.startsWith('o:'))
    .map(([field, next]) => ({...parsePartitionKey(field.slice(2)), next: Number(next.toString())}))
  return {consumed, facts: fields.get('facts')}
}
