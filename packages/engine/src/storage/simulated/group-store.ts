import {partitionKey} from '../../record/record.ts'
import type {CommittedOffset, GroupStore, VersionedDocument} from '../port/group-store.ts'
import type {SimulatedData} from './data.ts'
import type {SimulatedNetwork} from './network.ts'

export class SimulatedGroupStore implements GroupStore {
  readonly #data: SimulatedData
  readonly #network: SimulatedNetwork

  constructor(data: SimulatedData, network: SimulatedNetwork) {
    this.#data = data
    this.#network = network
  }

  document(name: string): Promise<VersionedDocument | undefined> {
    return this.#network.call(() => {
      const stored = this.#data.documents.get(name)
      return stored && {version: stored.version, data: JSON.parse(stored.json)}
    })
  }

  putDocument(name: string, expected: number, data: unknown): Promise<boolean> {
    return this.#network.call(() => {
      const version = this.#data.documents.get(name)?.version ?? 0
      if (version !== expected) return false
      this.#network.write(() => {
        if (data === null) this.#data.documents.delete(name)
        else this.#data.documents.set(name, {version: version + 1, json: JSON.stringify(data)})
      })
      return true
    })
  }

  documents(prefix: string): Promise<readonly string[]> {
    return this.#network.call(() => [...this.#data.documents.keys()].filter(name => name.startsWith(prefix)).sort())
  }

  commitOffsets(group: string, generation: number | undefined, offsets: readonly CommittedOffset[]): Promise<boolean> {
    return this.#network.call(() => {
      let isCurrent = false
      this.#network.write(() => {
        isCurrent = writeOffsets(this.#data, group, generation, offsets)
      })
      return isCurrent
    })
  }

  offsets(group: string): Promise<readonly CommittedOffset[]> {
    return this.#network.call(() => [...(this.#data.groups.get(group)?.offsets.values() ?? [])].sort(byPlace))
  }

  setGeneration(group: string, generation: number): Promise<number> {
    return this.#network.call(() => {
      const known = this.#data.groups.get(group)
      const raised = Math.max(known?.generation ?? 0, generation)
      this.#network.write(() => {
        if (known) known.generation = raised
        else this.#data.groups.set(group, {generation: raised, offsets: new Map()})
      })
      return raised
    })
  }

  dropGroup(group: string): Promise<void> {
    return this.#network.call(() => this.#network.write(() => this.#data.groups.delete(group)))
  }
}

/** Returns whether the generation was right, and wrote only then. */
export function writeOffsets(
  data: SimulatedData,
  group: string,
  generation: number | undefined,
  offsets: readonly CommittedOffset[],
): boolean {
  const known = data.groups.get(group) ?? {generation: 0, offsets: new Map<string, CommittedOffset>()}
  if (generation !== undefined && known.generation !== generation) return false
  for (const offset of offsets) known.offsets.set(partitionKey(offset), offset)
  data.groups.set(group, known)
  return true
}

const byPlace = (a: CommittedOffset, b: CommittedOffset): number =>
  a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1
