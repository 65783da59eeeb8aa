import {expect, test} from 'vitest'
import {must} from '../base/assert.ts'
import {inputsOf} from '../plan/plan-sources.ts'
import {scansOf} from '../plan/pull-plan.ts'
import type {PersistentPlan} from '../plan/query-plan.ts'
import type {Step} from '../plan/step.ts'
import {validatePlan} from '../plan/validate.ts'
import {printSchema} from '../schema/schema.ts'
import {compileScript} from './compile.ts'
import type {CompileCatalog, CompiledStatement, CompileOptions} from './statements/compiled-statement.ts'

const nothing: CompileCatalog = {
  source: () => undefined,
  sources: () => [],
  type: () => undefined,
  types: () => new Map(),
  readers: () => [],
  writers: () => [],
  query: () => undefined,
  topicPartitions: () => undefined,
  indexes: () => [],
}

const sources = `
  CREATE STREAM orders (id INT KEY, customer STRING, total DECIMAL(10, 2), items ARRAY<STRUCT<sku STRING, n INT>>) WITH (PARTITIONS=4);
  CREATE STREAM payments (id INT KEY, amount DOUBLE) WITH (PARTITIONS=4, VALUE_FORMAT='JSON');
  CREATE STREAM prices (id INT KEY, price DECIMAL(12, 3)) WITH (PARTITIONS=4);
  CREATE STREAM blobs (id INT KEY, content BYTES) WITH (PARTITIONS=4);
  CREATE TABLE customers (name STRING PRIMARY KEY, city STRING, age INT, unused BIGINT) WITH (PARTITIONS=4);
`

function compile(text: string, options: Partial<CompileOptions> = {}) {
  return compileScript(sources + text, nothing, {newQueryId: hint => hint, ...options})
}

/** The last statement of a script that must compile. */
function last(text: string, options: Partial<CompileOptions> = {}): CompiledStatement {
  const compiled = compile(text, options)
  if ('diagnostics' in compiled) throw new Error(compiled.diagnostics[0]?.message)
  return must(compiled.statements.at(-1), 'statement')
}

function planOf(text: string): PersistentPlan {
  const statement = last(text)
  if (statement.kind !== 'create-as' && statement.kind !== 'insert-select') throw new Error(`no plan: ${statement.kind}`)
  validatePlan(statement.plan)
  return statement.plan
}

const schemaOf = (text: string): string => printSchema(planOf(text).sink.schema)

/** Kinds of steps from the result down to the left-most source. */
function spine(step: Step): string[] {
  const [left] = inputsOf(step)
  return [step.kind, ...(left === undefined ? [] : spine(left))]
}

function refusal(text: string, options: Partial<CompileOptions> = {}): string {
  const compiled = compile(text, options)
  if (!('diagnostics' in compiled)) throw new Error('accepted')
  const {message, hint} = must(compiled.diagnostics[0], 'diagnostic')
  return hint === undefined ? message : `${message}\n${hint}`
}

test('a filter query keeps key and names, and unnamed expressions count from zero', () => {
  const text = `CREATE STREAM big AS SELECT id, UCASE(customer), total * 2, total AS t FROM orders WHERE total > 100`
  expect(schemaOf(text)).toBe('`ID` INTEGER KEY, `KSQL_COL_0` STRING, `KSQL_COL_1` DECIMAL(21, 2), `T` DECIMAL(10, 2)')
  expect(spine(planOf(text).root)).toEqual(['project', 'filter', 'source'])
})

test('grouping by something else than the key repartitions what the aggregate needs and nothing more', () => {
  const plan = planOf(
    `CREATE TABLE per_customer AS SELECT customer, COUNT(*) AS n, SUM(total) AS s FROM orders GROUP BY customer HAVING COUNT(*) > 1`,
  )
  expect(spine(plan.root)).toEqual(['project', 'filter', 'aggregate', 'rekey', 'project', 'source'])
  const rekey = find(plan.root, 'rekey')
  expect(rekey.needsRepartition).toBe(true)
  expect(rekey.schema.value.map(column => column.name)).toEqual(['CUSTOMER', 'TOTAL'])
})

