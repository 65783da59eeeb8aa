import {expect, test} from 'vitest'
import type {SqlDiagnostic} from './diagnostic.ts'
import {parseColumns, parseExpression, parseScript, parseType} from './parse-script.ts'
import type {ScriptOptions} from './parse-script.ts'
import type {Query} from './query-ast.ts'
import type {Statement} from './statement-ast.ts'

function statementsOf(text: string, options?: ScriptOptions): readonly Statement[] {
  const result = parseScript(text, options)
  if ('diagnostic' in result) throw new Error(`${result.diagnostic.message} in ${text}`)
  return result.statements
}

function diagnosticOf(text: string): SqlDiagnostic {
  const result = parseScript(text)
  if ('statements' in result) throw new Error(`parses, but should not: ${text}`)
  return result.diagnostic
}

function queryOf(text: string): Query {
  const [statement] = statementsOf(text)
  if (statement?.kind !== 'Select') throw new Error(`no query: ${text}`)
  return statement.query
}

test('a script has its statements in order, each with its text; the last semicolon may be missing', () => {
  const text = 'SHOW STREAMS; -- all\n\n/* and */ DESCRIBE orders;;\nSELECT * FROM orders'
  const statements = statementsOf(text)
  expect(statements.map(statement => statement.text)).toEqual(['SHOW STREAMS', 'DESCRIBE orders', 'SELECT * FROM orders'])
  for (const {span, text: own} of statements) expect(text.slice(span.start, span.end)).toBe(own)
})

test('a text of blanks and comments has no statements', () => {
  expect(statementsOf(' ;\n-- nothing\n/* more */;')).toEqual([])
})

test.each([
  "CREATE OR REPLACE STREAM IF NOT EXISTS s (id INT KEY, h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS, b BYTES HEADER('k'))",
  `CREATE SOURCE TABLE t (id BIGINT PRIMARY KEY, d DECIMAL(10, 2)) WITH (KAFKA_TOPIC='t', PARTITIONS=4, WRAP_SINGLE_VALUE=false)`,
  `CREATE TABLE t WITH (FORMAT='JSON') AS SELECT id, COUNT(*) FROM s WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 5 MINUTES, ` +
    `RETENTION 1 DAY, GRACE PERIOD 0 SECONDS) GROUP BY id HAVING COUNT(*) > 3 EMIT FINAL`,
  `INSERT INTO s WITH (QUERY_ID='q') SELECT * FROM a`,
  `INSERT INTO s (id, name) VALUES (1, 'x'), ($1, :name)`,
  'DROP TABLE IF EXISTS t DELETE TOPIC',
  'TERMINATE ALL',
  'PAUSE csas_a_1',
  'RESUME ALL',
  `SET 'auto.offset.reset' = 'earliest'`,
  `UNSET 'auto.offset.reset'`,
  `ALTER SYSTEM 'a' = 'b'`,
  'UNDEFINE v',
  'SHOW ALL TOPICS EXTENDED',
  'LIST SOURCE CONNECTORS',
  'SHOW CONNECTOR PLUGINS',
  'DESCRIBE FUNCTION ucase',
  'DESCRIBE STREAMS EXTENDED',
  'EXPLAIN SELECT * FROM s EMIT CHANGES',
  'EXPLAIN ctas_a_1',
  `PRINT 'raw-topic' FROM BEGINNING SAMPLE 2 LIMIT 5`,
  'CREATE TYPE IF NOT EXISTS address AS STRUCT<street STRING, tags VARCHAR ARRAY>',
  'DROP TYPE address',
  'ALTER STREAM s ADD COLUMN a INT, ADD b STRING',
  `CREATE SINK CONNECTOR IF NOT EXISTS c WITH ("connector.class"='x', 'tasks.max'='1')`,
  'DROP CONNECTOR IF EXISTS c',
  'ASSERT NOT EXISTS TOPIC t WITH (partitions=1) TIMEOUT 10 SECONDS',
  `ASSERT SCHEMA SUBJECT 'a-value' ID 3 TIMEOUT 1 MINUTE`,
  'CREATE INDEX IF NOT EXISTS by_name ON t (name, id)',
  'CREATE INDEX ON t (name)',
  'DROP INDEX by_name',
  'DELETE FROM t WHERE id = 3',
  'WITH a AS (SELECT * FROM s), b AS (SELECT x FROM a) SELECT * FROM b ORDER BY x DESC NULLS LAST LIMIT 10 OFFSET $1',
  'SELECT a.*, b->*, (SELECT_LIST[1] + 1) x FROM (SELECT * FROM s) a LEFT JOIN t AS b WITHIN (1 HOUR, 2 DAYS) GRACE PERIOD 1 DAY ' +
    'ON a.id = b.id WHERE TRUE PARTITION BY (a.id, 2)',
])('parses %s', text => {
  expect(statementsOf(text)).toHaveLength(1)
})

test.each(['UPDATE t SET a = 1', 'CREATE VIEW v AS SELECT * FROM s', 'SPOOL x', 'BEGIN'])(
  '%s: there is something instead',
  text => {
    const {message, hint} = diagnosticOf(text)
    expect(message).toContain('Syntax Error at or near')
    expect(hint).toBeDefined()
  },
)

test('names without quotes are upper-cased, names in quotes keep their case', () => {
  const columns = queryOf('SELECT id, `id`, "I""d", 5_min FROM s').select
  const names = columns.map(item =>
    item.kind === 'SelectExpression' && item.expression.kind === 'ColumnRef' ? item.expression : null,
  )
  expect(names.map(ref => [ref?.name.text, ref?.name.isQuoted])).toEqual([
    ['ID', false],
    ['id', true],
    ['I"d', true],
    ['5_MIN', false],
  ])
})

