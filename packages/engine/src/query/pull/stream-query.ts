import type {EvaluationEnv} from '../../expr/bind.ts'
import type {Ends, PullScan, RangeEnd} from '../../plan/pull-plan.ts'
import {topicConfig} from '../../log/topic.ts'
import type {Source} from '../../plan/source.ts'
import type {LogStore, TopicRecord} from '../../storage/port/log-store.ts'
import {hasOneForm, storedKeys} from './indexed-keys.ts'
import {KeyIndex} from './key-index.ts'
import {constantRows} from './run-pull.ts'
import type {StreamQuery} from './stream-rows.ts'

type Searched = {readonly source: Source; readonly topic: TopicRecord; readonly log: LogStore}

/**
 * What a scan says about where to look, with its constants computed; undefined when nothing can match. Keys are looked for in
 * every partition: a producer may have named another one than theirs, or the topic had fewer when they came.
 */
export function streamQuery(
  {keys, log: range}: PullScan,
  {source, topic, log}: Searched,
  env: EvaluationEnv,
  signal: AbortSignal | undefined,
): Omit<StreamQuery, 'damage'> | undefined {
  const [rowtime, offsets, partition] = [range?.rowtime, range?.offset, range?.partition].map(ends => boundsOf(ends, env))
  if (rowtime === undefined || offsets === undefined || partition === undefined) return undefined
  const all = Array.from({length: topic.partitions}, (_, i) => i)
  const partitions = all.filter(i => i >= partition.from && i <= partition.to)
  const wanted = keys && constantRows(keys, env)
  if (wanted?.length === 0) return undefined
  const isIndexed = wanted !== undefined && topicConfig(topic).keyIndex && hasOneForm(source)
  const index = isIndexed ? new KeyIndex(log, topic.name, storedKeys(source, wanted)) : undefined
  return {source, partitions, rowtimeFrom: rowtime.from, offsets, index, signal}
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
