import {graphql} from './document.ts'

export type Column = {readonly name: string; readonly type: string; readonly isKey: boolean}

export type Source = {
  readonly name: string
  readonly kind: 'STREAM' | 'TABLE'
  readonly topic: string
  readonly partitions: number
  readonly keyFormat: string
  readonly valueFormat: string
  readonly window: string | null
  readonly columns: readonly Column[]
  readonly statement: string
  readonly createdBy: string | null
  readonly isReadOnly: boolean
  readonly readBy: readonly string[]
}

const fields = `
  name kind topic partitions keyFormat valueFormat window columns { name type isKey } statement createdBy isReadOnly readBy
`

export const sourcesDocument = graphql<{readonly streams: readonly Source[]; readonly tables: readonly Source[]}>(
  `{ streams { ${fields} } tables { ${fields} } }`,
)

export const sourceDocument = graphql<{readonly source: Source | null}, {readonly name: string}>(
  `query Source($name: String!) { source(name: $name) { ${fields} } }`,
)
