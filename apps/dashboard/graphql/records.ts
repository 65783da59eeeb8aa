import {graphql} from './document.ts'

export type TopicRecord = {
  readonly partition: number
  readonly offset: string
  readonly timestamp: string
  readonly key: unknown
  readonly value: unknown
  readonly headers: readonly {readonly key: string; readonly value: string | null}[]
}

export type StartPosition =
  | {readonly earliest: true}
  | {readonly latest: true}
  | {readonly timestamp: string}
  | {readonly offsets: readonly {readonly partition: number; readonly offset: string}[]}

const fields = `partition offset timestamp key value headers { key value }`

export type RecordPage = {
  readonly nodes: readonly TopicRecord[]
  readonly endCursor: string
  readonly hasNextPage: boolean
}

export type RecordsVariables = {
  readonly topic: string
  readonly first: number
  readonly from?: StartPosition
  readonly after?: string
  readonly partition?: number
}

export const recordsDocument = graphql<{readonly topic: {readonly records: RecordPage} | null}, RecordsVariables>(`
  query Records($topic: String!, $from: StreamPosition, $after: String, $partition: Int, $first: Int!) {
    topic(name: $topic) {
      records(from: $from, after: $after, partition: $partition, first: $first) { nodes { ${fields} } endCursor hasNextPage }
    }
  }
`)

export type RecordBatch = {readonly records: readonly TopicRecord[]; readonly cursor: string}

export const tailDocument = graphql<{readonly records: RecordBatch}, {readonly topic: string; readonly after?: string}>(
  `subscription Tail($topic: String!, $after: String) { records(topic: $topic, after: $after) { records { ${fields} } cursor } }`,
)

export type ProduceVariables = {
  readonly input: {
    readonly topic: string
    readonly acks: 'LEADER' | 'ALL'
    readonly records: readonly {readonly key?: unknown; readonly value: unknown; readonly partition?: number}[]
  }
}

export type Produced = {
  readonly accepted: number
  readonly ranges: readonly {readonly partition: number; readonly firstOffset: string; readonly lastOffset: string}[]
  readonly errors: readonly {readonly index: number; readonly code: string; readonly message: string}[]
}

export const produceDocument = graphql<{readonly produce: Produced}, ProduceVariables>(`
  mutation Produce($input: ProduceInput!) {
    produce(input: $input) {
      accepted
      ranges {
        partition
        firstOffset
        lastOffset
      }
      errors {
        index
        code
        message
      }
    }
  }
`)
