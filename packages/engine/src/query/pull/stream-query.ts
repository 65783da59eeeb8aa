import type {EvaluationEnv} from '../../expr/bind.ts'
import type {Ends, PullScan, RangeEnd} from '../../plan/pull-plan.ts'
import type {Source} from '../../plan/source.ts'
import {keyPartitioner} from './key-partitioner.ts'
import {constantRows} from './run-pull.ts'
import type {StreamQuery} from './stream-rows.ts'

/** What a scan says about where to look, with its constants computed; undefined when nothing can match. */
export function streamQuery(
  {keys, log}: PullScan,
  source: Source,
  count: number,
  env: EvaluationEnv,
  signal: AbortSignal | undefined,
): Omit<StreamQuery, 'damage'> | undefined {
  const [rowtime, offsets, partition] = [log?.rowtime, log?.offset, log?.partition].map(ends => boundsOf(ends, env))
  if (rowtime === undefined || offsets === undefined || partition === undefined) return undefined
  const all = Array.from({length: count}, (_, i) => i).filter(i => i >= partition.from && i <= partition.to)
  const owners = keys && new Set(constantRows(keys, env).map(keyPartitioner(source, count)))
  const partitions = owners === undefined ? all : all.filter(i => owners.has(i))
  return {source, partitions, rowtimeFrom: rowtime.from, offsets, signal}
}

/** Inclusive bounds of whole numbers; undefined when one of the ends is NULL. */
function boundsOf(ends: Ends | undefined, env: EvaluationEnv): {readonly from: number; readonly to: number} | undefined {
  const from = valuesOf(ends?.from ?? [], 1, env)
  const to = valuesOf(ends?.to ?? [], -1, env)
  return from && to && {from: Math.max(-Infinity, ...from), to: Math.min(Infinity, ...to)}
}

function valuesOf(ends: readonly RangeEnd[], inward: number, env: EvaluationEnv): readonly number[] | undefined {
  const [row] = constantRows([ends.map(({value}) => value)], env)
  return row?.map((value, i) => Number(value) + (ends[i]?.isInclusive === true ? 0 : inward))
}
