import type {PersistentPlan} from '../../plan/query-plan.ts'
import type {Source} from '../../plan/source.ts'
import {sourcesOf} from '../../plan/plan-sources.ts'
import type {TableIndex} from '../../plan/table-index.ts'
import type {SqlType} from '../../schema/sql-type.ts'
import type {Action, CompileCatalog, CompiledStatement} from './compiled-statement.ts'

type Query = {readonly plan: PersistentPlan; readonly statement: string; readonly reads: readonly string[]}

/** The catalog as it will be after the statements so far; the real one is not touched. */
export class Sandbox implements CompileCatalog {
  readonly #base: CompileCatalog
  readonly #sources = new Map<string, Source | undefined>()
  readonly #types = new Map<string, SqlType | undefined>()
  readonly #queries = new Map<string, Query>()
  readonly #terminated = new Set<string>()
  readonly #topics = new Map<string, number | undefined>()
  readonly #indexes = new Map<string, TableIndex | undefined>()

  constructor(base: CompileCatalog) {
    this.#base = base
  }

  source(name: string): Source | undefined {
    return this.#sources.has(name) ? this.#sources.get(name) : this.#base.source(name)
  }

  sources(): readonly Source[] {
    const kept = this.#base.sources().filter(source => !this.#sources.has(source.name))
    return [...kept, ...[...this.#sources.values()].filter(source => source !== undefined)]
  }

  type(name: string): SqlType | undefined {
    return this.#types.has(name) ? this.#types.get(name) : this.#base.type(name)
  }

  types(): ReadonlyMap<string, SqlType> {
    const all = new Map(this.#base.types())
    for (const [name, type] of this.#types) {
      if (type === undefined) all.delete(name)
      else all.set(name, type)
    }
    return all
  }

  query(id: string): {readonly plan: PersistentPlan; readonly statement: string} | undefined {
    return this.#queries.get(id) ?? (this.#terminated.has(id) ? undefined : this.#base.query(id))
  }

  readers(sourceName: string): readonly string[] {
    return this.#running(this.#base.readers(sourceName), query => query.reads.includes(sourceName))
  }

  writers(sourceName: string): readonly string[] {
    return this.#running(this.#base.writers(sourceName), query => query.plan.sink.sourceName === sourceName)
  }

  topicPartitions(topic: string): number | undefined {
    return this.#topics.has(topic) ? this.#topics.get(topic) : this.#base.topicPartitions(topic)
  }

  indexes(): readonly TableIndex[] {
    const kept = this.#base.indexes().filter(({name}) => !this.#indexes.has(name))
    return [...kept, ...[...this.#indexes.values()].filter(index => index !== undefined)]
  }

  #running(base: readonly string[], test: (query: Query) => boolean): readonly string[] {
    const kept = base.filter(id => !this.#terminated.has(id) && !this.#queries.has(id))
    return [...kept, ...[...this.#queries].filter(([, query]) => test(query)).map(([id]) => id)]
  }

  #start(plan: PersistentPlan, statement: string): void {
    this.#queries.set(plan.queryId, {plan, statement, reads: sourcesOf(plan.root)})
  }

  #terminate(id: string): void {
    this.#queries.delete(id)
    this.#terminated.add(id)
  }

  apply(statement: CompiledStatement): void {
    const action: Action = statement
    switch (action.kind) {
      case 'create-source':
      case 'alter-source':
        this.#sources.set(action.source.name, action.source)
        this.#topics.set(action.source.topic, action.source.partitions)
        return
      case 'create-as':
        this.#sources.set(action.source.name, action.source)
        this.#topics.set(action.source.topic, action.source.partitions)
        return this.#start(action.plan, statement.text)
      case 'insert-select':
        return this.#start(action.plan, statement.text)
      case 'drop-source':
        for (const source of [...action.dependents, action.source]) {
          this.#sources.set(source.name, undefined)
          for (const {name, table} of this.indexes()) if (table === source.name) this.#indexes.set(name, undefined)
        }
        for (const id of action.terminates) this.#terminate(id)
        return
      case 'create-index':
        this.#indexes.set(action.index.name, {...action.index, store: ''})
        return
      case 'drop-index':
        this.#indexes.set(action.name, undefined)
        return
      case 'create-topic':
        this.#topics.set(action.topic.name, action.topic.partitions)
        return
      case 'alter-topic':
        this.#topics.set(action.name, action.partitions)
        return
      case 'drop-topic':
        this.#topics.set(action.name, undefined)
        return
      case 'create-type':
        this.#types.set(action.name, action.type)
        return
      case 'drop-type':
        this.#types.set(action.name, undefined)
        return
      case 'control-query':
        if (action.action === 'terminate' && action.queryId !== undefined) this.#terminate(action.queryId)
        return
      default:
    }
  }
}
