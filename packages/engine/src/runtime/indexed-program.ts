import {latin1} from '../base/bytes.ts'
import type {TableIndex} from '../plan/table-index.ts'
import {indexPrefix, placesOfIndex} from '../plan/table-index.ts'
import type {Schema} from '../schema/schema.ts'
import {IndexWriter, type ReadRows} from '../state/index-writer.ts'
import type {StateWrite} from '../storage/port/task-commit.ts'
import {limits} from '../limits.ts'
import type {Effects, TaskProgram} from './program.ts'

/** Holds an entry for each index that has entries, under the name of its store: READY once it has all of them. */
export const indexStates = 'indexes'
export const READY = 1
const BUILDING = 0

export const indexStateKey = (store: string): Uint8Array => Buffer.from(store)

export type IndexedTable = {
  /** The store of the table's rows. */
  readonly store: string
  readonly schema: Schema
  readonly read: ReadRows
  readonly indexes: readonly TableIndex[]
}

/**
 * A program that keeps indexes of a table with its rows, in the commits that write these: what is in the changelog only is not in an index
 * yet, and who looks by one looks there too. An index that is new is built from the rows there
 * are, in bounded commits; the last of them marks it ready. One that is there no more is taken apart likewise.
 */
export function indexedProgram(inner: TaskProgram, {store, schema, read, indexes}: IndexedTable): TaskProgram {
  const kept = indexes.flatMap(index => {
    const places = placesOfIndex(index, {schema})
    return places === undefined ? [] : [{store: index.store, places}]
  })
  const writer = new IndexWriter(store, schema, read, kept)
  const names = new Set(kept.map(index => index.store))
  const states = new Map<string, number>()
  const restoredStores = [...new Set([indexStates, ...inner.restoredStores, store])]
  /** Entries of indexes that are there no more, and what says that they had some. */
  let obsolete: StateWrite[] = []
  let backfill: Generator<StateWrite> | undefined

  const unready = (): readonly string[] => [...names].filter(name => states.get(name) !== READY)

  function mark(stores: Iterable<string>, state: number): StateWrite[] {
    return [...stores].map(name => {
      states.set(name, state)
      return {store: indexStates, key: indexStateKey(name), value: Uint8Array.of(state)}
    })
  }

  /** What the next commit adds to indexes that are not ready. Rows that changed meanwhile are in `changes` already. */
  function build(changes: readonly StateWrite[]): readonly StateWrite[] {
    const missing = new Set(unready())
    if (missing.size === 0) return []
    const seen = new Set(changes.map(write => `${write.store}/${latin1(write.key)}`))
    const isFirst = backfill === undefined
    backfill ??= writer.all()
    const writes: StateWrite[] = []
    while (writes.length < limits.indexBuildEntriesPerCommit) {
      const next = backfill.next()
      if (next.done === true) {
        backfill = undefined
        return [...writes, ...mark(missing, READY)]
      }
      const {value: write} = next
      if (missing.has(write.store) && !seen.has(`${write.store}/${latin1(write.key)}`)) writes.push(write)
    }
    return isFirst ? [...writes, ...mark(missing, BUILDING)] : writes
  }

  return {
    topics: inner.topics,
    ownTopics: inner.ownTopics,
    restoredStores,
    get stateEntries() {
      return inner.stateEntries + writer.entries
    },
    get hasWork() {
      return inner.hasWork === true || unready().length > 0 || obsolete.length > 0
    },
    decode: (topic, batch, from) => inner.decode(topic, batch, from),
    process: parts => inner.process(parts),
    processBoth: inner.processBoth,
    take(): Effects {
      const effects = inner.take()
      const changes = writer.follow(effects.state)
      const built = build(changes)
      const removed = obsolete.splice(0, limits.indexBuildEntriesPerCommit)
      const state = [...effects.state, ...changes, ...built, ...removed]
      const written = new Set(state.map(write => write.store))
      return {...effects, state, orderedStores: [...effects.orderedStores, ...[...written].filter(isIndexStore)]}
    },
    restore(name, entries) {
      const rows = [...entries]
      if (name === indexStates) {
        for (const {key, value} of rows) states.set(Buffer.from(key).toString(), value[0] ?? BUILDING)
        // What is pushed here is restored after the stores that are listed already.
        restoredStores.push(...[...states.keys()].filter(each => !names.has(each) && !restoredStores.includes(each)))
        obsolete = restoredStores.filter(isIndexStore).map(each => ({store: indexStates, key: indexStateKey(each), value: null}))
      }
      if (isIndexStore(name)) obsolete = [...rows.map(({key}) => ({store: name, key, value: null})), ...obsolete]
      if (name === store) writer.load(rows)
      if (inner.restoredStores.includes(name)) inner.restore(name, rows)
    },
    replay: changelog => inner.replay(changelog),
    endRestore: () => inner.endRestore(),
    restoreFacts: facts => inner.restoreFacts(facts),
  }
}

/** Stores of indexes have names that no step's store has. */
const isIndexStore = (store: string): boolean => store.startsWith(indexPrefix)
