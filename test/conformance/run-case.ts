import type {Engine, LogRecord, ProduceRecord, ResultColumn, Value} from '@millrace/engine'
import {printSchema, toJsonValue, printType, quoteName} from '@millrace/engine'
import {NumberText} from '@millrace/engine/testing'
import {difference, show} from './compare.ts'
import {delimitedReader} from './delimited.ts'
import {normalSchema} from './normal-schema.ts'
import {Digits, type Case, type CaseRecord, type ExpectedSource} from './suite.ts'

export type Outcome =
  | {readonly kind: 'passed'; readonly messageMatches?: boolean}
  | {readonly kind: 'failed'; readonly reason: string}

const failed = (reason: string): Outcome => ({kind: 'failed', reason})

/** How a case is run; results must not depend on it. */
export type Mode = {
  /** One record at a time, or runs of records to the same topic at once. */
  readonly isBatched: boolean
  /** Reopens the engine after half of the inputs. */
  readonly reopen?: () => Promise<Engine>
}

export async function runCase(given: Case, open: Engine, mode: Mode): Promise<Outcome> {
  return given.isRest ? runRestCase(given, open) : runQueryCase(given, open, mode)
}

const earliest = {'auto.offset.reset': 'earliest'}

async function runQueryCase({body}: Case, open: Engine, mode: Mode): Promise<Outcome> {
  let engine = open
  const properties = {...earliest, ...body.properties}
  await createTopics(engine, body.topics ?? [])
  for (const [i, statement] of body.statements.entries()) {
    const result = await engine.execute(statement, {properties})
    if (result.kind === 'executed') continue
    if (body.expectedException === undefined) return failed(`refused: ${result.message}`)
    if (i < body.statements.length - 1) return failed(`an earlier statement was refused: ${result.message}`)
    return {kind: 'passed', messageMatches: result.message.includes(body.expectedException.message ?? '')}
  }
  const inputs = body.inputs ?? []
  const half = mode.reopen ? Math.floor(inputs.length / 2) : inputs.length
  await feed(engine, inputs.slice(0, half), mode.isBatched)
  if (mode.reopen) {
    engine = await mode.reopen()
    await feed(engine, inputs.slice(half), mode.isBatched)
  }
  await engine.settle()
  if (body.expectedException !== undefined)
    return engine.queries().some(query => query.state === 'FAILED') ? {kind: 'passed', messageMatches: false} : failed('expected a refusal, everything was accepted')
  return (await outputsDifference(engine, body.outputs ?? [])) ?? sourcesDifference(engine, body.post?.sources ?? []) ?? {kind: 'passed'}
}

async function createTopics(engine: Engine, topics: NonNullable<Case['body']['topics']>): Promise<void> {
  for (const topic of topics) await engine.createTopic({name: topic.name, partitions: topic.partitions ?? 1})
}

/** Produces the inputs in file order; each runs to completion, or each run of records to one topic does. */
async function feed(engine: Engine, inputs: readonly CaseRecord[], isBatched: boolean): Promise<void> {
  let at = 0
  while (at < inputs.length) {
    const topic = inputs[at]?.topic ?? ''
    let end = at + 1
    while (isBatched && end < inputs.length && inputs[end]?.topic === topic) end++
    if (!(await engine.topic(topic))) await engine.createTopic({name: topic, partitions: 1})
    await engine.produce({topic, records: inputs.slice(at, end).map(toRecord)})
    await engine.settle()
    at = end
  }
}

const toRecord = (input: CaseRecord): ProduceRecord => ({
  key: plain(input.key ?? null),
  value: plain(input.value ?? null),
  timestampMs: input.timestamp ?? 0,
  headers: (input.headers ?? []).map(({KEY, VALUE}) => ({key: KEY, value: VALUE === null ? null : Buffer.from(VALUE, 'base64')})),
  ...(input.window ? {window: {startMs: input.window.start, endMs: input.window.end}} : {}),
})

