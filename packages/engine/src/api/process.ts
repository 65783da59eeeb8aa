import type {Offset} from '../record/record.ts'

export type QueryState = 'RUNNING' | 'PAUSED' | 'FAILED' | 'STARTING'
export type QueryInfo = {
  readonly id: string
  readonly statement: string
  readonly state: QueryState
  readonly error?: string
  readonly sources: readonly string[]
  readonly sink: string
  readonly sinkTopic: string
  readonly tasks: readonly TaskInfo[]
}

export type TaskInfo = {
  readonly id: string
  readonly subTopology: number
  readonly partition: number
  readonly worker: number
  readonly recordsIn: number
  readonly recordsOut: number
  readonly badRecords: number
  readonly stateEntries: number
  readonly inputs: readonly {
    readonly topic: string
    readonly partition: number
    readonly position: Offset
    readonly endOffset: Offset
    readonly lag: number
  }[]
}

export type MetricsSnapshot = {
  readonly atMs: number
  readonly uptimeMs: number
  readonly recordsProduced: number
  readonly bytesProduced: number
  readonly recordsProcessed: number
  readonly recordsEmitted: number
  readonly badRecords: number
  /** By consumers, pages of records, push and pull queries of this process; those that tasks skip are bad records. */
  readonly corruptBatchesSkipped: number
  readonly pushSubscriptions: number
  readonly pullQueries: number
  readonly topics: readonly {
    readonly name: string
    readonly partitions: number
    readonly endOffset: Offset
    readonly records: number
    readonly bytes: number
  }[]
  readonly queries: readonly {
    readonly id: string
    readonly state: QueryState
    readonly lag: number
    readonly recordsIn: number
    readonly recordsOut: number
    readonly badRecords: number
  }[]
}

export type Health = {
  readonly isReady: boolean
  readonly storage: string
  readonly durability: {readonly leader: string; readonly all: string; readonly canAckAll: boolean}
  readonly facts: Readonly<Record<string, string>>
}
