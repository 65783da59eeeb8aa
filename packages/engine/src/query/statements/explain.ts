import {explainPersistent} from '../../plan/explain.ts'
import {explainPull} from '../../plan/explain-pull.ts'
import type {PersistentPlan} from '../../plan/query-plan.ts'
import type {CompiledStatement} from '../../sql/statements/compiled-statement.ts'
import {printTopology} from '../../topology/describe.ts'
import {splitTopology} from '../../topology/split.ts'

/** A plan as text: what runs, in which parts, with which state. */
export function explainPlan(
  statement: CompiledStatement | {readonly kind: 'insert-select'; readonly plan: PersistentPlan},
): string {
  switch (statement.kind) {
    case 'create-as':
    case 'insert-select': {
      const {plan} = statement
      const subs = splitTopology(plan.root, plan.queryId, {kind: 'sink', sink: plan.sink})
      return `${explainPersistent(plan)}\n\n${printTopology(subs)}`
    }
    case 'push':
      return `Push query\n\n${printTopology(splitTopology(statement.plan.root, 'push', {kind: 'result'}))}`
    case 'pull':
      return `Pull query\n${explainPull(statement.plan.root)}`
    default:
      return `${statement.kind}: a change of the catalog, no query`
  }
}
