import {expect, test} from 'vitest'
import {silentLogger} from '../base/logger.ts'
import {openSimulatedStorage} from '../storage/simulated/open.ts'
import {instantClock} from '../testing/instant-clock.ts'
import {createProcessingLog, ProcessingLog, processingLogTopic} from './processing-log.ts'

test('bad rows are written also when somebody dropped the topic of the processing log', async () => {
  const {log} = openSimulatedStorage()
  const clock = instantClock(1000)
  await createProcessingLog(log, clock)
  const processingLog = new ProcessingLog(log, clock, silentLogger)
  for (const isDropped of [false, true]) {
    if (isDropped) await log.dropTopic(processingLogTopic)
    processingLog.report('Q', [{kind: 'deserialization', step: 'read', reason: 'no JSON'}])
    await processingLog.flush()
    expect(await log.bounds([{topic: processingLogTopic, partition: 0}])).toMatchObject([{begin: 0, end: 1}])
  }
})