test('grouping by the key stays in the partition', () => {
  expect(find(planOf(`CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM orders GROUP BY id`).root, 'rekey').needsRepartition).toBe(
    false,
  )
})

test('a window without GRACE waits a day less its size, and EMIT FINAL not at all', () => {
  const over = (emit: string) =>
    find(
      planOf(`CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM orders WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY id EMIT ${emit}`)
        .root,
      'aggregate',
    ).over
  expect(over('CHANGES')).toEqual({kind: 'tumbling', sizeMs: 3_600_000, graceMs: 82_800_000, retentionMs: 86_400_000})
  expect(over('FINAL')).toMatchObject({graceMs: 0})
})

test('a stream-table join repartitions the stream only, and filters the stream before that', () => {
  const plan = planOf(`
    CREATE STREAM o AS SELECT c.name, o.id, c.city, o.ROWTIME AS at
    FROM orders o LEFT JOIN customers c ON o.customer = c.name WHERE o.total > 5 AND c.city IS NOT NULL`)
  expect(printSchema(plan.sink.schema)).toBe('`NAME` STRING KEY, `ID` INTEGER, `CITY` STRING, `AT` BIGINT')
  expect(spine(plan.root)).toEqual(['project', 'filter', 'stream-table-join', 'rekey', 'project', 'filter', 'source'])
  const right = find(plan.root, 'stream-table-join').right
  expect(right.schema.value.map(column => column.name)).toEqual(['CITY'])
})

test('columns of a join get their source as prefix where two sources have them', () => {
  const text = `CREATE STREAM j AS SELECT o.id, p.id, customer, amount FROM orders o JOIN payments p WITHIN 1 HOUR ON o.id = p.id`
  expect(schemaOf(text)).toBe('`O_ID` INTEGER KEY, `P_ID` INTEGER, `CUSTOMER` STRING, `AMOUNT` DOUBLE')
})

test('a join without a plain key column has ROWKEY, which has to be selected', () => {
  const join = 'FROM orders o JOIN payments p WITHIN 1 HOUR ON ABS(o.id) = ABS(p.id)'
  expect(schemaOf(`CREATE STREAM j AS SELECT ROWKEY AS k, customer ${join}`)).toBe('`K` INTEGER KEY, `CUSTOMER` STRING')
  expect(refusal(`CREATE STREAM j AS SELECT o.id, customer ${join}`)).toContain(
    'must include the join expression ROWKEY in its projection',
  )
})

test('PARTITION BY gives the key of the result and leaves moving the rows to the sink', () => {
  const plan = planOf(`CREATE STREAM r AS SELECT * FROM payments PARTITION BY CAST(amount AS INT)`)
  expect(printSchema(plan.sink.schema)).toBe('`KSQL_COL_0` INTEGER KEY, `AMOUNT` DOUBLE, `ID` INTEGER')
  expect(find(plan.root, 'rekey').needsRepartition).toBe(false)
})

test('a result inherits the formats of its left-most source, and COLUMNS where none were named', () => {
  expect(planOf(`CREATE STREAM a AS SELECT * FROM payments`).sink.formats.value.name).toBe('JSON')
  expect(planOf(`CREATE STREAM a AS SELECT * FROM orders`).sink.formats.value.name).toBe('COLUMNS')
})

test('INSERT INTO … SELECT widens DECIMALs where no digit can be lost', () => {
  const {root} = planOf('INSERT INTO prices SELECT id, total AS price FROM orders')
  expect(find(root, 'project').value).toMatchObject([{kind: 'cast', type: {precision: 12, scale: 3}}])
})

