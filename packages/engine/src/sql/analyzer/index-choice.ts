import type {Expr} from '../../expr/ir.ts'
import type {IndexLookup, RangeEnd} from '../../plan/pull-plan.ts'
import type {Source} from '../../plan/source.ts'
import {placesOfIndex, type TableIndex} from '../../plan/table-index.ts'
import {typesEqual, type SqlType} from '../../schema/sql-type.ts'
import {conjuncts} from '../logical/conjuncts.ts'
import type {SourceSlot} from '../logical/node.ts'
import {flipped, isConstant, KEYS_MAX, valuesOf} from './lookup.ts'

type Found = {readonly lookup: IndexLookup; readonly score: number}

/** The index that narrows the search most: each leading column that is fixed counts two, a range of the next one. */
export function chooseIndex(
  where: Expr,
  {source, slots}: {readonly source: Source; readonly slots: readonly SourceSlot[]},
  indexes: readonly TableIndex[],
): IndexLookup | undefined {
  const parts = conjuncts(where)
  const keyCount = source.schema.key.length
  const slotAt = (place: number): SourceSlot | undefined =>
    slots.find(({origin}) =>
      place < keyCount
        ? origin.kind === 'key' && origin.index === place
        : origin.kind === 'value' && origin.index === place - keyCount,
    )
  const found = indexes.flatMap((index): Found[] => {
    if (index.table !== source.name) return []
    const columns = placesOfIndex(index, source)?.map(slotAt)
    return columns === undefined ? [] : lookupBy(index, columns, parts)
  })
  const [first, ...more] = found
  return first && more.reduce((best, next) => (next.score > best.score ? next : best), first).lookup
}

function lookupBy(
  {name, columns: names}: TableIndex,
  columns: readonly (SourceSlot | undefined)[],
  parts: readonly Expr[],
): Found[] {
  let equal: (readonly Expr[])[] = [[]]
  let fixed = 0
  for (const column of columns) {
    const values = column && equalTo(column, parts)
    if (values === undefined || equal.length * values.length > KEYS_MAX) break
    equal = equal.flatMap(tuple => values.map(value => [...tuple, value]))
    fixed++
  }
  const next = columns[fixed]
  const range = next === undefined ? {} : rangeOf(next, parts)
  const score = 2 * fixed + (range.from === undefined && range.to === undefined ? 0 : 1)
  return score === 0 ? [] : [{lookup: {name, columns: names, equal, ...range}, score}]
}

function equalTo(column: SourceSlot, parts: readonly Expr[]): readonly Expr[] | undefined {
  for (const part of parts) {
    const found = valuesOf(part)
    if (found?.column === column.slot && found.values.every(value => hasBytesOf(value.type, column.type))) return found.values
  }
  return undefined
}

/** The first lower and the first upper bound; the others are tested row by row. */
function rangeOf(column: SourceSlot, parts: readonly Expr[]): {readonly from?: RangeEnd; readonly to?: RangeEnd} {
  let range: {from?: RangeEnd; to?: RangeEnd} = {}
  for (const part of parts) {
    const {from, to} = endsOf(part, column)
    range = {...(from && {from}), ...(to && {to}), ...range}
  }
  return range
}

/** Bounds of a column from a comparison with a constant of its type. */
export function endsOf(part: Expr, {slot, type}: SourceSlot): {readonly from?: RangeEnd; readonly to?: RangeEnd} {
  const isColumn = (expr: Expr): boolean => expr.kind === 'column' && expr.index === slot
  const fits = (expr: Expr): boolean => isConstant(expr) && hasBytesOf(expr.type, type)
  if (part.kind === 'between' && !part.isNegated && isColumn(part.operand) && fits(part.low) && fits(part.high))
    return {from: {value: part.low, isInclusive: true}, to: {value: part.high, isInclusive: true}}
  if (part.kind !== 'compare') return {}
  const isLeft = isColumn(part.left)
  const value = isLeft ? part.right : part.left
  if ((!isLeft && !isColumn(part.right)) || !fits(value)) return {}
  const operator = isLeft ? part.operator : flipped[part.operator]
  if (operator === '>' || operator === '>=') return {from: {value, isInclusive: operator === '>='}}
  if (operator === '<' || operator === '<=') return {to: {value, isInclusive: operator === '<='}}
  if (operator === '=') return {from: {value, isInclusive: true}, to: {value, isInclusive: true}}
  return {}
}

/** A value of the one type is written as one of the other: whole numbers in a wider column. */
function hasBytesOf(value: SqlType, column: SqlType): boolean {
  if (typesEqual(value, column)) return true
  return value.kind === 'INT' && (column.kind === 'BIGINT' || column.kind === 'DOUBLE')
}
