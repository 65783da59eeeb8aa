import type {ChangelogPage, ScanPage, ScanRange, StateStore, TaskImage} from '../port/state-store.ts'
import type {CommitAcks, TaskId} from '../port/task-commit.ts'
import type {Environment} from './environment.ts'
import {keys, prefixes, sequenceOfChangelogEntry, under} from './keys.ts'
import {removeDroppedStore} from './removal.ts'
import {decodeIfPresent, taskRow, nextNumber, numberRow, put, remove} from './rows.ts'
import type {TaskRow} from './rows.ts'
import {StoredRows} from './stored-rows.ts'
import {changelogStart, findTask, putTask, taskPositions} from './tasks.ts'

export class LmdbStateStore implements StateStore {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
  }

  async claim(task: TaskId, acks: CommitAcks = 'LEADER'): Promise<TaskImage> {
    const image = await this.#env.write(() => {
      const known = findTask(this.#env, task) ?? {number: nextNumber(this.#env), epoch: 0, consumed: {}}
      const claimed = {...known, epoch: known.epoch + 1}
      putTask(this.#env, task, claimed)
      return {epoch: claimed.epoch, ...this.#imageOf(claimed)}
    })
    if (acks === 'ALL') await this.#env.flushed()
    return image
  }

  async peek(task: TaskId): Promise<Omit<TaskImage, 'epoch'> | undefined> {
    return this.#env.read(() => {
      const known = findTask(this.#env, task)
      return known && this.#imageOf(known)
    })
  }

  async changelog(task: TaskId, after: number): Promise<ChangelogPage> {
    const {meta} = this.#env
    return this.#env.read(() => {
      const known = findTask(this.#env, task)
      if (known === undefined) return {keepFrom: 0, entries: []}
      const range = {start: keys.changelogEntry(known.number, after + 1), end: under(prefixes.changelogOf(known.number)).end}
      const entries = [...meta.getRange(range)].map(({key, value}) => ({sequence: sequenceOfChangelogEntry(key), bytes: value}))
      return {keepFrom: changelogStart(this.#env, known.number), entries}
    })
  }

  async lookUp(task: TaskId, store: string, wanted: readonly Uint8Array[]): Promise<readonly (Uint8Array | null)[]> {
    return this.#env.read(() => {
      const rows = this.#rowsOf(task, store)
      return wanted.map(key => rows?.get(key) ?? null)
    })
  }

  async scan(task: TaskId, store: string, range: ScanRange): Promise<ScanPage> {
    return this.#env.read(() => this.#rowsOf(task, store)?.scan(range) ?? {entries: []})
  }

  async dropQuery(query: string): Promise<void> {
    const {meta} = this.#env
    const dropped = await this.#env.write(() => {
      const stores: number[] = []
      for (const {key, value} of [...meta.getRange(under(prefixes.tasksOf(query)))]) {
        const {number} = taskRow.decode(value)
        for (const store of [...meta.getRange(under(prefixes.storesOf(number)))]) {
          stores.push(numberRow.decode(store.value))
          remove(meta, store.key)
        }
        remove(meta, key)
        remove(meta, keys.taskFacts(number))
        remove(meta, keys.changelogStart(number))
        for (const entry of [...meta.getKeys(under(prefixes.changelogOf(number)))]) remove(meta, entry)
      }
      for (const store of stores) put(meta, keys.droppedStore(store), numberRow.encode(store))
      return stores
    })
    for (const store of dropped) await removeDroppedStore(this.#env, store)
  }

  #imageOf(task: TaskRow): Omit<TaskImage, 'epoch'> {
    return {consumed: taskPositions(task), facts: this.#env.meta.get(keys.taskFacts(task.number))}
  }

  #rowsOf(task: TaskId, store: string): StoredRows | undefined {
    const known = findTask(this.#env, task)
    const number = known && decodeIfPresent(this.#env.meta, keys.store(known.number, store), numberRow.decode)
    return number === undefined ? undefined : new StoredRows(this.#env.state, number)
  }
}
