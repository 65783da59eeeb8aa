import type {OnCorruptBatch, OnNoOffset} from '@millrace/engine'
import {builder} from './builder.ts'

export const OnNoOffsetEnum = builder.enumType('OnNoOffset', {
  description: 'Where to go on when a position is no longer, or not yet, in the log.',
  values: {EARLIEST: {value: 'earliest'}, LATEST: {value: 'latest'}, ERROR: {value: 'error'}} as const,
})

export const OnCorruptBatchEnum = builder.enumType('OnCorruptBatch', {
  description:
    'What to do with a batch whose checksum does not match. FAIL: stop, and say which it is. SKIP: go on behind it; the processing log has an entry.',
  values: {FAIL: {value: 'fail'}, SKIP: {value: 'skip'}} as const,
})

type Policies = {
  readonly onOutOfRange?: OnNoOffset | null | undefined
  readonly onCorruptBatch?: OnCorruptBatch | null | undefined
}

/** Arguments of fields that read a log without a group. */
export const readPolicyArguments = builder.args(t => ({
  onOutOfRange: t.field({type: OnNoOffsetEnum, description: 'Absent: the nearest position that there is.'}),
  onCorruptBatch: t.field({type: OnCorruptBatchEnum, description: "Absent: as the topic's setting says."}),
}))

export const readPolicies = ({onOutOfRange, onCorruptBatch}: Policies) => ({
  ...(onOutOfRange ? {onOutOfRange} : {}),
  ...(onCorruptBatch ? {onCorruptBatch} : {}),
})
