import {createClient, type Client} from 'graphql-ws'
import {WebSocket} from 'ws'
import type {Data, GraphError, Rows} from './client.ts'

export type Event = {readonly data?: Data | null; readonly errors?: readonly GraphError[]}

/** An open subscription: events as they come, until the server or the test ends it. */
export type Subscription = {
  next(): Promise<Event | undefined>
  /** The client goes away. */
  close(): Promise<void>
}

export type Transport = {readonly name: string; subscribe(url: string, query: string, variables?: object): Promise<Subscription>}

/** Server-sent events over one POST. */
export const sse: Transport = {
  name: 'server-sent events',
  subscribe: async (url, query, variables = {}) => {
    const abort = new AbortController()
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      signal: abort.signal,
      headers: {'content-type': 'application/json', accept: 'text/event-stream'},
      body: JSON.stringify({query, variables}),
    })
    if (!response.body) throw new Error('no body')
    const events = readEvents(response.body)
    return {
      next: async () => (await events.next()).value ?? undefined,
      close: async () => {
        abort.abort()
        await events.return(undefined).catch(() => {})
      },
    }
  },
}

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<Event, undefined> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, {stream: true})
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      if (block.includes('event: complete')) return undefined
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (data) yield JSON.parse(data) as Event
    }
  }
  return undefined
}

export const openClient = (url: string): Client =>
  createClient({url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0})

/** graphql-transport-ws, a socket for each subscription. */
export const webSocket: Transport = {
  name: 'graphql-transport-ws',
  subscribe: async (url, query, variables = {}) => {
    const client = openClient(url)
    const events = client.iterate({query, variables: variables as Record<string, unknown>})
    return {
      next: async () => {
        const {value, done} = await events.next()
        return done ? undefined : (value as Event)
      },
      close: async () => client.dispose(),
    }
  },
}

export const pushQuery = 'subscription($sql: String!, $after: String) { pushQuery(sql: $sql, after: $after) { rows cursor } }'

/** The data of an event that must have some. */
export function dataOf(event: Event | undefined): Data {
  if (!event?.data) throw new Error(`no data: ${JSON.stringify(event)}`)
  return event.data
}

type PushEvent = {readonly rows: Rows; readonly cursor: string}

/** The next `count` rows of a push query, and the cursor behind them. */
export async function take(subscription: Subscription, count: number): Promise<PushEvent> {
  const rows: Record<string, unknown>[] = []
  let cursor = ''
  do {
    const event = await subscription.next()
    const batch = dataOf(event)['pushQuery'] as PushEvent
    rows.push(...batch.rows)
    cursor = batch.cursor
  } while (rows.length < count)
  return {rows, cursor}
}
