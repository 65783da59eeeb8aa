import {graphql} from './document.ts'
import type {QueryState} from './queries.ts'

/** Columns: one list a measure, in the order of `names` or `ids`. */
export type MetricsFrame = {
  readonly sequence: number
  readonly at: string
  readonly uptimeMs: string
  readonly producedPerSecond: number
  readonly processedPerSecond: number
  readonly emittedPerSecond: number
  readonly badRecords: string
  readonly lag: string
  readonly pushSubscriptions: number
  readonly topics: {
    readonly names: readonly string[]
    readonly endOffsets: readonly string[]
    readonly records: readonly string[]
    readonly bytes: readonly string[]
    readonly inPerSecond: readonly number[]
  }
  readonly queries: {
    readonly ids: readonly string[]
    readonly states: readonly QueryState[]
    readonly lags: readonly string[]
    readonly badRecords: readonly string[]
    readonly inPerSecond: readonly number[]
    readonly outPerSecond: readonly number[]
  }
}

export const metricsDocument = graphql<{readonly metrics: MetricsFrame}>(`
  subscription Metrics {
    metrics(everyMs: 1000) {
      sequence
      at
      uptimeMs
      producedPerSecond
      processedPerSecond
      emittedPerSecond
      badRecords
      lag
      pushSubscriptions
      topics {
        names
        endOffsets
        records
        bytes
        inPerSecond
      }
      queries {
        ids
        states
        lags
        badRecords
        inPerSecond
        outPerSecond
      }
    }
  }
`)
