import {EngineError} from '../base/errors.ts'
import type {Offset, TopicPartition} from '../record/record.ts'
import type {StoredBatch} from '../storage/port/log-store.ts'
import {corruptPolicies, type OnCorruptBatch} from './topic.ts'

/** A session property: what a query does with a damaged batch, whatever its topics say. */
const corruptBatchProperty = 'millrace.on.corrupt.batch'

/** A batch that can't be read, where it is and why; `error` is for those who stop at it. */
export type Damage = TopicPartition & {
  readonly offset: Offset
  readonly records: number
  readonly reason: string
  readonly error: EngineError
}

/** What a reader does where a batch is damaged. */
export type DamagePolicy = {readonly onCorruptBatch: OnCorruptBatch; readonly onSkipped: (damage: Damage) => void}

/** Of a reader that nobody told to skip anything. */
export const stopsAtDamage: DamagePolicy = {onCorruptBatch: 'fail', onSkipped() {}}

/** Undefined where the error does not speak of a damaged batch. */
export function damageOf(error: unknown, {topic, partition}: TopicPartition, batch: StoredBatch): Damage | undefined {
  if (!(error instanceof EngineError) || error.code !== 'BATCH_CORRUPT' || 'offset' in error.details) return undefined
  const {baseOffset: offset, count: records} = batch
  const where = `${topic}/${partition}, offset ${offset}${records > 1 ? ` to ${offset + records - 1}` : ''}`
  const reason = `${where}: ${error.message}`
  const details = {topic, partition, offset, records}
  const failure = new EngineError('BATCH_CORRUPT', `${reason}; onCorruptBatch 'skip' goes on behind it`, details, error)
  return {...details, reason, error: failure}
}

/** What `read` makes of a batch; undefined when it is damaged and to be skipped. Else a damaged batch is a BATCH_CORRUPT that says where. */
export function readOrSkip<T>(read: () => T, at: TopicPartition, batch: StoredBatch, policy: DamagePolicy): T | undefined {
  try {
    return read()
  } catch (error) {
    const damage = damageOf(error, at, batch)
    if (damage === undefined) throw error
    if (policy.onCorruptBatch === 'fail') throw damage.error
    policy.onSkipped(damage)
    return undefined
  }
}

/** What the session's property says; undefined when it is not set. EngineError INVALID_CONFIG for a word that means nothing. */
export function corruptPolicyIn(settings: Readonly<Record<string, string>>): OnCorruptBatch | undefined {
  const found = settings[corruptBatchProperty]
  if (found === undefined) return undefined
  const policy = corruptPolicies.find(each => each === found.toLowerCase())
  if (policy) return policy
  throw new EngineError(
    'INVALID_CONFIG',
    `found '${found}' for ${corruptBatchProperty}, expected one of ${corruptPolicies.join(', ')}`,
  )
}
