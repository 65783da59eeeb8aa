import type {Expr} from '../../expr/ir.ts'
import {slotsOf} from '../logical/expr-slots.ts'

/** Whether a condition says nothing but which keys: each part is `key = constant` or `key IN (…)`, joined by AND and OR. */
export function conditionCovers(condition: Expr, key: readonly number[]): boolean {
  if (condition.kind === 'and' || condition.kind === 'or')
    return conditionCovers(condition.left, key) && conditionCovers(condition.right, key)
  const isLookup =
    (condition.kind === 'compare' && condition.operator === '=') || (condition.kind === 'in' && !condition.isNegated)
  return isLookup && [...slotsOf(condition)].every(slot => key.includes(slot))
}
