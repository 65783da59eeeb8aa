import {canWiden, commonOfTwo} from '../../expr/types.ts'
import {inputsOf} from '../../plan/plan-sources.ts'
import type {PersistentPlan} from '../../plan/query-plan.ts'
import type {Source} from '../../plan/source.ts'
import type {Step} from '../../plan/step.ts'
import {must} from '../../base/assert.ts'
import {printSchema, type Column} from '../../schema/schema.ts'
import {typesEqual, type SqlType} from '../../schema/sql-type.ts'
import type {Analysis} from '../analyzer/analysis.ts'
import {findSource} from '../analyzer/from.ts'
import {analyzeQuery} from '../analyzer/query.ts'
import {refuse} from '../analyzer/refusal.ts'
import {refuseDuplicates, resultSchema} from '../analyzer/result-schema.ts'
import {insertProperties, readProperties} from '../analyzer/with-properties.ts'
import {planQuery} from '../physical/plan-query.ts'
import type {Action} from './compiled-statement.ts'
import {sinkOf} from './sink-of.ts'
import type {StatementContext, StatementOf} from './statement-context.ts'

type Statement = StatementOf<'InsertSelect'>

export function compileInsertSelect(statement: Statement, {env, options}: StatementContext): Action {
  const {target: name, query} = statement
  const properties = readProperties(statement.properties, insertProperties)
  const sink = findSource(name, env)
  refuseTarget(sink, statement)
  const target = {kind: 'persistent', sinkName: sink.name, statement: 'INSERT INTO', span: query.span} as const
  const analysis = analyzeQuery(query, env, target)
  if (analysis.gives === 'table')
    refuse('Invalid result type. Your SELECT query produces a TABLE. Please use CREATE TABLE AS SELECT statement instead.', query)
  refuseDuplicates(analysis.items)
  refuseOtherSchema(analysis, sink, statement)
  const asked = properties.text('QUERY_ID')
  const at = properties.at('QUERY_ID')
  if (asked !== undefined && at !== undefined && env.catalog.query(asked.toUpperCase()) !== undefined)
    refuse(`Query ID '${asked.toUpperCase()}' already exists.`, at.value)
  if (asked !== undefined && at !== undefined && !/^[A-Za-z0-9_-]{1,100}$/.test(asked))
    refuse(`Invalid query id '${asked}': expected 1 to 100 letters, digits, '_' or '-'.`, at.value)
  const queryId = asked?.toUpperCase() ?? options.newQueryId('INSERTQUERY')
  const plan = insertPlan(queryId, analysis, sink)
  refuseLoop(plan, sink, statement)
  return {kind: 'insert-select', plan}
}

function refuseTarget(sink: Source, {target}: Statement): void {
  if (sink.kind === 'table') refuse(`INSERT INTO can only be used to insert into a stream. ${sink.name} is a table.`, target)
  if (sink.isReadOnly) refuse(`Cannot insert into read-only stream: ${sink.name}`, target)
  if (sink.headerColumns.length > 0) refuse(`Cannot insert into ${sink.name} because it has header columns`, target)
}

/** What a query writes into its own source it would read again, for ever. */
function refuseLoop({root}: PersistentPlan, sink: Source, {target, query}: Statement): void {
  if (topicsOf(root).includes(sink.topic))
    refuse(
      `INSERT INTO ${target.text} reads from the topic ${sink.topic} that it writes: each row would come back to it, for ever.`,
      query.from,
      'Write into another stream.',
    )
}

const topicsOf = (step: Step): readonly string[] => (step.kind === 'source' ? [step.topic] : inputsOf(step).flatMap(topicsOf))

/** Same names in the same order; values may widen to the type of the target. */
function refuseOtherSchema(analysis: Analysis, sink: Source, {query}: Statement): void {
  const result = resultSchema(analysis)
  const fits = (from: readonly Column[], to: readonly Column[], accepts: (from: Column, to: Column) => boolean): boolean =>
    from.length === to.length && from.every((column, index) => accepts(column, must(to[index], 'column')))
  const isSame = (from: Column, to: Column): boolean => from.name === to.name && typesEqual(from.type, to.type)
  const literals = analysis.values.map(({expr}) => expr.kind === 'literal')
  const widens = (from: Column, to: Column): boolean =>
    from.name === to.name && fitsInto(from.type, to.type, literals[result.value.indexOf(from)] ?? false)
  if (fits(result.key, sink.schema.key, isSame) && fits(result.value, sink.schema.value, widens)) return
  refuse(
    `Incompatible schema between results and sink.\nResult schema is ${printSchema(result)}\nSink schema is ${printSchema(sink.schema)}`,
    query,
  )
}

/**
 * Numbers widen, DECIMALs and containers of them where no digit can be lost; a literal may be a DOUBLE where a DECIMAL is
 * wanted.
 */
function fitsInto(from: SqlType, to: SqlType, isLiteral: boolean): boolean {
  const common = commonOfTwo(from, to)
  if (common !== undefined && typesEqual(common, to)) return true
  return (from.kind !== to.kind && canWiden(from, to)) || (isLiteral && from.kind === 'DOUBLE' && to.kind === 'DECIMAL')
}

function insertPlan(queryId: string, analysis: Analysis, sink: Source): PersistentPlan {
  const value = analysis.values.map(({name, expr}, index) => {
    const {type} = must(sink.schema.value[index], 'column of the target')
    return {name, expr: typesEqual(type, expr.type) ? expr : ({kind: 'cast', type, operand: expr, isImplicit: true} as const)}
  })
  const key = analysis.key.map(({slot, item}) => ({slot, name: must(item, 'item of a key column').name}))
  const {root} = planQuery(analysis.node, {key, value})
  return {
    version: 1,
    queryId,
    root,
    sink: sinkOf(sink, root, sink.schema),
  }
}
