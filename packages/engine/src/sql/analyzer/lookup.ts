import type {Expr} from '../../expr/ir.ts'
import type {Bounds} from '../../plan/pull-plan.ts'
import {conjuncts} from '../logical/conjuncts.ts'
import {slotsOf} from '../logical/expr-slots.ts'

/** What a WHERE says about the key of a table: complete keys to look up, and the windows that can match. */
export type Lookup = {
  /** Values in key column order; absent: the condition does not fix every key column. */
  readonly keys?: readonly (readonly Expr[])[]
  readonly windowStart?: Bounds
  readonly windowEnd?: Bounds
}

export type LookupColumns = {
  readonly key: readonly number[]
  readonly windowStart?: number | undefined
  readonly windowEnd?: number | undefined
}

/** More keys than this are scanned for. */
export const KEYS_MAX = 1000

/** OR gives the keys of both sides; AND combines what each side fixes. Everything else neither helps nor harms. */
export function lookupOf(where: Expr, columns: LookupColumns): Lookup {
  const alternatives = disjuncts(where).map(part => conjunctLookup(conjuncts(part), columns))
  const keys: (readonly Expr[])[] = []
  for (const alternative of alternatives) {
    if (alternative.keys === undefined) return boundsOnly(alternatives)
    keys.push(...alternative.keys)
  }
  return keys.length > KEYS_MAX ? boundsOnly(alternatives) : {...boundsOnly(alternatives), keys: distinct(keys)}
}

/** Bounds hold for the whole only if there is one alternative. */
function boundsOnly([only, ...more]: readonly Lookup[]): Lookup {
  if (only === undefined || more.length > 0) return {}
  const {keys: _, ...bounds} = only
  return bounds
}

const disjuncts = (expr: Expr): readonly Expr[] =>
  expr.kind === 'or' ? [...disjuncts(expr.left), ...disjuncts(expr.right)] : [expr]

function conjunctLookup(parts: readonly Expr[], columns: LookupColumns): Lookup {
  const fixed = new Map<number, readonly Expr[]>()
  const start: {from?: number; to?: number} = {}
  const end: {from?: number; to?: number} = {}
  for (const part of parts) {
    const equal = valuesOf(part)
    if (equal !== undefined && columns.key.includes(equal.column) && !fixed.has(equal.column))
      fixed.set(equal.column, equal.values)
    narrow(part, columns.windowStart, start)
    narrow(part, columns.windowEnd, end)
  }
  let keys: Expr[][] | undefined = [[]]
  for (const column of columns.key) {
    const values = fixed.get(column)
    keys = values === undefined ? undefined : keys?.flatMap(key => values.map(value => [...key, value]))
    if (keys === undefined || keys.length > KEYS_MAX) break
  }
  return {
    ...(keys === undefined || columns.key.length === 0 ? {} : {keys}),
    ...(start.from === undefined && start.to === undefined ? {} : {windowStart: start}),
    ...(end.from === undefined && end.to === undefined ? {} : {windowEnd: end}),
  }
}

export const isConstant = (expr: Expr): boolean =>
  slotsOf(expr).size === 0 &&
  expr.kind !== 'system' &&
  expr.kind !== 'headers' &&
  (expr.kind === 'literal' || expr.kind === 'cast' ? true : expr.kind !== 'column')

/** `column = constant` or `column IN (constants)`; a column that had to be cast for the comparison does not count. */
export function valuesOf(part: Expr): {column: number; values: readonly Expr[]} | undefined {
  if (part.kind === 'compare' && part.operator === '=') {
    if (part.left.kind === 'column' && isConstant(part.right)) return {column: part.left.index, values: [part.right]}
    if (part.right.kind === 'column' && isConstant(part.left)) return {column: part.right.index, values: [part.left]}
  }
  if (part.kind === 'in' && !part.isNegated && part.operand.kind === 'column' && part.list.every(isConstant))
    return {column: part.operand.index, values: part.list}
  return undefined
}

export const flipped: Readonly<Record<string, string>> = {'<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '='}

/** Bounds in ms from comparisons of a window bound with a literal. */
function narrow(part: Expr, slot: number | undefined, bounds: {from?: number; to?: number}): void {
  if (slot === undefined || part.kind !== 'compare') return
  const isLeft = part.left.kind === 'column' && part.left.index === slot
  const isRight = part.right.kind === 'column' && part.right.index === slot
  const other = isLeft ? part.right : part.left
  if (isLeft === isRight || other.kind !== 'literal' || typeof other.value !== 'number') return
  const operator = isLeft ? part.operator : flipped[part.operator]
  const from = {'>=': other.value, '>': other.value + 1, '=': other.value}[operator ?? '']
  const to = {'<=': other.value, '<': other.value - 1, '=': other.value}[operator ?? '']
  if (from !== undefined) bounds.from = Math.max(bounds.from ?? from, from)
  if (to !== undefined) bounds.to = Math.min(bounds.to ?? to, to)
}

function distinct(keys: readonly (readonly Expr[])[]): (readonly Expr[])[] {
  const seen = new Map<string, readonly Expr[]>()
  for (const key of keys)
    seen.set(
      JSON.stringify(key, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)),
      key,
    )
  return [...seen.values()]
}
