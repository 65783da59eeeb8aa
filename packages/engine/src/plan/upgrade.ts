import {canonicalJson} from './canonical-json.ts'
import type {PersistentPlan} from './query-plan.ts'
import {inputsOf, sourcesOf} from './plan-sources.ts'
import type {Step} from './step.ts'

/**
 * May `next` go on from the state and offsets of `before`? Gives the reason why not. Allowed are other filters and more
 * value columns in stateless parts; keys, joins, windows, aggregations and repartitions stay as they are.
 */
export function whyNotUpgradable(before: PersistentPlan, next: PersistentPlan): string | undefined {
  if (sourcesOf(before.root).join() !== sourcesOf(next.root).join()) return 'the sources differ.'
  const stores = storesOf(before.root)
  if (storesOf(next.root).some(store => !stores.includes(store))) return 'it would need old rows that were not kept.'
  const [old, now] = [keptSteps(before.root), keptSteps(next.root)]
  if (old.length !== now.length) return describeChange(old, now)
  for (const [index, step] of old.entries()) {
    const other = now[index]
    if (other === undefined || other.kind !== step.kind) return describeChange(old, now)
    if (canonicalJson(essence(step)) !== canonicalJson(essence(other))) return `the ${nameOf(step.kind)} differs.`
  }
  return undefined
}

/** Tables whose rows are kept, so that old rows are known. */
const storesOf = (step: Step): readonly string[] =>
  step.kind === 'source' ? (step.store === undefined ? [] : [step.sourceName]) : inputsOf(step).flatMap(storesOf)

/** Steps that keep something between rows, or decide where rows go. */
function keptSteps(root: Step): Step[] {
  const below = inputsOf(root).flatMap(keptSteps)
  return root.kind === 'filter' || root.kind === 'project' || root.kind === 'source' ? below : [...below, root]
}

/** The step without what lies below it: that is compared on its own. */
function essence(step: Step): object {
  const {input: _, left: __, right: ___, ...rest} = {input: undefined, left: undefined, right: undefined, ...step}
  return rest
}

function describeChange(old: readonly Step[], now: readonly Step[]): string {
  const gone = old.find(step => !now.some(other => other.kind === step.kind))
  if (gone !== undefined) return `it has no ${nameOf(gone.kind)} any more.`
  const added = now.find(step => !old.some(other => other.kind === step.kind))
  return added === undefined ? 'its steps differ.' : `it has a ${nameOf(added.kind)} now.`
}

const names: Partial<Record<Step['kind'], string>> = {
  rekey: 'GROUP BY or PARTITION BY, or what columns are needed behind it,',
  aggregate: 'aggregation',
  suppress: 'EMIT FINAL',
  'flat-map': 'table function',
  distinct: 'DISTINCT',
  union: 'UNION',
}
const nameOf = (kind: Step['kind']): string => names[kind] ?? 'join'
