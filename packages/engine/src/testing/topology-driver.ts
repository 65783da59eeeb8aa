import type {Chunk} from '../chunk/chunk.ts'
import type {Step} from '../plan/step.ts'
import {buildTask, type TopologyEnv} from '../topology/build-task.ts'
import {inlineOf, type InlineTopology} from '../topology/inline-topology.ts'
import {splitTopology, type ResultTarget} from '../topology/split.ts'
import type {TaskTopology} from '../topology/task-topology.ts'

/**
 * Runs a plan purely in memory, on one partition: chunks go in by topic, result chunks are kept, internal topics are looped
 * back in order, and state is what a storage would hold after each `commit`.
 */
export class TopologyDriver {
  readonly results: Chunk[] = []
  readonly #env: TopologyEnv
  readonly #committed: {readonly stores: Map<string, Map<string, Uint8Array>>; facts: Uint8Array | undefined}[]
  readonly #makeTasks: () => TaskTopology[]
  #inline: InlineTopology

  constructor(root: Step, env: TopologyEnv, target: ResultTarget = {kind: 'result'}) {
    this.#env = env
    const subTopologies = splitTopology(root, 'q', target)
    this.#makeTasks = () => subTopologies.map(each => buildTask(each, 0, this.#env))
    this.#inline = inlineOf(this.#makeTasks(), {isCommitted: true})
    this.#committed = subTopologies.map(() => ({stores: new Map<string, Map<string, Uint8Array>>(), facts: undefined}))
  }

  get tasks(): readonly TaskTopology[] {
    return this.#inline.tasks
  }

  /** Committed entries of a store, by hexadecimal key. */
  committed(store: string): ReadonlyMap<string, Uint8Array> {
    for (const {stores} of this.#committed) {
      const entries = stores.get(store)
      if (entries !== undefined) return entries
    }
    return new Map()
  }

  /** Rows of a topic. Where several inputs read it, `chunk` must fit them all and have an `origin`. */
  pipe(topic: string, chunk: Chunk): void {
    const inputs = this.#inline.inputs.flatMap((input, at) => (input.topic === topic ? [at] : []))
    const keep = (result: Chunk) => this.results.push(result)
    if (inputs.length === 1) this.#inline.process(inputs[0]!, chunk, keep)
    else
      this.#inline.processShared(
        inputs.map(input => ({input, chunk})),
        keep,
      )
  }

  commit(): void {
    for (const [i, task] of this.#inline.tasks.entries()) {
      const committed = this.#committed[i]!
      const {state, facts} = task.drain()
      committed.facts = facts ?? committed.facts
      for (const {store, key, value} of state) {
        const entries = committed.stores.get(store) ?? new Map<string, Uint8Array>()
        committed.stores.set(store, entries)
        const text = Buffer.from(key).toString('hex')
        if (value === null) entries.delete(text)
        else entries.set(text, value)
      }
    }
  }

  /** Throws the running tasks away and starts new ones from what was committed. */
  restart(): void {
    const tasks = this.#makeTasks()
    for (const [i, task] of tasks.entries()) {
      const {stores, facts} = this.#committed[i]!
      for (const [store, entries] of stores) {
        if (!task.subTopology.restoredStores.includes(store)) continue
        task.restore(
          store,
          [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => ({key: Buffer.from(key, 'hex'), value})),
        )
      }
      if (facts !== undefined) task.restoreFacts(facts)
    }
    this.#inline = inlineOf(tasks, {isCommitted: true})
  }
}
