import type {Expr} from './ir.ts'

/** The direct parts of an expression, in the order of evaluation. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'column':
    case 'system':
    case 'headers':
    case 'parameter':
      return []
    case 'lambda':
      return [expr.body]
    case 'call':
      return expr.args
    case 'arithmetic':
    case 'concat':
    case 'compare':
    case 'and':
    case 'or':
      return [expr.left, expr.right]
    case 'negate':
    case 'not':
    case 'is-null':
    case 'cast':
      return [expr.operand]
    case 'like':
      return [expr.operand, expr.pattern]
    case 'between':
      return [expr.operand, expr.low, expr.high]
    case 'in':
      return [expr.operand, ...expr.list]
    case 'case':
      return [...expr.branches.flatMap(({when, then}) => [when, then]), ...(expr.otherwise === undefined ? [] : [expr.otherwise])]
    case 'subscript':
      return [expr.base, expr.index]
    case 'field':
      return [expr.base]
    case 'array':
      return expr.elements
    case 'map':
      return expr.entries.flatMap(({key, value}) => [key, value])
    case 'struct':
      return expr.fields
  }
}

export const someExpr = (expr: Expr, test: (expr: Expr) => boolean): boolean =>
  test(expr) || partsOf(expr).some(part => someExpr(part, test))

/** Positions of the columns that these expressions read, ascending. */
export function referencedColumns(exprs: readonly Expr[]): number[] {
  const found = new Set<number>()
  const visit = (expr: Expr): void => {
    if (expr.kind === 'column') found.add(expr.index)
    for (const part of partsOf(expr)) visit(part)
  }
  for (const expr of exprs) visit(expr)
  return [...found].toSorted((a, b) => a - b)
}
