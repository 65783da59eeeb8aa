import type {Format, Formats} from '../../plan/formats.ts'
import type {PersistentPlan} from '../../plan/query-plan.ts'
import type {Source} from '../../plan/source.ts'
import type {Schema} from '../../schema/schema.ts'
import {must} from '../../base/assert.ts'
import type {Analysis} from '../analyzer/analysis.ts'
import {chooseFormats, defaultFormat} from '../analyzer/formats.ts'
import {repartitionFormat} from '../analyzer/co-partitioning.ts'
import {refuseIntermediateTypes} from '../analyzer/intermediate-types.ts'
import {analyzeQuery} from '../analyzer/query.ts'
import {refuse} from '../analyzer/refusal.ts'
import {refuseDuplicates, refuseNoValues, resultSchema} from '../analyzer/result-schema.ts'
import {validateFormats, withWrapping} from '../analyzer/validate-formats.ts'
import {createAsProperties, readProperties, type WithProperties} from '../analyzer/with-properties.ts'
import {RESULT_STORE} from '../physical/naming.ts'
import {planQuery} from '../physical/plan-query.ts'
import type {Action} from './compiled-statement.ts'
import {alreadyExists, refuseExisting} from './create-source.ts'
import {replacedQuery} from './replace-query.ts'
import {sinkOf} from './sink-of.ts'
import {declaredTimestamp, partitionsFor, topicConfig} from './source-properties.ts'
import {topicName} from './topic-name.ts'
import {kindWord, type StatementContext, type StatementOf} from './statement-context.ts'

type Statement = StatementOf<'CreateSourceAs'>

export function compileCreateAs(statement: Statement, context: StatementContext): Action {
  const {env, options} = context
  const existing = env.catalog.source(statement.name.text)
  if (existing !== undefined && statement.isIfNotExists) return alreadyExists(existing)
  refuseExisting(statement, existing)
  const properties = readProperties(statement.properties, createAsProperties)
  const index = properties.flag('KEY_INDEX') === true ? properties.at('KEY_INDEX') : undefined
  if (index) refuse('KEY_INDEX numbers what clients produce: the results of a query have no numbers.', index)
  const analysis = analyzeResult(statement, context)
  const made = sinkSource(statement, analysis, properties, context)
  const isNew = env.catalog.topicPartitions(made.topic) === undefined
  const encoding = made.formats.value.name === 'COLUMNS' ? 'columns' : 'bytes'
  const topic = isNew ? topicConfig(made.topic, made.partitions, encoding, properties) : undefined
  const plan = (queryId: string): PersistentPlan => sinkPlan(queryId, analysis, made)
  const continues = existing === undefined ? undefined : replacedQuery(existing, made, plan, statement, env.catalog)
  const queryId = continues ?? options.newQueryId(`${kindWord(statement.sourceKind) === 'table' ? 'CTAS' : 'CSAS'}_${made.name}`)
  const finished = plan(queryId)
  const source: Source = {
    ...made,
    createdBy: queryId,
    ...(finished.root.window === undefined ? {} : {window: finished.root.window}),
  }
  return {kind: 'create-as', source, plan: finished, topic, continues}
}

function analyzeResult(statement: Statement, {env}: StatementContext): Analysis {
  const {query, name, span, sourceKind} = statement
  const analysis = analyzeQuery(query, env, {
    kind: 'persistent',
    sinkName: name.text,
    statement: `CREATE ${sourceKind} AS SELECT`,
    span: query.span,
  })
  if (analysis.gives !== kindWord(sourceKind)) {
    const kind = analysis.gives.toUpperCase()
    refuse(
      `Invalid result type. Your SELECT query produces a ${kind}. Please use CREATE ${kind} AS SELECT statement instead.`,
      span,
    )
  }
  refuseDuplicates(analysis.items)
  if (analysis.node.kind !== 'distinct') refuseNoValues(analysis, query.span)
  return analysis
}

function sinkSource(statement: Statement, analysis: Analysis, properties: WithProperties, {env}: StatementContext): Source {
  const {name, span} = statement
  const schema = resultSchema(analysis)
  const leftMost = must(analysis.relations.scope.sources[0], 'source of a query').source
  const key = leftMost.formats.key
  const inherited = {...leftMost.formats, key: analysis.node.kind === 'distinct' ? repartitionFormat(key, keyTypes(schema)) : key}
  const formats = sinkFormats(statement, schema, inherited, properties, env)
  refuseIntermediateTypes(analysis.node, formats, env, statement.query.span)
  const wrapped = withWrapping(formats, schema, properties, env.settings, span)
  validateFormats(schema, wrapped, statement.query.span)
  const timestamp = declaredTimestamp(properties, schema)
  const topic = topicName(properties, name, env.settings.text('ksql.output.topic.name.prefix'))
  const partitions = Number(env.settings.text('ksql.sink.partitions') ?? leftMost.partitions)
  return {
    name: name.text,
    kind: analysis.gives,
    schema,
    topic,
    partitions: partitionsFor(topic, properties, env.catalog.topicPartitions(topic), partitions),
    formats: wrapped,
    headerColumns: [],
    isReadOnly: false,
    statement: statement.text,
    ...(timestamp === undefined ? {} : {timestamp}),
  }
}

const keyTypes = ({key}: Schema) => key.map(({type}) => type)

/** Formats not named come from the left-most source; a keyless source gives a key the session's default. */
function sinkFormats(
  {span}: Statement,
  schema: Schema,
  formats: Formats,
  properties: WithProperties,
  env: StatementContext['env'],
): Formats {
  const isKeyless = schema.key.length === 0
  const key: Format = formats.key.name === 'NONE' && !isKeyless ? defaultFormat('key', env.settings, span) : formats.key
  const chosen = chooseFormats(properties, env.settings, span, {key, value: formats.value})
  const asked = properties.at('KEY_FORMAT')
  if (!isKeyless) return chosen
  if (asked !== undefined && chosen.key.name !== 'NONE') refuse('Key format specified for stream without key columns.', asked)
  return {...chosen, key: {name: 'NONE', settings: {}}}
}

function sinkPlan(queryId: string, analysis: Analysis, sink: Source): PersistentPlan {
  const {root} = planQuery(analysis.node, {
    key: analysis.key.map(({slot, item}) => ({slot, name: must(item, 'item of a key column').name})),
    value: analysis.values,
  })
  return {
    version: 1,
    queryId,
    root,
    sink: {...sinkOf(sink, root, root.schema), ...(sink.kind === 'table' ? {store: RESULT_STORE} : {})},
  }
}
