import type {Source} from '../../plan/source.ts'
import {printType, quoteName, typesEqual} from '../../schema/sql-type.ts'
import type {Column} from '../../schema/schema.ts'
import {refuse} from '../analyzer/refusal.ts'
import type {Identifier} from '../syntax/ast.ts'

/** CREATE OR REPLACE: refuses what readers of the old definition could not bear. New value columns go at the end. */
export function refuseReplacement(existing: Source, next: Source, {name}: {readonly name: Identifier}): void {
  const {kind} = existing
  if (existing.isReadOnly || next.isReadOnly)
    refuse(`Cannot add ${kind} '${name.text}': CREATE OR REPLACE is not supported on source ${kind}s.`, name)
  const fail = (what: string): never =>
    refuse(
      `Cannot replace ${kind} '${name.text}': ${what}`,
      name,
      `DROP ${kind.toUpperCase()} ${name.text}, then create it anew.`,
    )
  if ((existing.createdBy === undefined) !== (next.createdBy === undefined))
    fail(
      existing.createdBy === undefined
        ? 'it is not made by a query.'
        : 'it is made by a query, which has to be replaced by a query.',
    )
  const key = firstDifference(existing.schema.key, next.schema.key)
  if (key !== undefined || existing.schema.key.length !== next.schema.key.length) fail('Key columns must be identical.')
  const changed = firstDifference(existing.schema.value, next.schema.value)
  if (changed !== undefined) fail(`The following columns are changed, missing or reordered: [${printColumn(changed)}]`)
  if (JSON.stringify(existing.formats) !== JSON.stringify(next.formats)) fail('the formats differ.')
  if (existing.topic !== next.topic) fail(`the topic differs: ${existing.topic}, now ${next.topic}.`)
}

const printColumn = ({name, type}: Column): string => `${quoteName(name)} ${printType(type)}`

const firstDifference = (before: readonly Column[], after: readonly Column[]): Column | undefined =>
  before.find((column, index) => {
    const other = after[index]
    return other === undefined || other.name !== column.name || !typesEqual(other.type, column.type)
  })
