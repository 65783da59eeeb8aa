import {RequestError} from '../../graphql/request-error.ts'
import {request} from '../../graphql/request.ts'
import {executeDocument, type StatementResult} from '../../graphql/sql.ts'

/** Runs one statement; a refusal rejects with the server's message and hint. */
export async function runStatement(sql: string): Promise<StatementResult | undefined> {
  const {executeSql} = await request(executeDocument, {sql})
  if (executeSql.kind === 'SqlRejected')
    throw new RequestError([executeSql.message, executeSql.hint].filter(Boolean).join(' '), executeSql.code)
  return executeSql.statements[0]
}