test('text is read as base64 where BYTES are inserted', () => {
  const inserted = last("INSERT INTO blobs (id, content) VALUES (1, 'AQID')")
  expect(inserted).toMatchObject({rows: [{values: [1, Uint8Array.of(1, 2, 3)]}]})
})

test('a pull query knows the keys and windows that its WHERE names', () => {
  const windowed = `CREATE TABLE w AS SELECT customer, COUNT(*) AS n FROM orders WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY customer;`
  const statement = last(
    `${windowed} SELECT * FROM w WHERE customer IN ('a', 'b') AND WINDOWSTART >= 1000 AND WINDOWSTART < 5000 AND n > 1`,
  )
  if (statement.kind !== 'pull') throw new Error(statement.kind)
  const [scan] = scansOf(statement.plan.root)
  expect(scan?.keys?.map(key => key.map(part => part.kind === 'literal' && part.value))).toEqual([['a'], ['b']])
  expect(scan?.windowStart).toEqual({from: 1000, to: 4999})
  expect(statement.plan.columns.map(column => column.name)).toEqual(['CUSTOMER', 'WINDOWSTART', 'WINDOWEND', 'N'])
})

test('ROWKEY names the only key column in pull and push queries', () => {
  const statement = last(`SELECT city FROM customers WHERE ROWKEY = 'jay'`)
  expect(statement.kind === 'pull' && scansOf(statement.plan.root)[0]?.keys).toHaveLength(1)
  expect(last(`SELECT city FROM customers WHERE ROWKEY = 'jay' EMIT CHANGES`).kind).toBe('push')
})

test('a push query reads keys beside the projection, so that a tombstone still has them', () => {
  const statement = last(`SELECT city, name FROM customers EMIT CHANGES LIMIT 2`)
  if (statement.kind !== 'push') throw new Error(statement.kind)
  expect(statement.plan.output).toMatchObject([
    {index: 1, name: 'CITY'},
    {index: 0, name: 'NAME'},
  ])
  expect(statement.plan.limit).toBe(2)
})

test('parameters are literals: text in them cannot become anything else', () => {
  const statement = last(`INSERT INTO customers (name, age) VALUES (:name, $1)`, {
    parameters: {name: `x'); DROP TABLE customers; --`, 1: 7},
  })
  expect(statement).toMatchObject({kind: 'insert-values', rows: [{values: [`x'); DROP TABLE customers; --`, null, 7, null]}]})
  expect(refusal(`INSERT INTO customers (name) VALUES (:other)`, {parameters: {}})).toContain(':other')
})

test('DELETE needs the whole key and nothing else', () => {
  expect(last(`DELETE FROM customers WHERE name IN ('a', 'b')`)).toMatchObject({kind: 'delete-rows', keys: [['a'], ['b']]})
  expect(refusal(`DELETE FROM customers WHERE name = 'a' AND age > 3`)).toContain('DELETE needs the whole key')
})

test('a script is checked against what its earlier statements will have made', () => {
  expect(refusal(`DROP TABLE customers; SELECT * FROM customers;`)).toContain('CUSTOMERS does not exist.')
  expect(refusal(`CREATE STREAM x AS SELECT * FROM orders; DROP STREAM orders;`)).toContain('read from this source: [CSAS_X]')
  expect(refusal(`CREATE TABLE customers (a INT PRIMARY KEY, b INT)`)).toContain('A table with the same name already exists')
})

test('CREATE OR REPLACE continues the query if its state still means the same', () => {
  const first = 'CREATE TABLE n AS SELECT id, COUNT(*) AS c FROM orders GROUP BY id;'
  expect(
    last(`${first} CREATE OR REPLACE TABLE n AS SELECT id, COUNT(*) AS c FROM orders WHERE total > 1 GROUP BY id`),
  ).toMatchObject({
    kind: 'create-as',
    continues: 'CTAS_N',
  })
  expect(
    refusal(`${first} CREATE OR REPLACE TABLE n AS SELECT id, COUNT(*) AS c, SUM(total) AS s FROM orders GROUP BY id`),
  ).toContain('the aggregation differs')
})

