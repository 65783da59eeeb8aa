import {assertNever} from '../../base/assert.ts'
import {printExpression, printIdentifier, printList, printOperand, printValue} from './print-expression.ts'
import type {Duration, Join, KeyClause, OrderItem, Query, Relation, SelectItem, WindowClause} from './query-ast.ts'

/** Text that parses to the same query, a clause a line. */
export function printQuery(query: Query): string {
  const {ctes, unions, orderBy, emit, limit, offset} = query
  const clauses: string[] = []
  if (ctes.length > 0)
    clauses.push(`WITH ${printList(ctes, cte => `${printIdentifier(cte.name)} AS (${printQuery(cte.query)})`)}`)
  clauses.push(...selectClauses(query))
  for (const {isAll, query: part} of unions) clauses.push(isAll ? 'UNION ALL' : 'UNION', ...selectClauses(part))
  if (orderBy.length > 0) clauses.push(`ORDER BY ${printList(orderBy, printOrderItem)}`)
  if (emit !== undefined) clauses.push(`EMIT ${emit.mode}`)
  if (limit !== undefined) clauses.push(`LIMIT ${printExpression(limit)}`)
  if (offset !== undefined) clauses.push(`OFFSET ${printExpression(offset)}`)
  return clauses.join('\n')
}

function selectClauses({isDistinct, select, from, window, where, groupBy, partitionBy, having}: Query): string[] {
  const clauses = [`SELECT ${isDistinct ? 'DISTINCT ' : ''}${printList(select, printSelectItem)}`, `FROM ${printRelation(from)}`]
  if (window !== undefined) clauses.push(`WINDOW ${printWindow(window)}`)
  if (where !== undefined) clauses.push(`WHERE ${printExpression(where)}`)
  if (groupBy !== undefined) clauses.push(`GROUP BY ${printKeys(groupBy)}`)
  if (partitionBy !== undefined) clauses.push(`PARTITION BY ${printKeys(partitionBy)}`)
  if (having !== undefined) clauses.push(`HAVING ${printExpression(having)}`)
  return clauses
}

function printSelectItem(item: SelectItem): string {
  switch (item.kind) {
    case 'SelectStar':
      return item.qualifier === undefined ? '*' : `${printIdentifier(item.qualifier)}.*`
    case 'SelectStructStar':
      return `${printOperand(item.base)}->*`
    case 'SelectExpression':
      return `${printExpression(item.expression)}${item.alias === undefined ? '' : ` AS ${printIdentifier(item.alias)}`}`
    default:
      return assertNever(item)
  }
}

function printRelation(relation: Relation): string {
  if (relation.kind === 'Join') return printJoin(relation)
  const source = relation.kind === 'SourceRef' ? printIdentifier(relation.name) : `(${printQuery(relation.query)})`
  return relation.alias === undefined ? source : `${source} AS ${printIdentifier(relation.alias)}`
}

function printJoin({joinType, left, right, within, on}: Join): string {
  const outer = joinType === 'INNER' ? 'INNER JOIN' : `${joinType} OUTER JOIN`
  const grace = within?.grace === undefined ? '' : ` GRACE PERIOD ${printDuration(within.grace)}`
  const reach = within === undefined ? '' : ` WITHIN (${printDuration(within.before)}, ${printDuration(within.after)})${grace}`
  return `${printRelation(left)}\n${outer} ${printRelation(right)}${reach} ON ${printExpression(on)}`
}

/** `5 MINUTES`. */
export function printDuration({amount, unit}: Duration): string {
  return `${printExpression(amount)} ${unit}`
}

function printWindow(window: WindowClause): string {
  const bounds = [
    ...(window.retention === undefined ? [] : [`RETENTION ${printDuration(window.retention)}`]),
    ...(window.grace === undefined ? [] : [`GRACE PERIOD ${printDuration(window.grace)}`]),
  ]
  switch (window.kind) {
    case 'TumblingWindow':
      return `TUMBLING (${[`SIZE ${printDuration(window.size)}`, ...bounds].join(', ')})`
    case 'HoppingWindow': {
      const {size, advance} = window
      return `HOPPING (${[`SIZE ${printDuration(size)}`, `ADVANCE BY ${printDuration(advance)}`, ...bounds].join(', ')})`
    }
    case 'SessionWindow':
      return `SESSION (${[printDuration(window.gap), ...bounds].join(', ')})`
    default:
      return assertNever(window)
  }
}

function printKeys({expressions}: KeyClause): string {
  return expressions.length === 0 ? '()' : printList(expressions, printValue)
}

function printOrderItem({expression, isDescending, nulls}: OrderItem): string {
  return `${printExpression(expression)}${isDescending ? ' DESC' : ''}${nulls === undefined ? '' : ` NULLS ${nulls}`}`
}
