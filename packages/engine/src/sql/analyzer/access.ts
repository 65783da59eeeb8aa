import type {Expr} from '../../expr/ir.ts'
import type {Ends, PullScan} from '../../plan/pull-plan.ts'
import type {Source, SourceLookup} from '../../plan/source.ts'
import type {SystemColumn} from '../../schema/schema.ts'
import type {SourceSlot} from '../logical/node.ts'
import {conjuncts} from '../logical/conjuncts.ts'
import {chooseIndex, endsOf} from './index-choice.ts'
import {lookupOf} from './lookup.ts'

type Access = Pick<PullScan, 'keys' | 'windowStart' | 'windowEnd' | 'index' | 'log'>
type Scanned = {readonly source: Source; readonly slots: readonly SourceSlot[]}

/** What a WHERE right above a scan says about where its rows can be. */
export function accessOf(where: Expr, scanned: Scanned, catalog: SourceLookup): Access {
  if (scanned.source.kind === 'stream') return streamAccess(where, scanned)
  const lookup = lookupOf(where, lookupColumns(scanned))
  if (lookup.keys !== undefined) return lookup
  const index = chooseIndex(where, scanned, catalog.indexes())
  return index === undefined ? lookup : {...lookup, index}
}

/** Keys can be looked up where the topic has a key index. Record times can be looked up in the log unless a column stands for them. */
function streamAccess(where: Expr, {source, slots}: Scanned): Access {
  const parts = conjuncts(where)
  const key = slots.filter(({origin}) => origin.kind === 'key').map(({slot}) => slot)
  const {keys} = source.window === undefined && key.length > 0 ? lookupOf(where, {key}) : {}
  const range = (name: SystemColumn): Ends | undefined => {
    const column = slots.find(({origin}) => origin.kind === 'system' && origin.name === name)
    const found = column === undefined ? [] : parts.map(part => endsOf(part, column))
    const ends = {from: found.flatMap(({from}) => from ?? []), to: found.flatMap(({to}) => to ?? [])}
    return ends.from.length + ends.to.length === 0 ? undefined : ends
  }
  const rowtime = source.timestamp === undefined ? range('ROWTIME') : undefined
  const [offset, partition] = [range('ROWOFFSET'), range('ROWPARTITION')]
  const log = {...(rowtime && {rowtime}), ...(offset && {offset}), ...(partition && {partition})}
  return {...(keys && {keys}), ...(Object.keys(log).length > 0 && {log})}
}

export function lookupColumns({slots, source}: Scanned) {
  const named = (name: string): number | undefined =>
    slots.find(({origin}) => origin.kind === 'system' && origin.name === name)?.slot
  const isKey = ({origin}: SourceSlot): boolean => origin.kind === 'key'
  const key = source.kind === 'table' ? slots.filter(isKey).map(({slot}) => slot) : []
  return {key, windowStart: named('WINDOWSTART'), windowEnd: named('WINDOWEND')}
}
