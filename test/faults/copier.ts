import {ask} from './api.ts'
import {consumeForEver, group, isAnothers, to, topic, type Batch} from './member.ts'

/**
 * A member of a group whose effect is a record: it writes each value that it consumes to the same partition of another topic, in
 * one step with its offsets. After whatever goes wrong it joins again and goes on from there: so each value is there once.
 */
const produceQuery = 'mutation($input: ProduceInput!) { produce(input: $input) { accepted errors { message } } }'

async function copy(url: string, {partition, memberId, generation, records}: Batch): Promise<void> {
  const offset = Number(records.at(-1)?.offset) + 1
  await ask(url, produceQuery, {
    input: {
      topic: to,
      atomic: true,
      records: records.map(({value}) => ({value, partition})),
      consumed: {group, memberId, generation, offsets: [{topic, partition, offset}]},
    },
  })
}

await consumeForEver({
  maxRecords: 20,
  maxUnacked: 20,
  handle: copy,
  failure: error => (error.isRetryable || isAnothers(error) ? undefined : `copy: ${error.message}`),
})
