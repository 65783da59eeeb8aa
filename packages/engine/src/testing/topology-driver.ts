import type {Chunk} from '../chunk/chunk.ts'
import type {Step} from '../plan/step.ts'
import {changesOf} from '../state/changelog-entry.ts'
import type {ChangelogPolicy} from '../state/changelog-policy.ts'
import type {ChangelogEntry, StateWrite} from '../storage/port/task-commit.ts'
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
  readonly #committed: Committed[]
  readonly #makeTasks: () => TaskTopology[]
  #inline: InlineTopology

  constructor(root: Step, env: TopologyEnv, target: ResultTarget = {kind: 'result'}) {
    this.#env = {...env, changelog: {policy: HASTY, sequence: 0}}
    const subTopologies = splitTopology(root, 'q', target)
    this.#makeTasks = () => subTopologies.map(each => buildTask(each, 0, this.#env))
    this.#inline = inlineOf(this.#makeTasks(), {isCommitted: true})
    this.#committed = subTopologies.map(() => ({stores: new Map(), changelog: [], facts: undefined}))
  }

  get tasks(): readonly TaskTopology[] {
    return this.#inline.tasks
  }

  /** Committed entries of a store, by hexadecimal key. */
  committed(store: string): ReadonlyMap<string, Uint8Array> {
    for (const {stores, changelog} of this.#committed) {
      const logged = changelog.flatMap(({bytes}) => [...changesOf(bytes)]).filter(change => change.store === store)
      const rows = stores.get(store)
      if (rows === undefined && logged.length === 0) continue
      const entries = new Map(rows)
      for (const change of logged) apply(entries, change)
      return entries
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
      const {state, changelog, facts} = task.drain()
      committed.facts = facts ?? committed.facts
      for (const write of state) {
        const entries = committed.stores.get(write.store) ?? new Map<string, Uint8Array>()
        committed.stores.set(write.store, entries)
        apply(entries, write)
      }
      if (changelog?.append) committed.changelog.push(changelog.append)
      if (changelog) committed.changelog = committed.changelog.filter(({sequence}) => sequence >= changelog.keepFrom)
    }
  }

  /** Throws the running tasks away and starts new ones from what was committed. */
  restart(): void {
    const tasks = this.#makeTasks()
    for (const [i, task] of tasks.entries()) {
      const {stores, changelog, facts} = this.#committed[i]!
      task.replay(changelog)
      for (const [store, entries] of stores) {
        if (!task.subTopology.restoredStores.includes(store)) continue
        task.restore(
          store,
          [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => ({key: Buffer.from(key, 'hex'), value})),
        )
      }
      task.endRestore()
      if (facts !== undefined) task.restoreFacts(facts)
    }
    this.#inline = inlineOf(tasks, {isCommitted: true})
  }
}

type Committed = {
  /** Rows by hexadecimal key. */
  readonly stores: Map<string, Map<string, Uint8Array>>
  changelog: ChangelogEntry[]
  facts: Uint8Array | undefined
}

/** So little that changes go both ways even in small tests. */
const HASTY: ChangelogPolicy = {smallCommitChanges: 2, rowsPerCommit: 3, bytesMax: 200}

function apply(entries: Map<string, Uint8Array>, {key, value}: Omit<StateWrite, 'store'>): void {
  const text = Buffer.from(key).toString('hex')
  if (value === null) entries.delete(text)
  else entries.set(text, value)
}
