export type Reply = {readonly status: number; readonly type: string; readonly text: string; readonly body: Body}
export type GraphError = {
  readonly message: string
  readonly path?: readonly unknown[]
  readonly extensions: Record<string, unknown>
}
type Body = {readonly data?: Data; readonly errors?: readonly GraphError[]}
/** Answers are looked into by tests that know what they asked for. */
export type Data = Record<string, unknown>

/** One request, as a user's program would send it. */
export async function post(url: string, body: string | object, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {'content-type': 'application/json', ...headers},
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return replyOf(response)
}

export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  const isJson = type.includes('json') && text.length > 0
  return {status: response.status, type, text, body: isJson ? (JSON.parse(text) as Body) : {}}
}

/** The data of a query or mutation that must succeed. */
export async function ask<T = Data>(url: string, query: string, variables: object = {}): Promise<T> {
  const {body} = await post(url, {query, variables})
  if (body.errors || !body.data) throw new Error(JSON.stringify(body.errors))
  return body.data as T
}

/** The one error of a request that must fail. */
export async function refusal(url: string, query: string, variables: object = {}): Promise<GraphError> {
  const {body} = await post(url, {query, variables})
  const [error] = body.errors ?? []
  if (!error) throw new Error(`nothing was refused: ${JSON.stringify(body)}`)
  return error
}

export type Rejected = {
  readonly message: string
  readonly code: string
  readonly line: number | null
  readonly column: number | null
  readonly hint: string | null
}
const rejectedFields = '... on SqlRejected { message code line column hint }'

type Executed = {
  readonly __typename: string
  readonly statements: readonly {kind: string; message: string; queryId: string | null}[]
}

export async function execute(url: string, sql: string): Promise<Executed & Rejected> {
  const query = `mutation($sql: String!) { executeSql(sql: $sql) { __typename ... on SqlExecuted { statements { kind message queryId } } ${rejectedFields} } }`
  return (await ask<{executeSql: Executed & Rejected}>(url, query, {sql})).executeSql
}

/** Statements that must be accepted. */
export async function run(url: string, sql: string): Promise<void> {
  const result = await execute(url, sql)
  if (!result.statements) throw new Error(JSON.stringify(result))
}

export type Rows = readonly Record<string, unknown>[]

export async function pull(url: string, sql: string, after?: string): Promise<Rows> {
  const query = `query($sql: String!, $after: String) { pullQuery(sql: $sql, after: $after) { __typename ... on PullRows { rows } ${rejectedFields} } }`
  const {pullQuery} = await ask<{pullQuery: {rows?: Rows}}>(url, query, {sql, after})
  if (!pullQuery.rows) throw new Error(JSON.stringify(pullQuery))
  return pullQuery.rows
}

export type Produced = {
  readonly accepted: number
  readonly rejected: number
  readonly token: string
  readonly ranges: readonly {partition: number; firstOffset: string; lastOffset: string}[]
  readonly errors: readonly {index: number; code: string; message: string}[]
}

export const produceMutation = `mutation($input: ProduceInput!) { produce(input: $input) {
  accepted rejected token ranges { partition firstOffset lastOffset } errors { index code message } } }`

export async function produce(url: string, topic: string, records: readonly object[], more: object = {}): Promise<Produced> {
  return (await ask<{produce: Produced}>(url, produceMutation, {input: {topic, records, ...more}})).produce
}

/** Waits until something holds; a failure says what was seen last. */
export async function until<T>(what: string, look: () => Promise<T> | T, isDone: (seen: T) => boolean, ms = 20_000): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const seen = await look()
    if (isDone(seen)) return seen
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}; seen last: ${JSON.stringify(seen)}`)
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}
