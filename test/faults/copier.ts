import {parseArgs} from 'node:util'
import {ApiError, ask, listen, Servers, sleep} from './api.ts'
import type {Event} from './history.ts'

/**
 * A member of a group whose effect is a record: it writes each value that it consumes to the same partition of another topic, in
 * one step with its offsets. After whatever goes wrong it joins again and goes on from there: so each value is there once.
 */
const {values} = parseArgs({
  options: {
    urls: {type: 'string'},
    first: {type: 'string'},
    topic: {type: 'string'},
    group: {type: 'string'},
    session: {type: 'string'},
    to: {type: 'string'},
  },
})
const {topic, group, to} = values

type Batch = {
  readonly partition: number
  readonly memberId: string
  readonly generation: number
  readonly records: readonly {readonly offset: string; readonly value: string}[]
}
const consumeQuery = `subscription($topic: String!, $group: String!, $session: Int!) {
  consume(topic: $topic, group: $group, sessionTimeoutMs: $session, maxRecords: 20, maxUnacked: 20) {
    partition memberId generation records { offset value } } }`
const produceQuery = 'mutation($input: ProduceInput!) { produce(input: $input) { accepted errors { message } } }'

const servers = new Servers(values.urls?.split(',') ?? [], Number(values.first))

async function copy({partition, memberId, generation, records}: Batch): Promise<void> {
  const offset = Number(records.at(-1)?.offset) + 1
  await ask(servers.url, produceQuery, {
    input: {
      topic: to,
      atomic: true,
      records: records.map(({value}) => ({value, partition})),
      consumed: {group, memberId, generation, offsets: [{topic, partition, offset}]},
    },
  })
}

const isMended = ({isRetryable, code}: ApiError): boolean =>
  isRetryable || code === 'FENCED_GENERATION' || code === 'UNKNOWN_MEMBER'

for (;;) {
  try {
    const variables = {topic, group, session: Number(values.session)}
    for await (const {consume} of listen<{readonly consume: Batch}>(servers.url, consumeQuery, variables)) await copy(consume)
  } catch (error) {
    if (error instanceof ApiError && !isMended(error)) {
      const event: Event = {kind: 'failed', atMs: Date.now(), message: `copy: ${error.message}`}
      process.stdout.write(`${JSON.stringify(event)}\n`)
    }
  }
  servers.next()
  await sleep(50)
}
