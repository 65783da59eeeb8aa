import type {Expression} from '../syntax/ast.ts'
import {isJoin, sourceOf, type Scope, type ScopeSource} from './scope.ts'

/** Gives names to columns that the statement does not name. */
export type ColumnNames = {
  /** The name of an expression without an alias. */
  readonly of: (expr: Expression) => string
}

/**
 * A plain column keeps its name, with its source before it where another source of the join has such a column; `a->b` is
 * `B`, `B_1`, …; anything else `KSQL_COL_n`, past the numbers that the sources use already.
 */
export function createColumnNames(scope: Scope): ColumnNames {
  const used = new Set(scope.sources.flatMap(source => source.slots.map(slot => slot.name)))
  let count = 0
  const generated = (): string => {
    while (used.has(`KSQL_COL_${count}`)) count++
    return `KSQL_COL_${count++}`
  }
  const fieldName = (field: string): string => {
    let name = field
    for (let n = 1; used.has(name); n++) name = `${field}_${n}`
    used.add(name)
    return name
  }
  return {
    of: expr => {
      if (expr.kind === 'ColumnRef') {
        if (expr.qualifier === undefined || !isJoin(scope)) return expr.name.text
        return joinedName(sourceOf(expr.qualifier, scope), expr.name.text, scope)
      }
      return expr.kind === 'FieldAccess' ? fieldName(expr.field.text) : generated()
    },
  }
}

function joinedName({alias}: ScopeSource, name: string, scope: Scope): string {
  const holders = scope.sources.filter(source => source.slots.some(slot => slot.name === name))
  return holders.length > 1 ? prefixed(alias, name) : name
}

export const prefixed = (alias: string, name: string): string => `${alias}_${name}`

/** What `*` calls the columns of a source. */
export const starName = (source: ScopeSource, name: string, scope: Scope): string =>
  isJoin(scope) ? prefixed(source.alias, name) : name
