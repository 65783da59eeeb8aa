import type {OffsetReset, ResetTarget} from '@millrace/engine'
import {builder} from './builder.ts'
import {requestError} from './errors.ts'
import {PartitionOffsetInput} from './records.ts'
import {safeInteger} from './safe-integer.ts'

const ResetTargetInput = builder.inputType('OffsetResetTarget', {
  isOneOf: true,
  description: 'Where to go: exactly one of these.',
  fields: t => ({
    earliest: t.boolean(),
    latest: t.boolean(),
    timestamp: t.field({type: 'BigInt', description: 'The first record at or after this time, ms.'}),
    shift: t.field({type: 'BigInt', description: 'So many records from the committed offset on; negative: back.'}),
    offsets: t.field({type: [PartitionOffsetInput]}),
  }),
})

const ResetOffsetsInput = builder.inputType('ResetOffsetsInput', {
  fields: t => ({
    group: t.string({required: true}),
    topic: t.string({required: true}),
    partitions: t.field({type: ['Int'], description: 'All of the topic when absent.'}),
    to: t.field({type: ResetTargetInput, required: true}),
    dryRun: t.boolean({defaultValue: false, description: 'Only say what would change.'}),
  }),
})

const OffsetResetRef = builder.objectRef<OffsetReset>('OffsetReset').implement({
  fields: t => ({
    topic: t.exposeString('topic'),
    partition: t.exposeInt('partition'),
    before: t.field({type: 'BigInt', nullable: true, description: 'null: nothing was committed.', resolve: it => it.before}),
    after: t.field({type: 'BigInt', resolve: it => it.after}),
  }),
})

const ResetOffsetsPayload = builder
  .objectRef<{readonly resets: readonly OffsetReset[]; readonly isDryRun: boolean}>('ResetOffsetsPayload')
  .implement({
    fields: t => ({
      resets: t.field({type: [OffsetResetRef], resolve: it => [...it.resets]}),
      isDryRun: t.exposeBoolean('isDryRun'),
    }),
  })

const DropConsumerGroupPayload = builder
  .objectRef<{readonly id: string}>('DropConsumerGroupPayload')
  .implement({fields: t => ({id: t.exposeString('id')})})

builder.mutationFields(t => ({
  resetOffsets: t.field({
    type: ResetOffsetsPayload,
    description: 'Moves the committed offsets of a group, which may not have members at that moment.',
    args: {input: t.arg({type: ResetOffsetsInput, required: true})},
    resolve: async (_, {input}, {engine}) => {
      const {group, topic, partitions} = input
      const isDryRun = input.dryRun ?? false
      const resets = await engine.resetOffsets({
        group,
        topic,
        isDryRun,
        to: targetOf(input.to),
        ...(partitions ? {partitions} : {}),
      })
      return {resets, isDryRun}
    },
  }),
  dropConsumerGroup: t.field({
    type: DropConsumerGroupPayload,
    description: 'Forgets a group without members, and its offsets.',
    args: {id: t.arg.string({required: true})},
    resolve: async (_, {id}, {engine}) => {
      await engine.dropGroup(id)
      return {id}
    },
  }),
}))

type TargetInput = {
  readonly earliest?: boolean | null
  readonly latest?: boolean | null
  readonly timestamp?: number | bigint | null
  readonly shift?: number | bigint | null
  readonly offsets?: readonly {readonly partition: number; readonly offset: number | bigint}[] | null
}

function targetOf({earliest, latest, timestamp, shift, offsets}: TargetInput): ResetTarget {
  if (earliest) return {kind: 'earliest'}
  if (latest) return {kind: 'latest'}
  if (timestamp !== null && timestamp !== undefined) return {kind: 'timestamp', timestampMs: safeInteger('timestamp', timestamp)}
  if (shift !== null && shift !== undefined) return {kind: 'shift', by: safeInteger('shift', shift)}
  if (offsets)
    return {kind: 'offsets', offsets: offsets.map(({partition, offset}) => ({partition, offset: safeInteger('offset', offset)}))}
  throw requestError('INVALID_ARGUMENT', 'to: found no target, expected one that is not false or null')
}
