import type {Environment} from '../analyzer/environment.ts'
import type {Span} from '../syntax/span.ts'
import type {Statement} from '../syntax/statement-ast.ts'
import type {CompileCatalog, CompileOptions} from './compiled-statement.ts'

/** What a statement is compiled against: the catalog after the statements before it, and the session. */
export type StatementContext = {
  readonly env: Environment & {readonly catalog: CompileCatalog}
  readonly options: CompileOptions
}

export type StatementOf<K extends Statement['kind']> = Extract<Statement, {kind: K}>

/** `stream` or `table`. */
export const kindWord = (kind: 'STREAM' | 'TABLE'): 'stream' | 'table' => (kind === 'STREAM' ? 'stream' : 'table')

export const spanOf = ({start, end}: Span): Span => ({start, end})
