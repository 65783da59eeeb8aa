import type {Expr} from '../../expr/ir.ts'
import type {PullScan} from '../../plan/pull-plan.ts'
import type {Source, SourceLookup} from '../../plan/source.ts'
import type {SourceSlot} from '../logical/node.ts'
import {chooseIndex} from './index-choice.ts'
import {lookupOf} from './lookup.ts'

type Access = Pick<PullScan, 'keys' | 'windowStart' | 'windowEnd' | 'index' | 'log'>
type Scanned = {readonly source: Source; readonly slots: readonly SourceSlot[]}

/** What a WHERE right above a scan says about where its rows can be. */
export function accessOf(where: Expr, scanned: Scanned, catalog: SourceLookup): Access {
  const lookup = lookupOf(where, lookupColumns(scanned))
  if (scanned.source.kind === 'stream' || lookup.keys !== undefined) return lookup
  const index = chooseIndex(where, scanned, catalog.indexes())
  return index === undefined ? lookup : {...lookup, index}
}

export function lookupColumns({slots, source}: Scanned) {
  const named = (name: string): number | undefined =>
    slots.find(({origin}) => origin.kind === 'system' && origin.name === name)?.slot
  const isKey = ({origin}: SourceSlot): boolean => origin.kind === 'key'
  const key = source.kind === 'table' ? slots.filter(isKey).map(({slot}) => slot) : []
  return {key, windowStart: named('WINDOWSTART'), windowEnd: named('WINDOWEND')}
}
