import type {ChangelogPage, ScanPage, ScanRange, StateStore, TaskImage} from '../port/state-store.ts'
import type {TaskId} from '../port/task-commit.ts'
import {taskKey} from '../port/task-commit.ts'
import type {SimulatedData, SimulatedTask} from './data.ts'
import type {SimulatedNetwork} from './network.ts'

export class SimulatedStateStore implements StateStore {
  readonly #data: SimulatedData
  readonly #network: SimulatedNetwork

  constructor(data: SimulatedData, network: SimulatedNetwork) {
    this.#data = data
    this.#network = network
  }

  claim(task: TaskId): Promise<TaskImage> {
    return this.#network.call(() => {
      const known = this.#data.tasks.get(taskKey(task)) ?? emptyTask(task)
      this.#network.write(() => {
        known.epoch++
        this.#data.tasks.set(taskKey(task), known)
      })
      return {epoch: known.epoch, ...imageOf(known)}
    })
  }

  peek(task: TaskId): Promise<Omit<TaskImage, 'epoch'> | undefined> {
    return this.#network.call(() => {
      const known = this.#data.tasks.get(taskKey(task))
      return known && imageOf(known)
    })
  }

  changelog(task: TaskId, after: number): Promise<ChangelogPage> {
    return this.#network.call(() => {
      const {keepFrom, entries} = this.#data.tasks.get(taskKey(task))?.changelog ?? EMPTY
      return {keepFrom, entries: entries.filter(entry => entry.sequence > after)}
    })
  }

  lookUp(task: TaskId, store: string, keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | null)[]> {
    return this.#network.call(() => {
      const entries = this.#data.tasks.get(taskKey(task))?.stores.get(store)
      return keys.map(key => entries?.get(key) ?? null)
    })
  }

  scan(task: TaskId, store: string, range: ScanRange): Promise<ScanPage> {
    return this.#network.call(() => this.#data.tasks.get(taskKey(task))?.stores.get(store)?.scan(range) ?? {entries: []})
  }

  dropQuery(query: string): Promise<void> {
    return this.#network.call(() => {
      for (const [key, task] of this.#data.tasks) {
        if (task.id.query === query) this.#network.write(() => this.#data.tasks.delete(key))
      }
    })
  }
}

const EMPTY: ChangelogPage = {keepFrom: 0, entries: []}

const emptyTask = (id: TaskId): SimulatedTask => ({
  ...{id, epoch: 0, facts: undefined, changelog: EMPTY},
  consumed: new Map(),
  stores: new Map(),
})

const imageOf = (task: SimulatedTask): Omit<TaskImage, 'epoch'> => ({consumed: [...task.consumed.values()], facts: task.facts})
