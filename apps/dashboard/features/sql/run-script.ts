import {asRequestError, type RequestError} from '../../graphql/request-error.ts'
import {request} from '../../graphql/request.ts'
import {executeDocument, pullDocument, type Row, type SqlRejected, type StatementResult} from '../../graphql/sql.ts'
import type {Column} from '../../graphql/sources.ts'
import {kindOf, placeAt, splitStatements, type StatementText} from './split-statements.ts'

export type Outcome =
  | {readonly kind: 'running'}
  | {readonly kind: 'executed'; readonly statements: readonly StatementResult[]}
  | {readonly kind: 'rows'; readonly columns: readonly Column[]; readonly rows: readonly Row[]; readonly ms: number}
  | {readonly kind: 'push'}
  | {readonly kind: 'refused'; readonly refusal: SqlRejected}
  | {readonly kind: 'failed'; readonly error: RequestError}

/** One request made of a script: a query, or neighbours that are no queries, which are checked together and run as one. */
export type Step = {
  readonly id: string
  readonly sql: string
  readonly isQuery: 'push' | 'pull' | 'no'
  /** Where it begins in the text of the editor: characters from the start, and lines and columns from 1. */
  readonly from: number
  readonly line: number
  readonly column: number
}

/** What is run: all of the editor's text, or the part that is selected. */
export type Chosen = {readonly text: string; readonly from: number; readonly line: number; readonly column: number}

export function stepsOf({text: script, ...origin}: Chosen, run: number): readonly Step[] {
  const steps: Step[] = []
  let group: StatementText[] = []
  const add = (start: StatementText, end: StatementText, isQuery: Step['isQuery']): void => {
    const sql = `${script.slice(start.from, end.from + end.text.length)};`
    const {line, column} = placeAt(script, start.from)
    steps.push({
      id: `${run}:${steps.length}`,
      sql,
      isQuery,
      from: origin.from + start.from,
      line: origin.line + line - 1,
      column: line === 1 ? origin.column + column - 1 : column,
    })
  }
  const close = (): void => {
    const [first, last] = [group[0], group.at(-1)]
    if (first && last) add(first, last, 'no')
    group = []
  }
  for (const statement of splitStatements(script)) {
    const kind = kindOf(statement.text)
    if (kind === 'other') {
      group.push(statement)
      continue
    }
    close()
    add(statement, statement, kind)
  }
  close()
  return steps
}

/** Runs one step; never rejects. A push query only begins here: who shows it subscribes. */
export async function runStep(step: Step): Promise<Outcome> {
  if (step.isQuery === 'push') return {kind: 'push'}
  const startedAt = performance.now()
  try {
    if (step.isQuery === 'pull') {
      const {pullQuery: answer} = await request(pullDocument, {sql: step.sql})
      if (answer.kind === 'SqlRejected') return {kind: 'refused', refusal: answer}
      return {kind: 'rows', columns: answer.schema, rows: answer.rows, ms: performance.now() - startedAt}
    }
    const {executeSql: answer} = await request(executeDocument, {sql: step.sql})
    if (answer.kind === 'SqlRejected') return {kind: 'refused', refusal: answer}
    return {kind: 'executed', statements: answer.statements}
  } catch (error) {
    return {kind: 'failed', error: asRequestError(error)}
  }
}
