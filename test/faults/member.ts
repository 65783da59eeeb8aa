import {parseArgs} from 'node:util'
import {ApiError, listen, Servers, sleep} from './api.ts'
import type {Event} from './history.ts'

export type Batch = {
  readonly partition: number
  readonly memberId: string
  readonly generation: number
  readonly records: readonly {readonly offset: string; readonly value: string}[]
}

const text = {type: 'string'} as const
const {values} = parseArgs({options: {urls: text, first: text, topic: text, group: text, session: text, to: text}})

/** What the process was started with. `to`: where a member writes what it consumes. */
export const {topic, group, to} = values
const session = Number(values.session)
const servers = new Servers(values.urls?.split(',') ?? [], Number(values.first))

const consumeQuery = `subscription($topic: String!, $group: String!, $session: Int!, $maxRecords: Int!, $maxUnacked: Int!) {
  consume(topic: $topic, group: $group, sessionTimeoutMs: $session, maxRecords: $maxRecords, maxUnacked: $maxUnacked) {
    partition memberId generation records { offset value } } }`

type Member = {
  readonly maxRecords: number
  readonly maxUnacked: number
  readonly handle: (url: string, batch: Batch) => Promise<void>
  /** What it says of an error of the server; nothing where that is to be expected. */
  readonly failure: (error: ApiError) => string | undefined
}

/** A member of the group for ever: whatever ends its subscription, it joins again at the next server. */
export async function consumeForEver({maxRecords, maxUnacked, handle, failure}: Member): Promise<void> {
  for (;;) {
    try {
      const variables = {topic, group, session, maxRecords, maxUnacked}
      for await (const {consume} of listen<{readonly consume: Batch}>(servers.url, consumeQuery, variables))
        await handle(servers.url, consume)
    } catch (error) {
      const message = error instanceof ApiError ? failure(error) : undefined
      if (message !== undefined) say({kind: 'failed', atMs: Date.now(), message})
    }
    servers.next()
    await sleep(50)
  }
}

/** One thing that happened, as a line for the fault run. */
export const say = (event: Event): void => void process.stdout.write(`${JSON.stringify(event)}\n`)

/** The partition is another member's by now, who gets these records again. */
export const isAnothers = ({code}: ApiError): boolean => code === 'FENCED_GENERATION' || code === 'UNKNOWN_MEMBER'
