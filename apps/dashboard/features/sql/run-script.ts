import {asRequestError, type RequestError} from '../../graphql/request-error.ts'
import {request} from '../../graphql/request.ts'
import {executeDocument, pullDocument, type Row, type SqlRejected, type StatementResult} from '../../graphql/sql.ts'
import type {Column} from '../../graphql/sources.ts'
import {kindOf, splitStatements, type StatementText} from './split-statements.ts'

export type Outcome =
  | {readonly kind: 'running'}
  | {readonly kind: 'executed'; readonly statements: readonly StatementResult[]}
  | {readonly kind: 'rows'; readonly columns: readonly Column[]; readonly rows: readonly Row[]; readonly ms: number}
  | {readonly kind: 'push'}
  | {readonly kind: 'refused'; readonly refusal: SqlRejected}
  | {readonly kind: 'failed'; readonly error: RequestError}

/** One request made of a script: a query, or neighbours that are no queries, which are checked together and run as one. */
export type Step = {readonly id: string; readonly sql: string; readonly from: number; readonly isQuery: 'push' | 'pull' | 'no'}

export function stepsOf(script: string, from: number, run: number): readonly Step[] {
  const steps: Step[] = []
  let group: StatementText[] = []
  const add = (start: StatementText, end: StatementText, isQuery: Step['isQuery']): void => {
    const sql = `${script.slice(start.from, end.from + end.text.length)};`
    steps.push({id: `${run}:${steps.length}`, sql, from: from + start.from, isQuery})
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
      if (answer.__typename === 'SqlRejected') return {kind: 'refused', refusal: answer}
      return {kind: 'rows', columns: answer.schema, rows: answer.rows, ms: performance.now() - startedAt}
    }
    const {executeSql: answer} = await request(executeDocument, {sql: step.sql})
    if (answer.__typename === 'SqlRejected') return {kind: 'refused', refusal: answer}
    return {kind: 'executed', statements: answer.statements}
  } catch (error) {
    return {kind: 'failed', error: asRequestError(error)}
  }
}
