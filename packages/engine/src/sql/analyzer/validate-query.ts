import type {Query} from '../syntax/query-ast.ts'
import type {Target} from './analysis.ts'
import {joined, refuse} from './refusal.ts'
import {isJoin, type Scope} from './scope.ts'
import {isSystemName} from './select-items.ts'

/** Refuses results that would be named like pseudocolumns. */
export function refuseReservedColumns({select, from}: Query): void {
  for (const item of select) {
    if (item.kind !== 'SelectExpression' || item.expression.kind !== 'ColumnRef') continue
    const name = (item.alias ?? item.expression.name).text
    const isPrefixed = item.alias === undefined && item.expression.qualifier !== undefined && from.kind === 'Join'
    if (isPrefixed) continue
    if (isSystemName(name) && item.expression.name.text === name)
      refuse(`Reserved column name in select: \`${name}\`. Please remove or alias the column.`, item)
  }
}

/** Refuses clauses that have no meaning in a query that runs on and on. */
export function refuseClauses(query: Query, target: Target): void {
  const [order] = query.orderBy
  if (order !== undefined) refuse('ORDER BY is not supported: rows come in the order in which they are processed.', order)
  if (query.offset !== undefined) refuse('OFFSET is not supported.', query.offset)
  if (target.kind === 'persistent' && query.limit !== undefined)
    refuse(
      `${target.statement} statements don't support LIMIT clause.`,
      query.limit,
      'A query that runs on has no last row. A pull query or a push query of its result may have a LIMIT.',
    )
  if (query.window !== undefined && query.groupBy === undefined && query.emit?.mode !== 'FINAL' && !query.isDistinct)
    refuse('WINDOW clause requires a GROUP BY clause.', query.window)
  if (query.groupBy !== undefined && query.partitionBy !== undefined)
    refuse('GROUP BY and PARTITION BY cannot both be used in one query.', query.partitionBy)
}

/** What belongs to the query as a whole. */
export function refuseSubQueryClauses({limit, emit}: Query): void {
  if (limit !== undefined)
    refuse(
      'A sub-query of a query that runs on has no LIMIT.',
      limit,
      'Without EMIT CHANGES the whole is a pull query, where it may.',
    )
  if (emit?.mode === 'CHANGES') refuse('EMIT CHANGES stands at the end of the outermost query.', emit)
}

/** For queries that do not group: nothing in them ever becomes final. */
export function refuseFinal({emit}: Query): void {
  if (emit?.mode === 'FINAL') refuse('EMIT FINAL is only supported for windowed aggregations.', emit, 'Use EMIT CHANGES.')
}

/** Rows of windowed tables meet no others: which windows would belong together is not known. */
export function refuseWindowedTables(scope: Scope): void {
  if (!isJoin(scope)) return
  const windowed = scope.sources.find(({source}) => source.kind === 'table' && source.window !== undefined)
  if (windowed === undefined) return
  refuse(
    'KSQL does not support persistent queries on windowed tables.',
    windowed.span,
    windowed.isDerived === true
      ? 'Make a table of the windowed part with CREATE TABLE … AS SELECT, and read its topic as a stream.'
      : `Read the topic as a stream: CREATE STREAM … WITH (KAFKA_TOPIC='${windowed.source.topic}', WINDOW_TYPE=…).`,
  )
}

/** Bare KAFKA values have no null beside their one column, which joins and groups need. */
export function refuseKafkaValues(query: Query, scope: Scope): void {
  const clause = isJoin(scope) ? 'JOIN' : query.groupBy === undefined ? undefined : 'GROUP BY'
  const names = scope.sources.filter(({source}) => source.formats.value.name === 'KAFKA').map(({source}) => source.name)
  if (clause === undefined || names.length === 0) return
  refuse(
    `Source(s) ${joined(names, 'and').replaceAll(' and ', ', ')} are using the 'KAFKA' value format. This format does not yet support ${clause}.`,
    query.from,
  )
}