/** Numbers keep their spelling: a DECIMAL column keeps the digits, a VARCHAR column the text. */
function plain(value: unknown): unknown {
  if (value instanceof Digits) return new NumberText(value.text)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  return value
}

async function outputsDifference(engine: Engine, outputs: readonly CaseRecord[]): Promise<Outcome | undefined> {
  for (const topic of new Set(outputs.map(output => output.topic))) {
    const expected = outputs.filter(output => output.topic === topic)
    const actual = await allRecords(engine, topic)
    const readLine = delimitedReader(engine.sources().find(source => source.topic === topic))
    if (actual === undefined) return failed(`topic ${topic} does not exist`)
    for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
      const wanted = expected[i]
      const problem = recordDifference(wanted && readLine(wanted), actual[i])
      if (problem) return failed(`${topic} record ${i}: ${problem}${describeFailure(engine)}`)
    }
  }
  return undefined
}

const describeFailure = (engine: Engine): string => {
  const error = engine.queries().find(query => query.error)?.error
  return error ? ` (a query failed: ${error})` : ''
}

function recordDifference(expected: CaseRecord | undefined, actual: LogRecord | undefined): string | undefined {
  if (!expected) return `not expected: ${show({key: actual?.key, value: actual?.value, timestamp: actual?.timestampMs})}`
  if (!actual) return `missing: ${show({key: expected.key, value: expected.value})}`
  const headers = (actual.headers ?? []).map(({key, value}) => ({KEY: key, VALUE: value === null ? null : Buffer.from(value).toString('base64')}))
  return (
    difference(expected.key ?? null, actual.key, 'key') ??
    difference(expected.value ?? null, actual.value, 'value') ??
    (expected.timestamp === undefined ? undefined : difference(expected.timestamp, actual.timestampMs, 'timestamp')) ??
    difference(expected.headers ?? [], headers, 'headers') ??
    windowDifference(expected, actual)
  )
}

function windowDifference({window}: CaseRecord, actual: LogRecord): string | undefined {
  if (!window) return actual.window ? `window: not expected, found ${show(actual.window)}` : undefined
  return difference({startMs: window.start, endMs: window.end}, actual.window, 'window')
}

async function allRecords(engine: Engine, topic: string): Promise<LogRecord[] | undefined> {
  if (!(await engine.topic(topic))) return undefined
  const records: LogRecord[] = []
  let page = await engine.records({topic, from: {kind: 'earliest'}, recordsMax: 1000})
  records.push(...page.records)
  while (!page.isAtEnd) {
    page = await engine.records({topic, from: {kind: 'cursor', cursor: page.cursor}, recordsMax: 1000})
    records.push(...page.records)
  }
  return records
}

function sourcesDifference(engine: Engine, expected: readonly ExpectedSource[]): Outcome | undefined {
  for (const {name, type, schema} of expected) {
    const source = engine.sources().find(it => it.name === name)
    if (!source) return failed(`source ${name} does not exist`)
    if (source.kind !== type.toLowerCase()) return failed(`source ${name}: expected a ${type}, found a ${source.kind}`)
    const found = printSchema(source.schema)
    if (schema !== undefined && normalSchema(schema) !== normalSchema(found)) return failed(`source ${name}: expected ${schema}, found ${found}`)
  }
  return undefined
}

// Cases against a running server: statements, then inputs, then queries whose rows are compared as a multiset.

