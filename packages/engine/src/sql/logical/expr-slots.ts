import type {Expr} from '../../expr/ir.ts'
import {partsOf} from '../../expr/references.ts'

/** The expression with `change` applied to each direct operand. */
function mapChildren(expr: Expr, change: (child: Expr) => Expr): Expr {
  switch (expr.kind) {
    case 'literal':
    case 'column':
    case 'system':
    case 'headers':
    case 'parameter':
      return expr
    case 'lambda':
      return {...expr, body: change(expr.body)}
    case 'call':
      return {...expr, args: expr.args.map(change)}
    case 'arithmetic':
    case 'concat':
    case 'compare':
    case 'and':
    case 'or':
      return {...expr, left: change(expr.left), right: change(expr.right)}
    case 'negate':
    case 'not':
    case 'is-null':
    case 'cast':
      return {...expr, operand: change(expr.operand)}
    case 'like':
      return {...expr, operand: change(expr.operand), pattern: change(expr.pattern)}
    case 'between':
      return {...expr, operand: change(expr.operand), low: change(expr.low), high: change(expr.high)}
    case 'in':
      return {...expr, operand: change(expr.operand), list: expr.list.map(change)}
    case 'case': {
      const branches = expr.branches.map(branch => ({when: change(branch.when), then: change(branch.then)}))
      return expr.otherwise === undefined ? {...expr, branches} : {...expr, branches, otherwise: change(expr.otherwise)}
    }
    case 'subscript':
      return {...expr, base: change(expr.base), index: change(expr.index)}
    case 'field':
      return {...expr, base: change(expr.base)}
    case 'array':
      return {...expr, elements: expr.elements.map(change)}
    case 'map':
      return {...expr, entries: expr.entries.map(entry => ({key: change(entry.key), value: change(entry.value)}))}
    case 'struct':
      return {...expr, fields: expr.fields.map(change)}
  }
}

/** Replaces subtrees from the top; where `replace` gives undefined, its operands are tried. */
export function rewrite(expr: Expr, replace: (expr: Expr) => Expr | undefined): Expr {
  return replace(expr) ?? mapChildren(expr, child => rewrite(child, replace))
}

/** The slots that an expression reads. */
export function slotsOf(expr: Expr, into: Set<number> = new Set()): Set<number> {
  if (expr.kind === 'column') into.add(expr.index)
  for (const child of partsOf(expr)) slotsOf(child, into)
  return into
}

/** Whether two expressions are written alike: same shape, columns, literals and types. */
export function sameExpr(left: Expr, right: Expr): boolean {
  if (left.kind === 'column' && right.kind === 'column') return left.index === right.index
  return left.kind === right.kind && fingerprint(left) === fingerprint(right)
}

export const fingerprint = (expr: Expr): string => JSON.stringify(expr, plainly)

function plainly(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Map) return {map: [...value]}
  if (value instanceof Uint8Array) return {bytes: [...value]}
  return typeof value === 'number' && !Number.isFinite(value) ? {number: String(value)} : value
}
