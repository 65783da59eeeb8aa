import {latin1} from '../base/bytes.ts'
import type {Schema} from '../schema/schema.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'
import {keyCodec} from '../serde/key-codec.ts'
import type {StateWrite} from '../storage/port/task-commit.ts'

/**
 * How the entries of an index lie in its store. Key: `keyCodec` over the indexed columns, the key columns, and the window
 * where keys are windowed. Value: one byte, which says nothing: the row stands in the table's store.
 */
export function indexKeyCodec(schema: Schema, places: readonly number[]): ReturnType<typeof keyCodec> {
  const types = typesOf(schema)
  return keyCodec([...places.map(place => types[place] ?? NO_TYPE), ...schema.key.map(({type}) => type)])
}

const NO_TYPE: SqlType = {kind: 'BOOLEAN'}
const typesOf = ({key, value}: Schema): readonly SqlType[] => [...key, ...value].map(({type}) => type)

export type IndexPlaces = {readonly store: string; readonly places: readonly number[]}

type Entry = {readonly key: Uint8Array; readonly value: Uint8Array}

/** Value columns of the rows that entries of a table's store stand for, first in each; null where the table has no row. */
export type ReadRows = (entries: readonly Entry[]) => readonly (readonly Value[] | null)[]

/**
 * Follows the rows of a table by their committed bytes, and says what changes in the indexes. It remembers what each row is
 * indexed by, so that nothing has to be read: as many bytes in memory as the entries have.
 */
export class IndexWriter {
  readonly #store: string
  readonly #codecs: readonly {
    readonly store: string
    readonly places: readonly number[]
    readonly keys: ReturnType<typeof keyCodec>
  }[]
  readonly #keys: ReturnType<typeof keyCodec>
  readonly #read: ReadRows
  readonly #keyCount: number
  readonly #entries = new Map<string, readonly Uint8Array[]>()

  constructor(store: string, schema: Schema, read: ReadRows, indexes: readonly IndexPlaces[]) {
    this.#store = store
    this.#codecs = indexes.map(index => ({...index, keys: indexKeyCodec(schema, index.places)}))
    this.#keys = keyCodec(schema.key.map(({type}) => type))
    this.#read = read
    this.#keyCount = schema.key.length
  }

  get entries(): number {
    return this.#entries.size * this.#codecs.length
  }

  /** Committed rows. */
  load(rows: readonly Entry[]): void {
    for (const [i, indexed] of this.#indexed(rows).entries()) this.#entries.set(latin1(rows[i]!.key), indexed)
  }

  /** What the indexes must have once the rows loaded so far are in them. */
  *all(): Generator<StateWrite> {
    for (const entries of this.#entries.values())
      for (const [i, key] of entries.entries()) yield {store: this.#codecs[i]?.store ?? '', key, value: PRESENT}
  }

  /** The changes of the indexes that belong to changes of rows. */
  follow(writes: readonly StateWrite[]): StateWrite[] {
    const changes: StateWrite[] = []
    const own = writes.filter(({store}) => store === this.#store)
    const puts = this.#indexed(own.flatMap(({key, value}) => (value === null ? [] : [{key, value}]))).values()
    for (const {key, value} of own) {
      const name = latin1(key)
      const before = this.#entries.get(name) ?? []
      const after = value === null ? [] : (puts.next().value ?? [])
      if (value === null) this.#entries.delete(name)
      else this.#entries.set(name, after)
      for (const [i, codec] of this.#codecs.entries()) {
        const [old, now] = [before[i], after[i]]
        if (old !== undefined && now !== undefined && Buffer.compare(old, now) === 0) continue
        if (old !== undefined) changes.push({store: codec.store, key: old, value: null})
        if (now !== undefined) changes.push({store: codec.store, key: now, value: PRESENT})
      }
    }
    return changes
  }

  /** For each row its key in each index; none where the table has no row. */
  #indexed(rows: readonly Entry[]): (readonly Uint8Array[])[] {
    const read = this.#read(rows)
    return rows.map((row, i) => {
      const values = read[i]
      if (values === null || values === undefined) return []
      const {key, window} = this.#keys.decode(row.key)
      const at = (place: number): Value => (place < this.#keyCount ? key[place] : values[place - this.#keyCount]) ?? null
      return this.#codecs.map(({places, keys}) => keys.encode([...places.map(at), ...key], window))
    })
  }
}

const PRESENT = Uint8Array.of(1)
