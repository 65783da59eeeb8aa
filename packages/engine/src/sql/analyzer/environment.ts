import type {AggregateDefinition} from '../../expr/aggregates/definition.ts'
import type {FunctionDefinition} from '../../expr/functions/definition.ts'
import type {SourceLookup} from '../../plan/source.ts'
import type {Query} from '../syntax/query-ast.ts'
import type {Settings} from './settings.ts'

/** The functions that expressions may call, by upper-case name. */
export type FunctionLookup = {
  readonly get: (name: string) => FunctionDefinition | AggregateDefinition | undefined
  readonly names: () => Iterable<string>
}

/** All that a statement's meaning depends on besides its text. */
export type Environment = {
  readonly catalog: SourceLookup
  readonly functions: FunctionLookup
  readonly settings: Settings
  /** The time for constants such as UNIX_TIMESTAMP(): the caller's clock, read once. */
  readonly nowMs: number
  /** Queries that WITH names, by name; each sees those before it. They hide sources of the same name. */
  readonly named?: ReadonlyMap<string, NamedQuery>
}

export type NamedQuery = {readonly query: Query; readonly env: Environment}
