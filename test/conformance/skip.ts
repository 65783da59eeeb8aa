import {parseColumns} from '@millrace/engine/testing'
import type {Case, Topic} from './suite.ts'

const testOnlyFunctions =
  /\b(TEST_UDF|BAD_UDF|BAD_TEST_UDF|WHENCONDITION|WHENRESULT|TEST_UDTF|BAD_TEST_UDTF|THROWING_UDTF|TEST_UDAF|BAD_TEST_UDAF|VAR_ARG|MID_VAR_ARG|GENERIC_VAR_ARG|OBJ_COL_ARG|MULTI_ARG|FOUR_ARG|FIVE_ARG|MULTIPLY|MULTIPLY2|TOLIST|TOMAP|TOSTRING|TOSTRUCT|BACKWARD_CONCAT)\s*\(/i

/** Why a case can not be run against Millrace at all; undefined: it can. A skipped case never counts as passed. */
export function skipReason({body}: Case): string | undefined {
  if (body.enabled === false) return 'disabled in ksqlDB itself'
  const text = body.statements.join('\n')
  if (testOnlyFunctions.test(text)) return "needs a function of ksqlDB's own test code"
  if (/_SCHEMA_ID\s*=/i.test(text) || /SCHEMA_FULL_NAME\s*=/i.test(text)) return 'needs an external schema registry'
  const hasRegistrySchema = (body.topics ?? []).some(topic =>
    [
      topic.keySchema,
      topic.valueSchema,
      topic.keySchemaId,
      topic.valueSchemaId,
      topic.keySchemaReferences,
      topic.valueSchemaReferences,
    ].some(it => it !== undefined),
  )
  if (hasRegistrySchema && body.statements.some(isWithoutColumns)) return 'infers columns from an external schema registry'
  if (body.statements.some(statement => infersPart(statement, body.topics ?? [])))
    return 'infers columns from an external schema registry'
  return undefined
}

const isWithoutColumns = (statement: string): boolean =>
  /^\s*CREATE\s+(OR\s+REPLACE\s+)?(SOURCE\s+)?(STREAM|TABLE)\s+(IF\s+NOT\s+EXISTS\s+)?[\w`"]+\s*WITH\s*\([^)]*\)\s*;?\s*$/i.test(
    statement,
  )

/** Declares columns of only the key or only the value over a topic whose registered schema has the other part. */
function infersPart(statement: string, topics: readonly Topic[]): boolean {
  const declared =
    /^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:SOURCE\s+)?(?:STREAM|TABLE)\s+(?:IF\s+NOT\s+EXISTS\s+)?[\w`"]+\s*\(([\s\S]*)\)\s*WITH\s*\(([\s\S]*)\)\s*;?\s*$/i.exec(
      statement,
    )
  const name = declared && /kafka_topic\s*=\s*'([^']*)'/i.exec(declared[2] ?? '')?.[1]
  const topic = topics.find(each => each.name === name)
  const parsed = declared && parseColumns(declared[1] ?? '')
  if (!topic || !parsed || 'diagnostic' in parsed) return false
  const roles = parsed.columns.map(({constraint}) => constraint?.kind ?? 'VALUE')
  const hasKey = roles.includes('KEY') || roles.includes('PRIMARY KEY')
  return (topic.keySchema !== undefined && !hasKey) || (topic.valueSchema !== undefined && !roles.includes('VALUE'))
}
