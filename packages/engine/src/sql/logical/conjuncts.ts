import type {Expr} from '../../expr/ir.ts'
import {BOOLEAN} from '../../schema/sql-type.ts'

/** The parts of a condition that are joined by AND. */
export const conjuncts = (expr: Expr): readonly Expr[] =>
  expr.kind === 'and' ? [...conjuncts(expr.left), ...conjuncts(expr.right)] : [expr]

/** The condition that all of the parts hold; undefined for none. */
export const conjunction = ([first, ...more]: readonly Expr[]): Expr | undefined =>
  first && more.reduce<Expr>((left, right) => ({kind: 'and', type: BOOLEAN, left, right}), first)
