import type {Case} from './suite.ts'

/**
 * The same case with Millrace's own columns where it names JSON values. Cases about values that stand bare, and refusals, which
 * may be about the format, stay as they are.
 */
export function inColumns(body: Case['body']): Case['body'] {
  const isRefused = body.expectedException !== undefined || body.expectedError !== undefined
  const isBare =
    body.statements.some(text => /WRAP_SINGLE_VALUE/i.test(text)) ||
    'ksql.persistence.wrap.single.values' in (body.properties ?? {})
  return isRefused || isBare ? body : {...body, statements: body.statements.map(withColumns)}
}

const withColumns = (statement: string): string =>
  statement
    .replaceAll(/\bvalue_format\s*=\s*'json'/gi, `value_format='COLUMNS'`)
    .replaceAll(/(?<!_)\bformat\s*=\s*'json'/gi, `key_format='JSON', value_format='COLUMNS'`)
