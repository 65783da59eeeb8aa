import type {Case} from './suite.ts'

const testOnlyFunctions =
  /\b(TEST_UDF|BAD_UDF|BAD_TEST_UDF|WHENCONDITION|WHENRESULT|TEST_UDTF|BAD_TEST_UDTF|THROWING_UDTF|TEST_UDAF|BAD_TEST_UDAF|VAR_ARG|MID_VAR_ARG|GENERIC_VAR_ARG|OBJ_COL_ARG|MULTI_ARG|FOUR_ARG|FIVE_ARG|MULTIPLY|MULTIPLY2|TOLIST|TOMAP|TOSTRING|TOSTRUCT|BACKWARD_CONCAT)\s*\(/i

/** Why a case can not be run against Millrace at all; undefined: it can. A skipped case never counts as passed. */
export function skipReason({body, file}: Case): string | undefined {
  if (body.enabled === false) return 'disabled in ksqlDB itself'
  const text = body.statements.join('\n')
  if (testOnlyFunctions.test(text)) return "needs a function of ksqlDB's own test code"
  if (/_SCHEMA_ID\s*=/i.test(text) || /SCHEMA_FULL_NAME\s*=/i.test(text)) return 'needs an external schema registry'
  const hasRegistrySchema = (body.topics ?? []).some(
    topic => [topic.keySchema, topic.valueSchema, topic.keySchemaId, topic.valueSchemaId, topic.keySchemaReferences, topic.valueSchemaReferences].some(it => it !== undefined),
  )
  if (hasRegistrySchema && body.statements.some(isWithoutColumns)) return 'infers columns from an external schema registry'
  if (file === 'pull-queries-protobuf') return "is about ksqlDB's Protobuf transport"
  return undefined
}

const isWithoutColumns = (statement: string): boolean =>
  /^\s*CREATE\s+(OR\s+REPLACE\s+)?(SOURCE\s+)?(STREAM|TABLE)\s+(IF\s+NOT\s+EXISTS\s+)?[\w`"]+\s*WITH\s*\([^)]*\)\s*;?\s*$/i.test(statement)
