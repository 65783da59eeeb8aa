import type {Span} from './span.ts'

/** `SQL_SYNTAX`: the text is no statement. `SQL_INVALID`: it is one, but it means nothing. `LIMIT_EXCEEDED`: too much of it. */
export type DiagnosticCode = 'SQL_SYNTAX' | 'SQL_INVALID' | 'LIMIT_EXCEEDED'

/** What is wrong and where: `message` names what was found and what was expected, `hint` a way out. */
export interface SqlDiagnostic {
  readonly code: DiagnosticCode
  readonly message: string
  readonly span: Span
  readonly hint?: string
}

/** How the parser leaves the depth of its recursion; never leaves the syntax room. */
export class SyntaxFailure extends Error {
  override readonly name = 'SyntaxFailure'
  readonly diagnostic: SqlDiagnostic

  constructor(diagnostic: SqlDiagnostic) {
    super(diagnostic.message)
    this.diagnostic = diagnostic
  }
}