async function runRestCase({body}: Case, engine: Engine): Promise<Outcome> {
  const isQuery = (statement: string): boolean => /^\s*SELECT\s/.test(statement)
  const first = body.statements.findIndex(isQuery)
  const admin = first < 0 ? body.statements : body.statements.slice(0, first)
  const queries = first < 0 ? [] : body.statements.slice(first)
  const properties = {...earliest, ...body.properties}
  await createTopics(engine, body.topics ?? [])
  for (const statement of admin) {
    const result = await engine.execute(statement, {properties})
    if (result.kind === 'executed') continue
    return body.expectedError ? {kind: 'passed', messageMatches: result.message.includes(body.expectedError.message ?? '')} : failed(`refused: ${result.message}`)
  }
  const feedInputs = () => feed(engine, body.inputs ?? [], true)
  if (!body.inputConditions?.waitForActivePushQuery) await feedInputs()
  await engine.settle()
  for (const [i, statement] of queries.entries()) {
    const expected = body.responses?.[admin.length + i]
    const rows = expected && 'query' in expected ? (expected.query as readonly QueryLine[]) : undefined
    const result = await runQuery(engine, statement, properties, body.inputConditions?.waitForActivePushQuery ? feedInputs : undefined, rows?.filter(line => line.row).length ?? 0)
    if ('rejected' in result) {
      if (body.expectedError) return {kind: 'passed', messageMatches: result.rejected.includes(body.expectedError.message ?? '')}
      return failed(`query refused: ${result.rejected}`)
    }
    const problem = rows && rowsDifference(rows, result)
    if (problem) return failed(problem)
  }
  if (body.expectedError) return failed('expected a refusal, everything was accepted')
  await engine.settle()
  return (await outputsDifference(engine, restOutputs(body.outputs))) ?? {kind: 'passed'}
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
type QueryResult = {readonly columns: readonly ResultColumn[]; readonly rows: readonly ResultRow[]; readonly isPush: boolean} | {readonly rejected: string}
type ResultRow = {readonly values: readonly unknown[]; readonly isTombstone: boolean}

async function runQuery(
  engine: Engine,
  sql: string,
  properties: Readonly<Record<string, unknown>>,
  whileOpen: (() => Promise<void>) | undefined,
  rowsExpected: number,
): Promise<QueryResult> {
  if (!/\bEMIT\s+(CHANGES|FINAL)\b/i.test(sql)) {
    const result = await engine.pull(sql, {properties})
    return result.kind === 'rejected'
      ? {rejected: result.message}
      : {isPush: false, columns: result.columns, rows: result.rows.map(row => ({values: asJson(result.columns, row), isTombstone: false}))}
  }
  const subscription = await engine.push(sql, {properties})
  if (subscription.kind === 'rejected') return {rejected: subscription.message}
  await whileOpen?.()
  await engine.settle()
  const rows: ResultRow[] = []
  while (rows.length < rowsExpected) {
    const next = await Promise.race([subscription.next(), nothingFor(1_000)])
    if (!next || next.done) break
    next.value.rows.forEach((row, i) => rows.push({values: asJson(subscription.columns, row), isTombstone: next.value.tombstones?.[i] ?? false}))
  }
  await subscription.return?.()
  return {isPush: true, columns: subscription.columns, rows}
}

const nothingFor = (ms: number): Promise<undefined> => new Promise(resolve => setTimeout(() => resolve(undefined), ms).unref())

const asJson = (columns: readonly ResultColumn[], row: readonly Value[]): unknown[] =>
  columns.map((column, i) => toJsonValue(row[i] ?? null, column.type))

function rowsDifference(expected: readonly QueryLine[], actual: Exclude<QueryResult, {rejected: string}>): string | undefined {
  const header = expected.find(line => line.header)?.header?.schema
  const schema = actual.columns.map(column => `${quoteName(column.name)} ${printType(column.type)}${column.isKey && !actual.isPush ? ' KEY' : ''}`).join(', ')
  if (header !== undefined && normalSchema(header) !== normalSchema(schema)) return `header: expected ${header}, found ${schema}`
  const remaining = [...actual.rows]
  for (const {row} of expected) {
    if (!row) continue
    const at = remaining.findIndex(candidate => (row.tombstone ?? false) === candidate.isTombstone && difference(row.columns, candidate.values) === undefined)
    if (at < 0) return `row missing: ${show(row.columns)}; found ${show(actual.rows.map(it => it.values)).slice(0, 400)}`
    remaining.splice(at, 1)
  }
  return remaining.length > 0 ? `row not expected: ${show(remaining[0]?.values)}` : undefined
}
