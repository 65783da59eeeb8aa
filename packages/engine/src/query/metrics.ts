import type {MetricsSnapshot, QueryInfo, TopicInfo} from '../engine-api.ts'
import {partitionKey, type Offset} from '../record/record.ts'

export type Totals = Pick<
  MetricsSnapshot,
  'atMs' | 'uptimeMs' | 'recordsProduced' | 'bytesProduced' | 'pushSubscriptions' | 'pullQueries' | 'corruptBatchesSkipped'
>

/** Numbers of this process, with lags as of the given ends. */
export function metricsOf(totals: Totals, topics: readonly TopicInfo[], queries: readonly QueryInfo[]): MetricsSnapshot {
  const ends = new Map<string, Offset>()
  for (const {name, partitions} of topics)
    for (const {id, endOffset} of partitions) ends.set(partitionKey({topic: name, partition: id}), endOffset)
  const perQuery = queries.map(({id, state, tasks}) => ({
    id,
    state,
    lag: sum(
      tasks.flatMap(({inputs}) =>
        inputs.map(input => Math.max(0, (ends.get(partitionKey(input)) ?? input.endOffset) - input.position)),
      ),
    ),
    recordsIn: sum(tasks.map(({recordsIn}) => recordsIn)),
    recordsOut: sum(tasks.map(({recordsOut}) => recordsOut)),
    badRecords: sum(tasks.map(({badRecords}) => badRecords)),
  }))
  return {
    ...totals,
    recordsProcessed: sum(perQuery.map(({recordsIn}) => recordsIn)),
    recordsEmitted: sum(perQuery.map(({recordsOut}) => recordsOut)),
    badRecords: sum(perQuery.map(({badRecords}) => badRecords)),
    topics: topics.map(({name, partitions}) => ({
      name,
      partitions: partitions.length,
      endOffset: sum(partitions.map(({endOffset}) => endOffset)),
      records: sum(partitions.map(({beginOffset, endOffset}) => endOffset - beginOffset)),
      bytes: sum(partitions.map(({bytes}) => bytes)),
    })),
    queries: perQuery,
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
