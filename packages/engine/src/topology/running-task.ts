import {must} from '../base/assert.ts'
import type {Chunk} from '../chunk/chunk.ts'
import {sliceChunk} from '../batch/select.ts'
import type {Emit} from '../operators/operator.ts'
import type {Turns} from '../operators/turns.ts'
import type {TaskStores} from '../state/task-stores.ts'
import type {ChangelogEntry} from '../storage/port/task-commit.ts'
import type {Meeting} from './meeting.ts'
import type {SubTopology} from './sub-topology.ts'
import type {InputRows, StateEntry, TaskOutput, TaskState, TaskTopology, TaskTopologyStats} from './task-topology.ts'

export type RunningTaskParts = {
  readonly subTopology: SubTopology
  readonly partition: number
  readonly inputs: readonly Emit[]
  readonly stores: TaskStores
  /** Where results are put. */
  readonly collected: TaskOutput[]
  /** Called before results are collected. */
  readonly flushes: readonly (() => void)[]
  readonly meeting: Meeting | undefined
}

export class RunningTask implements TaskTopology {
  readonly subTopology: SubTopology
  readonly partition: number
  readonly processBoth: TaskTopology['processBoth']
  readonly #inputs: readonly Emit[]
  readonly #stores: TaskStores
  readonly #collected: TaskOutput[]
  readonly #flushes: readonly (() => void)[]
  readonly #streamTime: {value: number}

  constructor({subTopology, partition, inputs, stores, collected, flushes, meeting}: RunningTaskParts) {
    this.subTopology = subTopology
    this.partition = partition
    this.#inputs = inputs
    this.#stores = stores
    this.#collected = collected
    this.#flushes = flushes
    this.#streamTime = stores.facts.cell('streamTime', -Infinity)
    this.processBoth = meeting && ((left, right, turns) => this.#meet(meeting, left, right, turns))
  }

  #meet(meeting: Meeting, left: InputRows, right: InputRows, turns: Turns): void {
    meeting.begin()
    this.process(left.input, left.chunk)
    this.process(right.input, right.chunk)
    meeting.end(turns)
  }

  process(input: number, chunk: Chunk): void {
    if (chunk.count === 0) return
    const {timestamps} = chunk
    let newest = this.#streamTime.value
    for (let row = 0; row < chunk.count; row++) if (timestamps[row]! > newest) newest = timestamps[row]!
    this.#streamTime.value = newest
    must(this.#inputs[input], `input ${input}`)(chunk)
  }

  processShared(parts: readonly InputRows[]): void {
    const rows = parts.flatMap(({input, chunk}, part) => {
      const offsets = must(chunk.origin, 'origin of a shared chunk').offsets
      return Array.from({length: chunk.count}, (_, row) => ({input, chunk, part, row, offset: offsets[row]!}))
    })
    rows.sort((left, right) => left.offset - right.offset || left.part - right.part)
    for (const {input, chunk, row} of rows) this.process(input, sliceChunk(chunk, row, row + 1))
  }

  collect(): readonly TaskOutput[] {
    for (const flush of this.#flushes) flush()
    return this.#collected.splice(0)
  }

  drain(): TaskState {
    const effects = this.#stores.take()
    const facts = this.#stores.facts.drain()
    return facts === undefined ? effects : {...effects, facts}
  }

  get pendingRows(): number {
    return this.#stores.pending
  }

  settle(): void {
    this.#stores.settle()
  }

  replay(changelog: readonly ChangelogEntry[]): void {
    this.#stores.replay(changelog)
  }

  restore(store: string, entries: Iterable<StateEntry>): void {
    this.#stores.load(store, entries)
  }

  endRestore(): void {
    this.#stores.endReplay()
  }

  restoreFacts(facts: Uint8Array): void {
    this.#stores.facts.restore(facts)
  }

  stats(): TaskTopologyStats {
    const stores = [...this.#stores.stores()].map(({name, entries}) => ({name, entries}))
    const streamTime = this.#streamTime.value
    return {
      stateEntries: stores.reduce((sum, {entries}) => sum + entries, 0),
      stores,
      lateRows: this.#stores.facts.sum('/late'),
      streamTimeMs: Number.isFinite(streamTime) ? streamTime : undefined,
    }
  }
}
