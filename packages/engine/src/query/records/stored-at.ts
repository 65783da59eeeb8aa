import {assert, assertNever, must} from '../../base/assert.ts'
import {EngineError} from '../../base/errors.ts'
import type {Offset} from '../../record/record.ts'
import {compactJson} from '../../serde/json-number.ts'
import type {Source} from '../../plan/source.ts'
import type {AppendBatch, AppendOutcome} from '../../storage/port/log-store.ts'
import {recordReader} from './record-reader.ts'

/** Throws why a batch was refused; where all were aborted for the sake of another one, why that one was. */
export function mustBeStored(
  batches: readonly AppendBatch[],
  outcomes: readonly AppendOutcome[],
  source: Source | undefined,
): void {
  const isRefusal = ({kind}: AppendOutcome): boolean => kind !== 'appended' && kind !== 'duplicate'
  const cause = outcomes.findIndex(outcome => isRefusal(outcome) && outcome.kind !== 'aborted')
  const refused = cause >= 0 ? cause : outcomes.findIndex(isRefusal)
  if (refused >= 0) throw refusalOf(must(batches[refused], 'batch'), must(outcomes[refused], 'outcome'), source)
}

export function storedAt(outcome: AppendOutcome): Offset {
  assert(outcome.kind === 'appended' || outcome.kind === 'duplicate', 'a stored batch')
  return outcome.baseOffset
}

function refusalOf(batch: AppendBatch, outcome: AppendOutcome, source: Source | undefined): EngineError {
  const {topic, partition} = batch
  const at = `${topic}/${partition}`
  switch (outcome.kind) {
    case 'out-of-order':
      return new EngineError(
        'SEQUENCE_OUT_OF_ORDER',
        `found sequence ${batch.producer?.sequence} for ${at}, expected ${outcome.expectedSequence}`,
        {topic, partition, found: batch.producer?.sequence, expected: outcome.expectedSequence},
      )
    case 'fenced':
      return new EngineError(
        'FENCED_EPOCH',
        `found epoch ${batch.producer?.epoch} of this producer for ${at}, expected at least ${outcome.by}: a newer one has taken over`,
        {topic, partition, found: batch.producer?.epoch, expected: outcome.by},
      )
    case 'conflict':
      return conflict(`found end ${outcome.end} of ${at}, expected ${batch.expectedEnd}`, {
        topic,
        partition,
        found: outcome.end,
        expected: batch.expectedEnd,
      })
    case 'key-conflict': {
      const {expected} = must(batch.keys?.[outcome.index], 'key of a conflict')
      const key = keyOf(batch, source)
      const shown = typeof key === 'string' ? `'${key}'` : compactJson(key)
      const details = {topic, partition, key, found: outcome.version, expected}
      return conflict(`found ${outcome.version} events of key ${shown} in ${at}, expected ${expected}`, details)
    }
    case 'known-events':
      return conflict(
        `found ${outcome.known} of ${batch.eventIds?.length} events of a key stored in ${at} already, expected all or none`,
        {topic, partition},
      )
    case 'unknown-partition':
      return new EngineError('TOPIC_NOT_FOUND', `topic ${topic} has no partition ${partition} any more`)
    case 'aborted':
      return conflict(`${at} was not written because another partition refused`, {topic, partition})
    case 'appended':
    case 'duplicate':
      throw new Error('a batch that is stored was not refused')
    default:
      return assertNever(outcome, 'outcome')
  }
}

/** As its reader would see it: a batch that expects something holds one key. */
function keyOf({bytes, count, maxTimestampMs, partition}: AppendBatch, source: Source | undefined): unknown {
  const [record] = recordReader(source)({baseOffset: 0, bytes, count, maxTimestampMs}, 0, partition).records
  return must(record, 'record of a batch').key
}

const conflict = (message: string, details: Readonly<Record<string, unknown>>): EngineError =>
  new EngineError('VERSION_CONFLICT', message, details)
