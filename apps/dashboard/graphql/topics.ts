import {graphql} from './document.ts'

export type Partition = {
  readonly id: number
  readonly beginOffset: string
  readonly endOffset: string
  readonly bytes: string
}

export type Topic = {
  readonly name: string
  readonly encoding: 'BYTES' | 'COLUMNS'
  readonly isInternal: boolean
  readonly createdAt: string
  readonly partitions: readonly Partition[]
  readonly retentionMs: string | null
  readonly retentionBytes: string | null
  readonly cleanupPolicy: string
  readonly compression: string
}

const fields = `
  name encoding isInternal createdAt retentionMs retentionBytes cleanupPolicy compression
  partitions { id beginOffset endOffset bytes }
`

export const topicsDocument = graphql<{readonly topics: readonly Topic[]}, {readonly includeInternal: boolean}>(
  `query Topics($includeInternal: Boolean!) { topics(includeInternal: $includeInternal) { ${fields} } }`,
)

export const topicDocument = graphql<{readonly topic: Topic | null}, {readonly name: string}>(
  `query Topic($name: String!) { topic(name: $name) { ${fields} } }`,
)
