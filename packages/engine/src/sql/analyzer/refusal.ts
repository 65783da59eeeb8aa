import type {DiagnosticCode, SqlDiagnostic} from '../syntax/diagnostic.ts'
import type {Span} from '../syntax/span.ts'
import {suggest} from '../syntax/suggest.ts'

/** How the analyzer leaves a statement that means nothing. Caught where a statement is compiled; never leaves `sql/`. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly diagnostic: SqlDiagnostic

  constructor(diagnostic: SqlDiagnostic) {
    super(diagnostic.message)
    this.diagnostic = diagnostic
  }
}

type Where = Span | {readonly span: Span}

export function refuse(message: string, where: Where, hint?: string, code: DiagnosticCode = 'SQL_INVALID'): never {
  const span = 'span' in where ? where.span : where
  throw new Refusal({code, message, span, ...(hint === undefined ? {} : {hint})})
}

/** Runs `work`; a refusal in it gets `prefix` before its message. */
export function withPrefix<T>(prefix: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal({...error.diagnostic, message: prefix + error.diagnostic.message})
  }
}

/** `Did you mean "ORDERS"?`, when one of the names is close. */
export function didYouMean(written: string, names: Iterable<string>): string | undefined {
  const candidates = [...names]
  const sameButCase = candidates.find(name => name !== written && name.toUpperCase() === written.toUpperCase())
  const close = sameButCase ?? suggest(written, candidates)
  return close === undefined ? undefined : `Did you mean "${close}"?`
}

/** `A`, `A and B`, `A, B or C`. */
export function joined(parts: readonly string[], conjunction: 'and' | 'or'): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} ${conjunction} ${last}`
}
