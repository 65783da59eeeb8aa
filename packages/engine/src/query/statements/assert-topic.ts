import type {Clock} from '../../base/clock.ts'
import {EngineError} from '../../base/errors.ts'
import type {CompiledStatement} from '../../sql/statements/compiled-statement.ts'
import type {LogStore} from '../../storage/port/log-store.ts'

type AssertTopic = Extract<CompiledStatement, {kind: 'assert-topic'}>

/** Waits until a topic is (or is not) there as asserted, for as long as the statement says. */
export async function assertTopic(
  log: LogStore,
  clock: Clock,
  {topic, isNegated, partitions, timeoutMs}: AssertTopic,
): Promise<string> {
  const deadlineMs = clock.nowMs() + (timeoutMs ?? 1000)
  for (;;) {
    const found = await log.topic(topic)
    const isThere = found !== undefined && (partitions === undefined || found.partitions === partitions)
    if (isThere !== isNegated) return `Topic ${topic} ${isNegated ? 'does not exist' : 'exists'}`
    if (clock.nowMs() >= deadlineMs) {
      const state = found === undefined ? 'does not exist' : `exists with ${found.partitions} partitions`
      throw new EngineError('SQL_INVALID', `Topic ${topic} ${state}, expected ${isNegated ? 'none' : (partitions ?? 'one')}`)
    }
    await clock.sleep(20)
  }
}
