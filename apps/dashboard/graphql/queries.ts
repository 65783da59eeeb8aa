import {graphql} from './document.ts'

export type QueryState = 'STARTING' | 'RUNNING' | 'PAUSED' | 'FAILED'

export type TaskInput = {
  readonly topic: string
  readonly partition: number
  readonly position: string
  readonly endOffset: string
  readonly lag: string
}

export type Task = {
  readonly id: string
  readonly subTopology: number
  readonly partition: number
  readonly worker: number
  readonly recordsIn: string
  readonly recordsOut: string
  readonly badRecords: string
  readonly stateEntries: string
  readonly inputs: readonly TaskInput[]
}

export type PersistentQuery = {
  readonly id: string
  readonly statement: string
  readonly state: QueryState
  readonly error: string | null
  readonly sources: readonly string[]
  readonly sink: string
  readonly sinkTopic: string
  readonly lag: string
  readonly recordsIn: string
  readonly recordsOut: string
  readonly badRecords: string
  readonly stateEntries: string
}

export type QueryWithTasks = PersistentQuery & {readonly tasks: readonly Task[]}

const fields = `id statement state error sources sink sinkTopic lag recordsIn recordsOut badRecords stateEntries`

export const queriesDocument = graphql<{readonly queries: readonly PersistentQuery[]}>(`{ queries { ${fields} } }`)

export const queryDocument = graphql<{readonly query: QueryWithTasks | null}, {readonly id: string}>(`
  query PersistentQuery($id: String!) {
    query(id: $id) {
      ${fields}
      tasks {
        id subTopology partition worker recordsIn recordsOut badRecords stateEntries
        inputs { topic partition position endOffset lag }
      }
    }
  }
`)
