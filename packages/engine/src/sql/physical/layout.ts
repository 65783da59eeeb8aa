import {must} from '../../base/assert.ts'
import type {Expr} from '../../expr/ir.ts'
import type {Step} from '../../plan/step.ts'
import type {Column} from '../../schema/schema.ts'
import {rewrite} from '../logical/expr-slots.ts'
import type {SlotColumn} from '../logical/node.ts'

/** A step and where each slot stands in its rows: as a key column, beside the row, or as a value column. */
export type Lowered = {
  readonly step: Step
  readonly key: ReadonlyMap<number, Expr>
  readonly beside: ReadonlyMap<number, Expr>
  readonly value: ReadonlyMap<number, Expr>
}

export const columnAt = (column: Pick<SlotColumn, 'name' | 'type'>, index: number): Expr => ({
  kind: 'column',
  type: column.type,
  index,
  name: column.name,
})

/**
 * Slots become positions. A slot that stands both in the key and in the value is read from the key, which is there also
 * when the value is null.
 */
export const place = (expr: Expr, lowered: Lowered): Expr =>
  rewrite(expr, part => (part.kind === 'column' ? placeSlot(part.index, part.name, lowered) : undefined))

export const placeSlot = (slot: number, name: string, {key, beside, value, step}: Lowered): Expr =>
  must(key.get(slot) ?? beside.get(slot) ?? value.get(slot), `column ${name} (slot ${slot}) in ${step.id}`)

/** Schema columns for slots; equal names get `_1`, `_2`, … behind them. */
export function schemaColumns(columns: readonly Pick<SlotColumn, 'name' | 'type'>[], taken: readonly Column[] = []): Column[] {
  const names = new Set(taken.map(column => column.name))
  return columns.map(({name, type}) => {
    let unique = name
    for (let n = 1; names.has(unique); n++) unique = `${name}_${n}`
    names.add(unique)
    return {name: unique, type}
  })
}
