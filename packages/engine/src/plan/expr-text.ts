import type {Expr} from '../expr/ir.ts'
import {printType} from '../schema/sql-type.ts'
import type {Value} from '../schema/value.ts'

/** An expression as people read it in EXPLAIN; implicit casts are shown as casts. */
export function exprText(expr: Expr): string {
  const list = (parts: readonly Expr[]): string => parts.map(exprText).join(', ')
  switch (expr.kind) {
    case 'literal':
      return literalText(expr.value)
    case 'column':
    case 'system':
    case 'parameter':
      return expr.name
    case 'headers':
      return expr.header === undefined ? 'HEADERS' : `HEADER('${expr.header}')`
    case 'lambda':
      return `(${expr.parameters.map(parameter => parameter.name).join(', ')}) => ${exprText(expr.body)}`
    case 'call':
      return `${expr.function}(${list(expr.args)})`
    case 'arithmetic':
    case 'compare':
      return `(${exprText(expr.left)} ${expr.operator.toUpperCase()} ${exprText(expr.right)})`
    case 'concat':
      return `(${exprText(expr.left)} || ${exprText(expr.right)})`
    case 'and':
    case 'or':
      return `(${exprText(expr.left)} ${expr.kind.toUpperCase()} ${exprText(expr.right)})`
    case 'negate':
      return `-${exprText(expr.operand)}`
    case 'not':
      return `(NOT ${exprText(expr.operand)})`
    case 'is-null':
      return `(${exprText(expr.operand)} IS ${expr.isNegated ? 'NOT ' : ''}NULL)`
    case 'like':
      return `(${exprText(expr.operand)} ${expr.isNegated ? 'NOT ' : ''}LIKE ${exprText(expr.pattern)})`
    case 'between':
      return `(${exprText(expr.operand)} ${expr.isNegated ? 'NOT ' : ''}BETWEEN ${exprText(expr.low)} AND ${exprText(expr.high)})`
    case 'in':
      return `(${exprText(expr.operand)} ${expr.isNegated ? 'NOT ' : ''}IN (${list(expr.list)}))`
    case 'case': {
      const branches = expr.branches.map(({when, then}) => `WHEN ${exprText(when)} THEN ${exprText(then)} `).join('')
      return `(CASE ${branches}${expr.otherwise === undefined ? '' : `ELSE ${exprText(expr.otherwise)} `}END)`
    }
    case 'cast':
      return `CAST(${exprText(expr.operand)} AS ${printType(expr.type)})`
    case 'subscript':
      return `${exprText(expr.base)}[${exprText(expr.index)}]`
    case 'field':
      return `${exprText(expr.base)}->${expr.base.type.kind === 'STRUCT' ? (expr.base.type.fields[expr.index]?.name ?? '?') : '?'}`
    case 'array':
      return `ARRAY[${list(expr.elements)}]`
    case 'map':
      return `MAP(${expr.entries.map(({key, value}) => `${exprText(key)} := ${exprText(value)}`).join(', ')})`
    case 'struct':
      return `STRUCT(${list(expr.fields)})`
  }
}

function literalText(value: Value): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (typeof value === 'object') return '…'
  return String(value)
}
