import {EngineError, errorTable} from '../base/errors.ts'
import type {SqlRejection} from '../engine-api.ts'
import type {SqlDiagnostic} from '../sql/syntax/diagnostic.ts'
import {locate} from '../sql/syntax/source.ts'

/** A refused statement, for people: where it stands in the text that they sent. */
export function rejectionOf(
  text: string,
  {code, message, span, hint}: Omit<SqlDiagnostic, 'code'> & {readonly code: SqlRejection['code']},
): SqlRejection {
  const {line, column} = locate(text, span.start)
  return {
    kind: 'rejected',
    code,
    message,
    line,
    column,
    length: Math.max(1, span.end - span.start),
    ...(hint !== undefined && {hint}),
    statement: text,
  }
}

/** Refusals that show only while a statement runs are answers too, where the caller is to blame. */
export async function orRejection<T>(text: string, run: () => Promise<T>): Promise<T | SqlRejection> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof EngineError && errorTable[error.code].blame === 'caller') return rejectionOfError(text, error)
    throw error
  }
}

function rejectionOfError(text: string, {code, message, details}: EngineError): SqlRejection {
  const {span} = details
  return isSpan(span) ? rejectionOf(text, {code, message, span}) : {kind: 'rejected', code, message, statement: text}
}

const isSpan = (value: unknown): value is SqlDiagnostic['span'] =>
  typeof value === 'object' &&
  value !== null &&
  'start' in value &&
  'end' in value &&
  typeof value.start === 'number' &&
  typeof value.end === 'number'
