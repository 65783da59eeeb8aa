import type {AggregateDefinition} from '../../expr/aggregates/definition.ts'
import type {FunctionDefinition} from '../../expr/functions/definition.ts'
import type {SourceLookup} from '../../plan/source.ts'
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
}
