import {explainPersistent} from '../../plan/explain.ts'
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
    case 'pull': {
      const {sourceName, from, keys} = statement.plan
      const how = keys
        ? `look-up of ${keys.length} keys`
        : from === 'table'
          ? 'scan of all rows'
          : 'scan of the log up to its end'
      return `Pull query over ${from} ${sourceName}: ${how}`
    }
    default:
      return `${statement.kind}: a change of the catalog, no query`
  }
}
