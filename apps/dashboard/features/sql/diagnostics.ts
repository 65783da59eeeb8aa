import {linter, type Diagnostic} from '@codemirror/lint'
import type {Extension} from '@codemirror/state'
import {request} from '../../graphql/request.ts'
import {validateDocument, type SqlRejected} from '../../graphql/sql.ts'
import {offsetAt, splitStatements} from './split-statements.ts'

const pauseMs = 400

function diagnostic(text: string, refusal: SqlRejected): Diagnostic {
  const from = offsetAt(text, refusal.line ?? 1, refusal.column ?? 1)
  const to = Math.min(text.length, from + Math.max(1, refusal.length ?? 1))
  return {
    from: Math.min(from, Math.max(0, to - 1)),
    to,
    severity: 'error',
    message: [refusal.message, refusal.hint].filter(Boolean).join('\n'),
  }
}

/** What the server would refuse, underlined where it stands. When the server is away the script is left alone. */
export const diagnostics: Extension = linter(
  async view => {
    const text = view.state.doc.toString()
    if (splitStatements(text).length === 0) return []
    const refusals = await request(validateDocument, {sql: text}).catch(() => undefined)
    return refusals?.validateSql.map(refusal => diagnostic(text, refusal)) ?? []
  },
  {delay: pauseMs},
)
