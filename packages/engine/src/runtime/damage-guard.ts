import {must} from '../base/assert.ts'
import type {Chunk} from '../chunk/chunk.ts'
import {corruptPolicyIn, readOrSkip} from '../log/damage.ts'
import type {BadRow} from '../operators/operator.ts'
import type {TaskProgram} from './program.ts'
import type {QueryRun} from './query-run.ts'

const noRows: Chunk = {count: 0, columns: [], timestamps: []}

/**
 * Makes a program say where a damaged batch is, or skip it where the operator said so: the session when the query was made, or
 * the topic. What is skipped is one bad row, which names the batch.
 */
export function guardDamage(program: TaskProgram, {topics, settings}: QueryRun, partition: number): TaskProgram {
  const decode = program.decode.bind(program)
  const ofSession = corruptPolicyIn(settings)
  const policies = program.topics.map(topic => ofSession ?? must(topics[topic], `topic ${topic}`).onCorruptBatch)
  const guarded: Pick<TaskProgram, 'decode'> = {
    decode(index, batch, from) {
      const badRows: BadRow[] = []
      const topic = must(program.topics[index], 'topic of a batch')
      const decoded = readOrSkip(() => decode(index, batch, from), {topic, partition}, batch, {
        onCorruptBatch: must(policies[index], 'policy of a topic'),
        onSkipped: ({offset, reason}) => badRows.push({kind: 'corrupt-batch', step: 'read', reason, topic, partition, offset}),
      })
      return decoded ?? {parts: [{input: 0, chunk: noRows}], badRows}
    },
  }
  // The program was made for this task and is nobody else's.
  return Object.assign(program, guarded)
}
