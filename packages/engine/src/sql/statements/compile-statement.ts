import {findSource} from '../analyzer/from.ts'
import {findFunction} from '../analyzer/check-call.ts'
import {refuse} from '../analyzer/refusal.ts'
import {countOf, durationMs} from '../analyzer/window.ts'
import {readProperties} from '../analyzer/with-properties.ts'
import type {Identifier} from '../syntax/ast.ts'
import type {Statement} from '../syntax/statement-ast.ts'
import {compileAssertTombstone, compileAssertValues} from './assert-rows.ts'
import {compileAssertSchema, compileAssertSource} from './assertions.ts'
import {compileAlterSource} from './alter-source.ts'
import type {Action, CompiledStatement} from './compiled-statement.ts'
import {compileCreateAs} from './create-as.ts'
import {compileCreateSource} from './create-source.ts'
import {compileDeleteRows} from './delete-rows.ts'
import {compileDropSource} from './drop-source.ts'
import {compileCreateIndex, compileDropIndex} from './indexes.ts'
import {compileInsertSelect} from './insert-select.ts'
import {compileInsertValues} from './insert-values.ts'
import {compileSelect} from './select.ts'
import {compileSetProperty} from './session-properties.ts'
import {spanOf, type StatementContext, type StatementOf} from './statement-context.ts'
import {compileAlterTopic, compileCreateTopic, compileDescribeTopic, compileDropTopic} from './topics.ts'
import {compileCreateType, compileDropType} from './types.ts'

/** One statement, with its parameters bound; throws Refusal. */
export function compileStatement(statement: Statement, context: StatementContext): CompiledStatement {
  const {text, span} = statement
  return {text, span: spanOf(span), warnings: [], ...actionOf(statement, context)}
}

function actionOf(statement: Statement, context: StatementContext): Action {
  switch (statement.kind) {
    case 'Select':
      return compileSelect(statement, context)
    case 'CreateSource':
      return compileCreateSource(statement, context)
    case 'CreateSourceAs':
      return compileCreateAs(statement, context)
    case 'InsertSelect':
      return compileInsertSelect(statement, context)
    case 'InsertValues':
      return compileInsertValues(statement, context)
    case 'DropSource':
      return compileDropSource(statement, context)
    case 'AlterSource':
      return compileAlterSource(statement, context)
    case 'DeleteRows':
      return compileDeleteRows(statement, context)
    case 'CreateTopic':
      return compileCreateTopic(statement, context)
    case 'AlterTopic':
      return compileAlterTopic(statement, context)
    case 'DropTopic':
      return compileDropTopic(statement, context)
    case 'CreateIndex':
      return compileCreateIndex(statement, context)
    case 'DropIndex':
      return compileDropIndex(statement, context)
    case 'CreateType':
      return compileCreateType(statement, context)
    case 'DropType':
      return compileDropType(statement, context)
    case 'Explain':
      return statement.subject.kind === 'QUERY'
        ? {kind: 'explain-query', queryId: queryOf(statement.subject.queryId, context)}
        : {kind: 'explain', statement: compileStatement(statement.subject.statement, context)}
    default:
      return lookAction(statement, context)
  }
}

