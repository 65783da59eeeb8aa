import {graphql} from './document.ts'
import type {Column} from './sources.ts'

/** Why a statement was refused, and where; lines and columns count from 1. */
export type SqlRejected = {
  readonly message: string
  readonly code: string
  readonly line: number | null
  readonly column: number | null
  readonly length: number | null
  readonly hint: string | null
}

export type Row = Readonly<Record<string, unknown>>

export type StatementResult = {
  readonly kind: string
  readonly statement: string
  readonly message: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  readonly warnings: readonly string[]
}

export type Executed =
  | {readonly kind: 'SqlExecuted'; readonly statements: readonly StatementResult[]}
  | ({readonly kind: 'SqlRejected'} & SqlRejected)

const rejected = `... on SqlRejected { message code line column length hint }`

export const executeDocument = graphql<{readonly executeSql: Executed}, {readonly sql: string}>(`
  mutation Execute($sql: String!) {
    executeSql(sql: $sql) {
      kind: __typename
      ... on SqlExecuted { statements { kind statement message columns rows warnings } }
      ${rejected}
    }
  }
`)

export type Pulled =
  | {readonly kind: 'PullRows'; readonly schema: readonly Column[]; readonly rows: readonly Row[]}
  | ({readonly kind: 'SqlRejected'} & SqlRejected)

export const pullDocument = graphql<{readonly pullQuery: Pulled}, {readonly sql: string}>(`
  query Pull($sql: String!) {
    pullQuery(sql: $sql) { kind: __typename ... on PullRows { schema { name type isKey } rows } ${rejected} }
  }
`)

export type PushEvent = {
  readonly rows: readonly Row[]
  readonly tombstones: readonly boolean[]
  readonly cursor: string
  readonly dropped: number
  readonly schema: readonly Column[]
}

export type PushVariables = {
  readonly sql: string
  readonly after?: string
  readonly properties?: Readonly<Record<string, string>>
}

export const pushDocument = graphql<{readonly pushQuery: PushEvent}, PushVariables>(`
  subscription Push($sql: String!, $after: String, $properties: JSON) {
    pushQuery(sql: $sql, after: $after, properties: $properties) {
      rows
      tombstones
      cursor
      dropped
      schema {
        name
        type
        isKey
      }
    }
  }
`)

export const validateDocument = graphql<{readonly validateSql: readonly SqlRejected[]}, {readonly sql: string}>(`
  query Validate($sql: String!) {
    validateSql(sql: $sql) {
      message
      code
      line
      column
      length
      hint
    }
  }
`)

export type SqlFunction = {
  readonly name: string
  readonly kind: string
  readonly description: string
  readonly signatures: readonly string[]
}

export const completionDocument = graphql<{
  readonly streams: readonly {readonly name: string; readonly columns: readonly Column[]}[]
  readonly tables: readonly {readonly name: string; readonly columns: readonly Column[]}[]
  readonly functions: readonly SqlFunction[]
}>(`
  {
    streams {
      name
      columns {
        name
        type
        isKey
      }
    }
    tables {
      name
      columns {
        name
        type
        isKey
      }
    }
    functions {
      name
      kind
      description
      signatures
    }
  }
`)
