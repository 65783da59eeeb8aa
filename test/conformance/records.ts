import type {Engine, LogRecord, ProduceRecord} from '@millrace/engine'
import {NumberText} from '@millrace/engine/testing'
import {difference, show} from './compare.ts'
import {delimitedReader} from './delimited.ts'
import {failed, type Mode, type Outcome} from './outcome.ts'
import {Digits, type Case, type CaseRecord} from './suite.ts'

/** Topics that a case lists; without a number of its own a topic has the partitions that a statement names for it. */
export async function createTopics(engine: Engine, {topics = [], statements}: Case['body']): Promise<void> {
  const named = (topic: string): number | undefined => {
    const statement = statements.find(text => new RegExp(`kafka_topic\\s*=\\s*'${topic}'`, 'i').test(text))
    const found = statement && /\bpartitions\s*=\s*'?(\d+)/i.exec(statement)
    return found ? Number(found[1]) : undefined
  }
  for (const {name, partitions} of topics) await engine.createTopic({name, partitions: partitions ?? named(name) ?? 1})
}

/** Produces the inputs in file order; each runs to completion, or each run of records to one topic does. */
export async function feed(engine: Engine, inputs: readonly CaseRecord[], isBatched: boolean): Promise<void> {
  let at = 0
  while (at < inputs.length) {
    const topic = inputs[at]?.topic ?? ''
    const run = inputs.findIndex((input, i) => i > at && (!isBatched || input.topic !== topic))
    const end = run < 0 ? inputs.length : run
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
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  return value
}

/** Of the topics that the case names: exact number, exact order. */
export async function outputsDifference(
  engine: Engine,
  outputs: readonly CaseRecord[],
  {isInColumns}: Mode,
): Promise<Outcome | undefined> {
  for (const topic of new Set(outputs.map(output => output.topic))) {
    const readLine = delimitedReader(engine.sources().find(source => source.topic === topic))
    const expected = outputs
      .filter(output => output.topic === topic)
      .map(readLine)
      .map(record => (isInColumns ? withoutNullKey(record) : record))
    const actual = await allRecords(engine, topic)
    if (actual === undefined) return failed(`topic ${topic} does not exist`)
    const found = inExpectedOrder(expected, actual)
    for (let i = 0; i < Math.max(expected.length, found.length); i++) {
      const problem = recordDifference(expected[i], found[i])
      if (problem) return failed(`${topic} record ${i}: ${problem}${describeFailure(engine)}`)
    }
  }
  return undefined
}

/** In columns a key whose columns are all NULL is a null key: nothing tells them apart. */
const withoutNullKey = (record: CaseRecord): CaseRecord => {
  const {key} = record
  const isNull =
    typeof key === 'object' &&
    key !== null &&
    !Array.isArray(key) &&
    Object.keys(key).length > 1 &&
    Object.values(key).every(value => value === null)
  return isNull ? {...record, key: null} : record
}

/** Records keep their order inside a partition; ksqlDB's runner has one, so the order between several is that of the case. */
function inExpectedOrder(expected: readonly CaseRecord[], actual: readonly LogRecord[]): readonly LogRecord[] {
  if (new Set(actual.map(({partition}) => partition)).size < 2) return actual
  const left = [...actual]
  const ordered: LogRecord[] = []
  for (const record of expected) {
    const heads = left.filter((each, i) => left.findIndex(({partition}) => partition === each.partition) === i)
    const next = heads.find(each => recordDifference(record, each) === undefined) ?? heads[0]
    if (next === undefined) break
    ordered.push(next)
    left.splice(left.indexOf(next), 1)
  }
  return [...ordered, ...left]
}

const describeFailure = (engine: Engine): string => {
  const error = engine.queries().find(query => query.error)?.error
  return error ? ` (a query failed: ${error})` : ''
}

function recordDifference(expected: CaseRecord | undefined, actual: LogRecord | undefined): string | undefined {
  if (!expected) return `not expected: ${show({key: actual?.key, value: actual?.value, timestamp: actual?.timestampMs})}`
  if (!actual) return `missing: ${show({key: expected.key, value: expected.value})}`
  const headers = (actual.headers ?? []).map(({key, value}) => ({
    KEY: key,
    VALUE: value === null ? null : Buffer.from(value).toString('base64'),
  }))
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
