import type {PersistentPlan} from '../../plan/query-plan.ts'
import type {Source} from '../../plan/source.ts'
import {whyNotUpgradable} from '../../plan/upgrade.ts'
import {refuse} from '../analyzer/refusal.ts'
import type {Identifier} from '../syntax/ast.ts'
import type {CompileCatalog} from './compiled-statement.ts'
import {refuseReplacement} from './replace-source.ts'

/** CREATE OR REPLACE … AS: the id of the query that goes on with the new plan. */
export function replacedQuery(
  existing: Source,
  next: Source,
  plan: (queryId: string) => PersistentPlan,
  {name}: {readonly name: Identifier},
  catalog: CompileCatalog,
): string | undefined {
  refuseReplacement(existing, {...next, createdBy: existing.createdBy ?? ''}, {name})
  const id = existing.createdBy
  const running = id === undefined ? undefined : catalog.query(id)
  if (id === undefined || running === undefined) return undefined
  const reason = whyNotUpgradable(running.plan, plan(id))
  if (reason === undefined) return id
  return refuse(
    `Cannot replace ${existing.kind} '${name.text}': its state cannot be carried over: ${reason}`,
    name,
    `DROP ${existing.kind.toUpperCase()} ${name.text}, then create it anew.`,
  )
}