/** Statements that change sessions and queries, or only look. */
function lookAction(statement: Exclude<Statement, StatementOf<'Select' | 'Explain'>>, context: StatementContext): Action {
  switch (statement.kind) {
    case 'ControlQuery': {
      const queryId = statement.queryId === undefined ? undefined : queryOf(statement.queryId, context)
      return {kind: 'control-query', action: controls[statement.action], queryId}
    }
    case 'SetProperty':
    case 'AlterSystem':
      return compileSetProperty(statement)
    case 'UnsetProperty':
      return {kind: 'unset-property', name: statement.name}
    case 'DefineVariable':
      return {kind: 'define-variable', name: statement.name.text, value: statement.value}
    case 'UndefineVariable':
      return {kind: 'undefine-variable', name: statement.name.text}
    case 'Show':
      return {kind: 'show', subject: statement.subject, isAll: statement.isAll, isExtended: statement.isExtended}
    case 'Describe':
      return describeAction(statement, context)
    case 'PrintTopic':
      return compilePrint(statement, context)
    case 'AssertTopic':
      return assertTopic(statement)
    case 'AssertSchema':
      return compileAssertSchema(statement, context)
    case 'AssertSource':
      return compileAssertSource(statement, context)
    case 'CreateConnector':
      return refuseConnector('CREATE CONNECTOR is not supported: Kafka Connect is no part of Millrace.', statement.name)
    case 'DropConnector':
      return statement.isIfExists
        ? {kind: 'no-op', message: `Connector ${statement.name.text} does not exist.`}
        : refuseConnector(noConnector(statement.name), statement.name)
    case 'RunScript':
      return refuse(
        'RUN SCRIPT is a command of a command line.',
        statement,
        'Send the text of the file: a request may hold many statements.',
      )
    case 'AssertValues':
      return compileAssertValues(statement, context)
    case 'AssertTombstone':
      return compileAssertTombstone(statement, context)
    default:
      return refuse('The statement is not supported.', statement)
  }
}

const noConnector = ({text}: Identifier): string => `There is no connector ${text}: Kafka Connect is no part of Millrace.`

const refuseConnector = (message: string, name: Identifier): never =>
  refuse(
    message,
    name,
    'A program that produces to a topic, or consumes from one, takes its place: see the produce mutation and consumer groups.',
  )

const controls = {TERMINATE: 'terminate', PAUSE: 'pause', RESUME: 'resume'} as const

function queryOf(id: {readonly text: string; readonly span: Statement['span']}, {env}: StatementContext): string {
  if (env.catalog.query(id.text) !== undefined) return id.text
  return refuse(`Unknown queryId: ${id.text}`, id, 'SHOW QUERIES lists the running queries.')
}

function describeAction(statement: StatementOf<'Describe'>, context: StatementContext): Action {
  const {subject, isExtended} = statement
  const {env} = context
  switch (subject.kind) {
    case 'SOURCE':
      return {
        kind: 'describe-source',
        source: findSource(subject.name, env, ({text}) => `Could not find STREAM/TABLE '${text}' in the Metastore`),
        isExtended,
      }
    case 'FUNCTION':
      return {kind: 'describe-function', name: findFunction(subject.name, env).name}
    case 'CONNECTOR':
      return refuseConnector(noConnector(subject.name), subject.name)
    case 'TOPIC':
      return compileDescribeTopic(subject.topic, statement, context)
    default:
      return {kind: 'describe-sources', of: subject.kind === 'STREAMS' ? 'stream' : 'table', isExtended}
  }
}

function compilePrint(
  {topic, span, isFromBeginning, interval, limit}: StatementOf<'PrintTopic'>,
  {env}: StatementContext,
): Action {
  const {catalog} = env
  if (catalog.topicPartitions(topic) === undefined) {
    const over = catalog.source(topic.toUpperCase())?.topic
    const hint = over ?? catalog.sources().find(source => source.topic.toUpperCase() === topic.toUpperCase())?.topic
    refuse(
      `Topic ${topic} does not exist.`,
      span,
      hint === undefined ? 'SHOW TOPICS lists what there is.' : `Did you mean '${hint}'?`,
    )
  }
  const every = interval === undefined ? 1 : countOf(interval, 'INTERVAL')
  if (every === 0) refuse('INTERVAL 0: expected 1 for each record, 2 for every second, and so on.', interval ?? span)
  return {
    kind: 'print-topic',
    topic,
    isFromBeginning,
    interval: every,
    limit: limit === undefined ? undefined : countOf(limit, 'LIMIT'),
  }
}

function assertTopic({topic, isNegated, properties: written, timeout}: StatementOf<'AssertTopic'>): Action {
  const properties = readProperties(written, ['PARTITIONS', 'REPLICAS'])
  return {
    kind: 'assert-topic',
    topic,
    isNegated,
    partitions: properties.count('PARTITIONS'),
    timeoutMs: timeout === undefined ? undefined : durationMs(timeout, 'TIMEOUT'),
  }
}
