import {eventsOf} from './event-stream.ts'
import {sleep} from './until.ts'

/** What trying again does not mend. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** GraphQL as any program would speak it. Whatever is not an answer throws: a Refusal, or an Error that may be tried again. */
export class ApiClient {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  async request<T>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {'content-type': 'application/json', accept: 'application/json'},
      body: JSON.stringify({query, variables}),
    })
    const {data, errors = []} = (await response.json()) as {readonly data?: T; readonly errors?: readonly GraphqlError[]}
    const text = `GraphQL: ${JSON.stringify(errors)}`
    if (errors.some(({extensions}) => extensions?.retryable !== true)) throw new Refusal(text)
    if (!data || errors.length > 0) throw new Error(text)
    return data
  }

  async execute(sql: string): Promise<void> {
    type Answer = {readonly executeSql: {readonly kind: string; readonly message?: string}}
    const {executeSql} = await this.request<Answer>(
      'mutation($sql: String!) { executeSql(sql: $sql) { kind: __typename ... on SqlRejected { message line column } } }',
      {sql},
    )
    if (executeSql.kind !== 'SqlExecuted') throw new Refusal(JSON.stringify(executeSql))
  }

  async pull(sql: string, after?: string): Promise<readonly Row[]> {
    type Answer = {readonly pullQuery: {readonly rows?: readonly Row[]}}
    const {pullQuery} = await this.request<Answer>(
      'query($sql: String!, $after: String) { pullQuery(sql: $sql, after: $after) { ... on PullRows { rows } ... on SqlRejected { message } } }',
      {sql, after},
    )
    if (!pullQuery.rows) throw new Refusal(JSON.stringify(pullQuery))
    return pullQuery.rows
  }

  async produce(input: ProduceInput): Promise<Produced> {
    const {produce} = await this.request<{readonly produce: Produced}>(
      'mutation($input: ProduceInput!) { produce(input: $input) { accepted rejected isDuplicate token ranges { partition firstOffset lastOffset } errors { index code message } } }',
      {input},
    )
    if (produce.errors.length > 0) throw new Refusal(`records: ${JSON.stringify(produce.errors)}`)
    return produce
  }

  /** All records of a topic, by partition and offset. */
  async records(topic: string): Promise<readonly StoredRecord[]> {
    const query = `query($topic: String!, $after: String) { topic(name: $topic) {
      records(after: $after, first: 1000) { nodes { partition offset key value } endCursor hasNextPage } } }`
    const all: StoredRecord[] = []
    for (let after: string | undefined, isMore = true; isMore;) {
      const answer: TopicPage = await this.request(query, {topic, after})
      const {nodes, endCursor, hasNextPage} = answer.topic.records
      all.push(...nodes.map(node => ({...node, offset: Number(node.offset)})))
      after = endCursor
      isMore = hasNextPage
    }
    return all.sort((left, right) => left.partition - right.partition || left.offset - right.offset)
  }

  /** A push query that goes on at its cursor when its connection ends, until it is closed. */
  push(sql: string): Push {
    const closing = new AbortController()
    const rows: Row[] = []
    let cursor: string | undefined
    let opened = (): void => {}
    const isOpen = new Promise<void>(resolve => (opened = resolve))
    const hear = (event: PushEvent): void => {
      rows.push(...event.rows)
      cursor = event.cursor
      opened()
    }
    const run = async (): Promise<void> => {
      while (!closing.signal.aborted) {
        await this.#listen(sql, cursor, closing.signal, hear).catch(() => {})
        await sleep(20)
      }
    }
    const running = run()
    return {
      rows,
      isOpen,
      async close() {
        closing.abort()
        await running
      },
    }
  }

  async #listen(sql: string, after: string | undefined, signal: AbortSignal, hear: (event: PushEvent) => void): Promise<void> {
    const query = 'subscription($sql: String!, $after: String) { pushQuery(sql: $sql, after: $after) { rows cursor } }'
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      signal,
      headers: {'content-type': 'application/json', accept: 'text/event-stream'},
      body: JSON.stringify({query, variables: {sql, after}}),
    })
    for await (const event of eventsOf(response)) {
      const {data} = event as {readonly data?: {readonly pushQuery: PushEvent}}
      if (!data) throw new Error(`the push query failed: ${JSON.stringify(event)}`)
      hear(data.pushQuery)
    }
  }
}

type GraphqlError = {readonly message: string; readonly extensions?: {readonly code?: string; readonly retryable?: boolean}}
export type Row = Readonly<Record<string, unknown>>
export type StoredRecord = {readonly partition: number; readonly offset: number; readonly key: unknown; readonly value: unknown}
export type Push = {
  /** All so far. */
  readonly rows: readonly Row[]
  /** Resolves when the first event has come. */
  readonly isOpen: Promise<void>
  close(): Promise<void>
}
type PushEvent = {readonly rows: readonly Row[]; readonly cursor: string}
type TopicPage = {
  readonly topic: {
    readonly records: {
      readonly nodes: readonly (Omit<StoredRecord, 'offset'> & {readonly offset: string})[]
      readonly endCursor: string
      readonly hasNextPage: boolean
    }
  }
}

export type ProduceInput = {
  readonly topic: string
  readonly records: readonly {
    readonly key?: unknown
    readonly value?: unknown
    readonly timestamp?: number
    readonly partition?: number
  }[]
  readonly acks?: 'NONE' | 'LEADER' | 'ALL'
  readonly producer?: {readonly id: string; readonly epoch: number; readonly sequence: number}
}
export type Produced = {
  readonly accepted: number
  readonly rejected: number
  readonly isDuplicate: boolean
  readonly token: string
  readonly ranges: readonly {readonly partition: number; readonly firstOffset: string; readonly lastOffset: string}[]
  readonly errors: readonly unknown[]
}