const refused: readonly (readonly [string, string])[] = [
  ['CREATE STREAM x AS SELECT id, custmer FROM orders', `SELECT column 'CUSTMER' cannot be resolved.\nDid you mean "CUSTOMER"?`],
  ['CREATE STREAM x AS SELECT customer FROM orders', 'must include the key column ID in its projection'],
  ['CREATE STREAM x AS SELECT id, id AS i2, total FROM orders', 'more than once, aliased as: I2 and ID'],
  ['CREATE TABLE x AS SELECT customer, total, COUNT(*) AS n FROM orders GROUP BY customer', 'not part of GROUP BY: TOTAL'],
  ['CREATE STREAM x AS SELECT id, COUNT(*) AS n FROM orders GROUP BY id', 'Please use CREATE TABLE AS SELECT statement instead.'],
  ['CREATE TABLE x AS SELECT COUNT(*) AS n FROM orders', 'without a GROUP BY clause'],
  [
    "CREATE STREAM x AS SELECT * FROM orders WHERE id >= '1'",
    "Cannot compare ID (INTEGER) to '1' (STRING) with GREATER_THAN_OR_EQUAL.",
  ],
  ['CREATE STREAM x AS SELECT * FROM orders WHERE id', 'Should evaluate to boolean but is ID (INTEGER) instead.'],
  ['CREATE STREAM x AS SELECT * FROM orders o JOIN payments p ON o.id = p.id', 'must have a WITHIN clause'],
  ['CREATE STREAM x AS SELECT * FROM orders o JOIN customers c ON o.customer = c.city', "join on the table's primary key"],
  ['CREATE STREAM x AS SELECT id, WONT(total) FROM orders', "Can't find any functions with the name 'WONT'"],
  ["CREATE STREAM x WITH (KEY_FORMT='JSON') AS SELECT * FROM orders", 'Did you mean "KEY_FORMAT"?'],
  ['CREATE TABLE x (a INT, b INT)', 'Tables require a PRIMARY KEY'],
  ['INSERT INTO customers (city) VALUES (1)', 'is required for tables'],
  ['INSERT INTO orders (id, total) VALUES (1, 3.256)', 'Expected type DECIMAL(10, 2)'],
  ["INSERT INTO orders (id, total) VALUES (1, '3.256')", 'Expected type DECIMAL(10, 2)'],
  ["INSERT INTO blobs (id, content) VALUES (1, '10!')", 'invalid input syntax for type BYTES'],
  ['INSERT INTO prices SELECT id, total * 1.5 AS price FROM orders', 'Incompatible schema between results and sink.'],
  ['CREATE TABLE x AS SELECT customer, TOPK(id, 0) AS t FROM orders GROUP BY customer', 'k must be 1 or greater, not 0'],
  ['CREATE STREAM x AS SELECT id, total AS `RowTime` FROM orders', '`ROWTIME` is a reserved column name'],
  [
    "CREATE STREAM x (at BIGINT) WITH (TIMESTAMP='at', TIMESTAMP_FORMAT='yyyy')",
    'only be used when the timestamp column is of type STRING',
  ],
  ["CREATE STREAM x (at STRING) WITH (TIMESTAMP='at', TIMESTAMP_FORMAT='yyyy{')", "Invalid TIMESTAMP_FORMAT 'yyyy{'"],
  ['TERMINATE nothing', 'Unknown queryId: NOTHING'],
]
test.each(refused)('%s is refused with a reason', (text, reason) => expect(refusal(text)).toContain(reason))

function find<K extends Step['kind']>(step: Step, kind: K): Extract<Step, {kind: K}> {
  const found = [step, ...below(step)].find((candidate): candidate is Extract<Step, {kind: K}> => candidate.kind === kind)
  return must(found, `a ${kind} step`)
}

const below = (step: Step): Step[] => inputsOf(step).flatMap(input => [input, ...below(input)])
