'use client'
import type {MetricsFrame} from '../graphql/metrics.ts'
import {connection, type ConnectionState} from './connection.ts'
import {metricsStore, type QueryNumbers, type TopicNumbers} from './metrics-store.ts'
import {useSignal} from './signal.ts'

/** The newest frame; the component renders once a frame. */
export function useMetricsFrame(): MetricsFrame | undefined {
  useSignal(metricsStore.changed)
  return metricsStore.frame
}

export function useTopicNumbers(name: string): TopicNumbers | undefined {
  useSignal(metricsStore.row(`topic:${name}`))
  return metricsStore.topic(name)
}

export function useQueryNumbers(id: string): QueryNumbers | undefined {
  useSignal(metricsStore.row(`query:${id}`))
  return metricsStore.query(id)
}

/** Changes when a topic or query appears, goes, or changes its state: a reason to read lists again. */
export const useNamesRevision = (): number => useSignal(metricsStore.namesChanged)

export function useConnectionState(): ConnectionState {
  useSignal(connection.changed)
  return connection.state
}