test('keywords that only begin clauses are good names', () => {
  const query = queryOf('SELECT offset, order, key, partition, emit, size FROM changes ORDER BY order LIMIT 1 OFFSET 2')
  expect(query.select).toHaveLength(6)
  expect(query.from).toMatchObject({name: {text: 'CHANGES'}, alias: undefined})
  expect(query.offset).toMatchObject({text: '2'})
})

test.each([
  ['1', 'IntegerLiteral'],
  ['-9223372036854775808', 'IntegerLiteral'],
  ['1.5', 'DecimalLiteral'],
  ['.5', 'DecimalLiteral'],
  ['-1.', 'DecimalLiteral'],
  ['1E-3', 'DoubleLiteral'],
  ['1.5e0', 'DoubleLiteral'],
  [`DATE '2024-01-31'`, 'TypedLiteral'],
  ['$1', 'Parameter'],
  [':name', 'Parameter'],
  ['DAYS', 'ColumnRef'],
  ['x->y[1]', 'Subscript'],
])('%s is a %s', (text, kind) => {
  expect(parseExpression(text)).toMatchObject({expression: {kind}})
})

test('operators bind as in ksqlDB', () => {
  expect(parseExpression('NOT a = 1 AND b || c + -d * 2 LIKE e OR f')).toMatchObject({
    expression: {
      op: 'OR',
      left: {
        op: 'AND',
        left: {kind: 'Not', operand: {kind: 'Comparison'}},
        right: {kind: 'Like', operand: {op: '||', right: {op: '+', right: {op: '*', left: {kind: 'Unary'}}}}},
      },
    },
  })
})

test('types are normalized, unknown names are left to the analyzer', () => {
  expect(parseType('MAP<STRING, ARRAY<INTEGER>>')).toMatchObject({
    type: {key: {name: 'VARCHAR'}, value: {element: {name: 'INT'}}},
  })
  expect(parseType('address')).toMatchObject({type: {kind: 'CustomType', name: {text: 'ADDRESS'}}})
  expect(parseColumns('`ID` STRING KEY, v STRUCT<>')).toMatchObject({
    columns: [{constraint: {kind: 'KEY'}}, {type: {fields: []}}],
  })
})

test('variables stand for one name or literal, and for text inside quotes', () => {
  const text = `DEFINE topic = 'it''s'; CREATE STREAM \${name} (a INT) WITH (kafka_topic='\${TOPIC}-\${other}', partitions=\${n});`
  const [, create] = statementsOf(text, {
    variables: new Map([
      ['NAME', 'Orders'],
      ['n', '4'],
    ]),
  })
  expect(create).toMatchObject({
    name: {text: 'ORDERS', span: {start: text.indexOf('${name}'), end: text.indexOf('${name}') + 7}},
    properties: [{value: {value: "it's-${other}"}}, {value: {kind: 'IntegerLiteral', text: '4'}}],
  })
})

test('a variable cannot bring in syntax', () => {
  const result = parseScript('DROP STREAM ${s}', {variables: new Map([['s', 'a; DROP STREAM b']])})
  expect(result).toMatchObject({
    diagnostic: {code: 'SQL_SYNTAX', message: expect.stringContaining('neither one name nor one literal')},
  })
})

test.each([
  ['SELEECT * FROM s', 'SELEECT', 'did you mean SELECT?'],
  ['CREATE STRAEM s (a INT)', 'STRAEM', 'did you mean STREAM?'],
  ['SELECT * FORM s', 'FORM', 'did you mean FROM?'],
  ['SELECT * FROM s WEHRE a = 1', 'WEHRE', 'did you mean WHERE?'],
  ['SELECT * FROM s WHERE a = 1 GRUOP BY a', 'GRUOP', 'did you mean GROUP?'],
  ['SELECT a FROM s WHERE a = 1 WINDOW TUMBLING (SIZE 1 DAY) GROUP BY a', 'WINDOW', 'WINDOW comes before WHERE'],
  ['SELECT a FROM s LIMIT 3 EMIT CHANGES', 'EMIT', /^EMIT comes before LIMIT/],
  ['CREATE STREAM s (group INT)', 'group', 'GROUP is a reserved word; as a name it is written `group`'],
  ['SELECT a.b.c FROM a', '.', 'a field of a STRUCT is reached with ->'],
  ['SELECT * FROM s WHERE a = b = c', '=', 'put one of the two conditions in parentheses'],
  ["SELECT x AT TIME ZONE 'UTC' FROM s", 'AT', /CONVERT_TZ/],
  ['SELECT * FROM s WHERE a = \u2018x\u2019', '\u2018', "did you mean ' ?"],
])('%s: the mistake is found at %s', (text, found, hint) => {
  const {message, span, hint: given} = diagnosticOf(text)
  expect(message).toContain('Syntax Error')
  expect(text.slice(span.start, span.end)).toBe(found)
  expect(given).toMatch(hint)
})

test('a message names what was found and what was expected', () => {
  expect(diagnosticOf('DROP 5').message).toBe(
    "Syntax Error at or near '5': expected STREAM, TABLE, TYPE, INDEX, TOPIC or CONNECTOR",
  )
  expect(diagnosticOf('INSERT INTO s VALUES (1').message).toBe(
    "Syntax Error at the end of the statement: expected an operator, ',' or ')'",
  )
  expect(diagnosticOf(`SELECT 'open FROM s`)).toMatchObject({span: {start: 7, end: 8}})
})

test('a number beyond its type is refused with its text', () => {
  expect(diagnosticOf('SELECT 9223372036854775808 FROM s').message).toContain('Invalid numeric literal: 9223372036854775808')
  expect(diagnosticOf('SELECT 1.7976931348623159E308 FROM s').message).toContain(
    'Number overflows DOUBLE: 1.7976931348623159E308',
  )
})
