import {parseArgs} from 'node:util'
import {ApiError, ask, listen, Servers, sleep} from './api.ts'
import type {Event} from './history.ts'

/** A member of the group in a process of its own, which the fault run kills. It says each thing that it has seen as a line. */
const {values} = parseArgs({
  options: {
    urls: {type: 'string'},
    first: {type: 'string'},
    topic: {type: 'string'},
    group: {type: 'string'},
    session: {type: 'string'},
  },
})
const {topic, group} = values

type Batch = {
  readonly partition: number
  readonly memberId: string
  readonly generation: number
  readonly records: readonly {readonly offset: string; readonly value: string}[]
}
const consumeQuery = `subscription($topic: String!, $group: String!, $session: Int!) {
  consume(topic: $topic, group: $group, sessionTimeoutMs: $session, maxRecords: 50, maxUnacked: 100) {
    partition memberId generation records { offset value } } }`
const commitQuery = 'mutation($input: CommitOffsetsInput!) { commitOffsets(input: $input) { group { generation } } }'

const say = (event: Event): void => void process.stdout.write(`${JSON.stringify(event)}\n`)

async function handle(url: string, {partition, memberId: member, generation, records}: Batch): Promise<void> {
  for (const {offset, value} of records)
    say({kind: 'handled', atMs: Date.now(), partition, offset: Number(offset), value, member, generation})
  const next = Number(records.at(-1)?.offset) + 1
  const startedMs = Date.now()
  const input = {group, memberId: member, generation, offsets: [{topic, partition, offset: next}]}
  try {
    await ask(url, commitQuery, {input})
    say({kind: 'committed', startedMs, atMs: Date.now(), partition, next, member, generation})
  } catch (error) {
    // The partition is another member's by now, who gets these records again.
    if (!(error instanceof ApiError && (error.code === 'FENCED_GENERATION' || error.code === 'UNKNOWN_MEMBER'))) throw error
  }
}

const servers = new Servers(values.urls?.split(',') ?? [], Number(values.first))
for (;;) {
  try {
    const variables = {topic, group, session: Number(values.session)}
    for await (const {consume} of listen<{readonly consume: Batch}>(servers.url, consumeQuery, variables))
      await handle(servers.url, consume)
  } catch (error) {
    if (error instanceof ApiError && !error.isRetryable)
      say({kind: 'failed', atMs: Date.now(), message: `consume: ${error.message}`})
  }
  servers.next()
  await sleep(50)
}
