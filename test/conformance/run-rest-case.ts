import {printType, quoteName, toJsonValue, type Engine, type ResultColumn, type Value} from '@millrace/engine'
import {difference, show} from './compare.ts'
import {normalSchema} from './normal-schema.ts'
import {earliest, failed, type Mode, type Outcome} from './outcome.ts'
import {createTopics, feed, outputsDifference} from './records.ts'
import type {Case, CaseRecord} from './suite.ts'

type Properties = Readonly<Record<string, unknown>>

/** A case against a running server: statements, then inputs, then queries whose rows are compared as a multiset. */
export async function runRestCase(body: Case['body'], open: Engine, mode: Mode): Promise<Outcome> {
  const isQuery = (statement: string): boolean => /^\s*SELECT\s/.test(statement)
  const first = body.statements.findIndex(isQuery)
  const admin = first < 0 ? body.statements : body.statements.slice(0, first)
  const queries = first < 0 ? [] : body.statements.slice(first)
  const properties = {...earliest, ...body.properties}
  const isPushedTo = body.inputConditions?.waitForActivePushQuery === true
  let engine = open
  await createTopics(engine, body)
  for (const statement of admin) {
    const result = await engine.execute(statement, {properties})
    if (result.kind === 'executed') continue
    if (!body.expectedError) return failed(`refused: ${result.message}`)
    return {kind: 'passed', messageMatches: result.message.includes(body.expectedError.message ?? '')}
  }
  const feedInputs = () => feed(engine, body.inputs ?? [], true)
  if (!isPushedTo) await feedInputs()
  await engine.settle()
  if (mode.reopen) engine = await mode.reopen()
  for (const [i, statement] of queries.entries()) {
    const expected = body.responses?.[admin.length + i]
    const rows = expected && 'query' in expected ? (expected['query'] as readonly QueryLine[]) : []
    const result = await runQuery(
      engine,
      statement,
      properties,
      isPushedTo ? feedInputs : undefined,
      rows.filter(line => line.row).length,
    )
    if ('rejected' in result) {
      if (!body.expectedError) return failed(`query refused: ${result.rejected}`)
      return {kind: 'passed', messageMatches: result.rejected.includes(body.expectedError.message ?? '')}
    }
    const problem = expected && rowsDifference(rows, result)
    if (problem && !(await isOtherChoice(engine, statement, properties, rows, result))) return failed(problem)
  }
  if (body.expectedError) return failed('expected a refusal, everything was accepted')
  await engine.settle()
  return (await outputsDifference(engine, restOutputs(body.outputs), mode)) ?? {kind: 'passed'}
}

/** Records of INSERT VALUES carry the time of the run; the cases write 0 for "any". */
const restOutputs = (outputs: readonly CaseRecord[] | undefined): CaseRecord[] =>
  (outputs ?? []).map(output => {
    if (output.timestamp !== 0) return output
    const {timestamp: _, ...rest} = output
    return rest
  })

type QueryLine = {
  readonly header?: {readonly schema?: string}
  readonly row?: {readonly columns: readonly unknown[]; readonly tombstone?: boolean}
  readonly finalMessage?: string
}
type QueryResult =
  | {readonly columns: readonly ResultColumn[]; readonly rows: readonly ResultRow[]; readonly isPush: boolean}
  | {readonly rejected: string}
type ResultRow = {readonly values: readonly unknown[]; readonly isTombstone: boolean}

async function runQuery(
  engine: Engine,
  sql: string,
  properties: Properties,
  whileOpen: (() => Promise<void>) | undefined,
  rowsExpected: number,
): Promise<QueryResult> {
  if (!/\bEMIT\s+(CHANGES|FINAL)\b/i.test(sql)) {
    const result = await engine.pull(sql, {properties})
    if (result.kind === 'rejected') return {rejected: result.message}
    const rows = result.rows.map(row => ({values: asJson(result.columns, row), isTombstone: false}))
    return {isPush: false, columns: result.columns, rows}
  }
  const subscription = await engine.push(sql, {properties})
  if (subscription.kind === 'rejected') return {rejected: subscription.message}
  await whileOpen?.()
  await engine.settle()
  const rows: ResultRow[] = []
  while (rows.length < rowsExpected) {
    const next = await Promise.race([subscription.next(), nothingFor(1_000)])
    if (!next || next.done) break
    next.value.rows.forEach((row, i) =>
      rows.push({values: asJson(subscription.columns, row), isTombstone: next.value.tombstones?.[i] ?? false}),
    )
  }
  await subscription.return?.()
  return {isPush: true, columns: subscription.columns, rows}
}

const nothingFor = (ms: number): Promise<undefined> => new Promise(resolve => setTimeout(() => resolve(undefined), ms).unref())

const asJson = (columns: readonly ResultColumn[], row: readonly Value[]): unknown[] =>
  columns.map((column, i) => toJsonValue(row[i] ?? null, column.type))

function rowsDifference(expected: readonly QueryLine[], actual: Exclude<QueryResult, {rejected: string}>): string | undefined {
  const header = expected.find(line => line.header)?.header?.schema
  const schema = actual.columns
    .map(column => `${quoteName(column.name)} ${printType(column.type)}${column.isKey && !actual.isPush ? ' KEY' : ''}`)
    .join(', ')
  if (header !== undefined && normalSchema(header) !== normalSchema(schema)) return `header: expected ${header}, found ${schema}`
  const remaining = [...actual.rows]
  for (const {row} of expected) {
    if (!row) continue
    const at = remaining.findIndex(
      candidate => (row.tombstone ?? false) === candidate.isTombstone && difference(row.columns, candidate.values) === undefined,
    )
    if (at < 0) return `row missing: ${show(row.columns)}; found ${show(actual.rows.map(it => it.values)).slice(0, 400)}`
    remaining.splice(at, 1)
  }
  return remaining.length > 0 ? `row not expected: ${show(remaining[0]?.values)}` : undefined
}

/** Which rows a pull query's LIMIT leaves is open: as many as expected, each of them one that the query has without LIMIT. */
async function isOtherChoice(
  engine: Engine,
  sql: string,
  properties: Properties,
  expected: readonly QueryLine[],
  found: Exclude<QueryResult, {rejected: string}>,
): Promise<boolean> {
  if (found.isPush || !/\bLIMIT\s+\d+\s*;?\s*$/i.test(sql)) return false
  const all = await runQuery(engine, sql.replace(/\bLIMIT\s+\d+\s*;?\s*$/i, ''), properties, undefined, 0)
  if ('rejected' in all || found.rows.length !== expected.filter(line => line.row).length) return false
  const chosen = {
    ...all,
    rows: all.rows.filter(row => found.rows.some(other => difference(row.values, other.values) === undefined)),
  }
  return (
    rowsDifference(
      [...expected.filter(line => line.header), ...found.rows.map(row => ({row: {columns: row.values}}))],
      chosen,
    ) === undefined
  )
}
