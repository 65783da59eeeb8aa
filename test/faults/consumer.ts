import {ApiError, ask} from './api.ts'
import {consumeForEver, group, isAnothers, say, topic, type Batch} from './member.ts'

/** A member of the group in a process of its own, which the fault run kills. It says each thing that it has seen as a line. */
const commitQuery = 'mutation($input: CommitOffsetsInput!) { commitOffsets(input: $input) { group { generation } } }'

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
    if (!(error instanceof ApiError && isAnothers(error))) throw error
  }
}

await consumeForEver({
  maxRecords: 50,
  maxUnacked: 100,
  handle,
  failure: ({isRetryable, message}) => (isRetryable ? undefined : `consume: ${message}`),
})
