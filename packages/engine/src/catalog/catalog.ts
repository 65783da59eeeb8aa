import {assertNever, must} from '../base/assert.ts'
import {placesOfIndex, type TableIndex} from '../plan/table-index.ts'
import type {Source, SourceLookup} from '../plan/source.ts'
import type {SqlType} from '../schema/sql-type.ts'
import type {Command, QueryRecord} from './command.ts'

type Contents = {
  /** Commands applied so far: names what was made by the newest one. */
  readonly version: number
  readonly sources: ReadonlyMap<string, CatalogSource>
  readonly types: ReadonlyMap<string, SqlType>
  /** In the order of their creation. */
  readonly queries: ReadonlyMap<string, QueryRecord>
  readonly topics: ReadonlyMap<string, number>
  readonly indexes: ReadonlyMap<string, TableIndex>
}

/** `madeAt` tells apart sources that had the same name one after the other. */
export type CatalogSource = {readonly source: Source; readonly madeAt: number}

/** What exists at one moment: immutable. A change gives another catalog. */
export class Catalog implements SourceLookup {
  static readonly empty = new Catalog({
    version: 0,
    sources: new Map(),
    types: new Map(),
    queries: new Map(),
    topics: new Map(),
    indexes: new Map(),
  })

  readonly #contents: Contents

  private constructor(contents: Contents) {
    this.#contents = contents
  }

  get version(): number {
    return this.#contents.version
  }

  source(name: string): Source | undefined {
    return this.#contents.sources.get(name)?.source
  }

  sources(): readonly Source[] {
    return [...this.#contents.sources.values()].map(entry => entry.source)
  }

  entry(name: string): CatalogSource | undefined {
    return this.#contents.sources.get(name)
  }

  entries(): readonly CatalogSource[] {
    return [...this.#contents.sources.values()]
  }

  /** Sources declared over a topic, in the order of their creation. */
  sourcesOver(topic: string): readonly Source[] {
    return this.sources().filter(source => source.topic === topic)
  }

  type(name: string): SqlType | undefined {
    return this.#contents.types.get(name)
  }

  types(): ReadonlyMap<string, SqlType> {
    return this.#contents.types
  }

  index(name: string): TableIndex | undefined {
    return this.#contents.indexes.get(name)
  }

  indexes(): readonly TableIndex[] {
    return [...this.#contents.indexes.values()]
  }

  query(id: string): QueryRecord | undefined {
    return this.#contents.queries.get(id)
  }

  queries(): readonly QueryRecord[] {
    return [...this.#contents.queries.values()]
  }

  readers(sourceName: string): readonly string[] {
    return this.queries()
      .filter(query => query.sources.includes(sourceName))
      .map(query => query.id)
  }

  writers(sourceName: string): readonly string[] {
    return this.queries()
      .filter(query => query.sink === sourceName)
      .map(query => query.id)
  }

  topicPartitions(topic: string): number | undefined {
    return this.#contents.topics.get(topic)
  }

  /** The same catalog, with what storage says of topics. */
  withTopics(topics: ReadonlyMap<string, number>): Catalog {
    return new Catalog({...this.#contents, topics})
  }

  /** The catalog after the command. The command was checked before: one that does not fit is a programmer error. */
  apply(command: Command): Catalog {
    const before = this.#contents
    const next = {...before, version: before.version + 1}
    switch (command.kind) {
      case 'put-source': {
        const {source} = command
        const topics = new Map(before.topics)
        if (!topics.has(source.topic)) topics.set(source.topic, source.partitions)
        const sources = withEntry(before.sources, source.name, {source, madeAt: next.version})
        const indexes = withoutIndexes(before.indexes, index => index.table === source.name && !fits(index, source))
        return new Catalog({...next, topics, sources, indexes})
      }
      case 'drop-source':
        return new Catalog({
          ...next,
          sources: withoutEntry(before.sources, command.name),
          indexes: withoutIndexes(before.indexes, index => index.table === command.name),
        })
      case 'put-type':
        return new Catalog({...next, types: withEntry(before.types, command.name, command.type)})
      case 'drop-type':
        return new Catalog({...next, types: withoutEntry(before.types, command.name)})
      case 'put-index':
        return new Catalog({...next, indexes: withEntry(before.indexes, command.index.name, command.index)})
      case 'drop-index':
        return new Catalog({...next, indexes: withoutEntry(before.indexes, command.name)})
      case 'start-query':
        return new Catalog({...next, queries: withEntry(before.queries, command.query.id, command.query)})
      case 'terminate-query':
        return new Catalog({...next, queries: withoutEntry(before.queries, command.id)})
      case 'pause-query':
      case 'resume-query': {
        const query = must(before.queries.get(command.id), `query ${command.id}`)
        const isPaused = command.kind === 'pause-query'
        return new Catalog({...next, queries: withEntry(before.queries, query.id, {...query, isPaused})})
      }
      default:
        return assertNever(command, 'command')
    }
  }
}

/** A table that is defined anew keeps the indexes whose columns it has. */
const fits = (index: TableIndex, source: Source): boolean => source.kind === 'table' && placesOfIndex(index, source) !== undefined

const withoutIndexes = (indexes: ReadonlyMap<string, TableIndex>, isGone: (index: TableIndex) => boolean) =>
  new Map([...indexes].filter(([, index]) => !isGone(index)))

const withEntry = <V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> => new Map(map).set(key, value)

function withoutEntry<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map)
  copy.delete(key)
  return copy
}
