import {EngineError} from '../../base/errors.ts'
import type {CommittedOffset, GroupStore, VersionedDocument} from '../port/group-store.ts'
import type {Environment} from './environment.ts'
import {keys, prefixes, under} from './keys.ts'
import {removeRange} from './removal.ts'
import {decodeIfPresent, documentRow, offsetRow, numberRow, put, remove} from './rows.ts'

const nameBytesMax = 1500

export class LmdbGroupStore implements GroupStore {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
  }

  async document(name: string): Promise<VersionedDocument | undefined> {
    return this.#env.read(() => decodeIfPresent(this.#env.meta, keys.document(name), documentRow.decode))
  }

  async putDocument(name: string, expected: number, data: unknown): Promise<boolean> {
    mustBeShort(name)
    const key = keys.document(name)
    return this.#env.write(() => {
      const version = decodeIfPresent(this.#env.meta, key, documentRow.decode)?.version ?? 0
      if (version !== expected) return false
      if (data === null) remove(this.#env.meta, key)
      else put(this.#env.meta, key, documentRow.encode({version: version + 1, data}))
      return true
    })
  }

  async documents(prefix: string): Promise<readonly string[]> {
    const nameOf = (key: Uint8Array) => Buffer.from(key).toString().slice(1)
    return this.#env.read(() => [...this.#env.meta.getKeys(under(prefixes.documents(prefix)))].map(nameOf).sort())
  }

  async commitOffsets(group: string, generation: number | undefined, offsets: readonly CommittedOffset[]): Promise<boolean> {
    mustBeShort(group)
    return this.#env.write(() => writeOffsets(this.#env, group, generation, offsets))
  }

  async offsets(group: string): Promise<readonly CommittedOffset[]> {
    return this.#env.read(() =>
      offsetRow.decodeAll([...this.#env.meta.getRange(under(prefixes.groupOffsets(group)))].map(({value}) => value)),
    )
  }

  async setGeneration(group: string, generation: number): Promise<number> {
    mustBeShort(group)
    const key = keys.groupGeneration(group)
    return this.#env.write(() => {
      const current = decodeIfPresent(this.#env.meta, key, numberRow.decode) ?? 0
      if (generation > current) put(this.#env.meta, key, numberRow.encode(generation))
      return Math.max(generation, current)
    })
  }

  async dropGroup(group: string): Promise<void> {
    await this.#env.write(() => remove(this.#env.meta, keys.groupGeneration(group)))
    await removeRange(this.#env, this.#env.meta, under(prefixes.groupOffsets(group)))
  }
}

/** Inside a write transaction. Returns whether the generation was right, and wrote only then. */
export function writeOffsets(
  env: Environment,
  group: string,
  generation: number | undefined,
  offsets: readonly CommittedOffset[],
): boolean {
  const current = decodeIfPresent(env.meta, keys.groupGeneration(group), numberRow.decode) ?? 0
  if (generation !== undefined && generation !== current) return false
  for (const offset of offsets) put(env.meta, keys.groupOffset(group, offset.topic, offset.partition), offsetRow.encode(offset))
  return true
}

function mustBeShort(name: string): void {
  const bytes = Buffer.byteLength(name)
  if (bytes <= nameBytesMax) return
  throw new EngineError('INVALID_ARGUMENT', `A name has ${bytes} bytes; the embedded store takes at most ${nameBytesMax}.`, {
    bytes,
  })
}
