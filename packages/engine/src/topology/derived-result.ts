import {isBuiltIn, lookUpFunction} from '../expr/functions/registry.ts'
import type {Expr} from '../expr/ir.ts'
import {someExpr} from '../expr/references.ts'
import type {AggregateStep, FilterStep, ProjectStep, Step} from '../plan/step.ts'

/** A table's rows as a view: those of an aggregate's store, after some steps. */
export type DerivedResult = {
  readonly aggregate: AggregateStep
  /** From the aggregate on. */
  readonly steps: readonly (FilterStep | ProjectStep)[]
}

/**
 * Whether the rows of a plan's result can be computed from its aggregate's rows whenever somebody asks: then they are not kept a second
 * time. They can when the aggregate is not windowed, nothing but HAVING and projections stands between, the key stays as it is, and every
 * function is one of ours that gives the same each time.
 */
export function derivedResult(root: Step): DerivedResult | undefined {
  const steps: (FilterStep | ProjectStep)[] = []
  let step = root
  for (; step.kind === 'filter' || step.kind === 'project'; step = step.input) {
    if (step.kind === 'project' && step.key.some((from, i) => from !== i)) return undefined
    const exprs = step.kind === 'filter' ? [step.where] : step.value
    if (exprs.some(expr => someExpr(expr, dependsOnMore))) return undefined
    steps.unshift(step)
  }
  if (step.kind !== 'aggregate' || step.over !== undefined) return undefined
  if (step.schema.key.length !== root.schema.key.length) return undefined
  return step.aggregations.every(each => isBuiltIn(each.function)) ? {aggregate: step, steps} : undefined
}

/** On more than the row: the moment, chance, the record, or code that we do not know. */
function dependsOnMore(expr: Expr): boolean {
  if (expr.kind === 'system') return expr.name !== 'ROWTIME'
  if (expr.kind === 'headers') return true
  return expr.kind === 'call' && !(isBuiltIn(expr.function) && lookUpFunction(expr.function)?.isDeterministic !== false)
}
