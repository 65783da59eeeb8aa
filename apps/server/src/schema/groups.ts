import type {CommitOffsetsRequest, ConsumedBatch, GroupInfo} from '@millrace/engine'
import type {GraphQLResolveInfo} from 'graphql'
import {serverLimits} from '../limits.ts'
import {builder, type Context} from './builder.ts'
import {inTurns} from './in-turns.ts'
import {pageOf} from './pages.ts'
import {OnCorruptBatchEnum, OnNoOffsetEnum} from './read-policies.ts'
import {RecordRef} from './records.ts'
import {safeInteger} from './safe-integer.ts'
import {asksFor} from './selection.ts'

const Assignment = builder.objectRef<{readonly topic: string; readonly partition: number}>('TopicPartition').implement({
  fields: t => ({topic: t.exposeString('topic'), partition: t.exposeInt('partition')}),
})

const Member = builder.objectRef<GroupInfo['members'][number]>('GroupMember').implement({
  fields: t => ({
    id: t.exposeString('id'),
    clientId: t.exposeString('clientId'),
    assignment: t.field({type: [Assignment], resolve: it => [...it.assignment]}),
  }),
})

const GroupOffset = builder.objectRef<GroupInfo['offsets'][number]>('GroupOffset').implement({
  fields: t => ({
    topic: t.exposeString('topic'),
    partition: t.exposeInt('partition'),
    committedOffset: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'null: a member has the partition, and the group has committed nothing of it.',
      resolve: it => it.committedOffset,
    }),
    endOffset: t.field({type: 'BigInt', resolve: it => it.endOffset}),
    lag: t.field({type: 'BigInt', description: 'Records.', resolve: it => it.lag}),
    lagMs: t.field({
      type: 'BigInt',
      description: 'How far the first unread record lies behind the newest, ms; -1 where too much would have to be read.',
      resolve: it => it.lagMs,
    }),
  }),
})

const GroupStateEnum = builder.enumType('GroupState', {
  values: {EMPTY: {value: 'empty'}, STABLE: {value: 'stable'}, REBALANCING: {value: 'rebalancing'}} as const,
})

/** What a client asks of an offset, at most. */
const offsetFields = 6

const ConsumerGroup = builder.objectRef<GroupInfo>('ConsumerGroup').implement({
  fields: t => ({
    id: t.exposeString('id'),
    state: t.field({type: GroupStateEnum, resolve: it => it.state}),
    generation: t.exposeInt('generation'),
    members: t.field({type: [Member], resolve: it => [...it.members]}),
    offsets: t.field({type: [GroupOffset], resolve: it => inTurns(it.offsets, () => offsetFields)}),
    lag: t.field({type: 'BigInt', resolve: it => it.offsets.reduce((sum, at) => sum + at.lag, 0)}),
  }),
})

const CommitOffsetInput = builder.inputType('CommitOffsetInput', {
  fields: t => ({
    topic: t.string({required: true}),
    partition: t.int({required: true}),
    offset: t.field({type: 'BigInt', required: true, description: 'The next offset to read.'}),
  }),
})

export const CommitOffsetsInput = builder.inputType('CommitOffsetsInput', {
  fields: t => ({
    group: t.string({required: true}),
    offsets: t.field({type: [CommitOffsetInput], required: true}),
    generation: t.int({description: 'Of the membership that read the records; a stale one is refused.'}),
    memberId: t.string(),
  }),
})

const findGroup = async ({id}: {readonly id: string}, _: object, {engine}: Context, info: GraphQLResolveInfo) =>
  (await engine.group(id, {hasLagMs: asksFor(info, 'lagMs')})) ?? null

const CommitOffsetsPayload = builder
  .objectRef<{readonly id: string}>('CommitOffsetsPayload')
  .implement({fields: t => ({group: t.field({type: ConsumerGroup, nullable: true, resolve: findGroup})})})

const ConsumedBatchRef = builder.objectRef<ConsumedBatch>('ConsumedBatch').implement({
  fields: t => ({
    topic: t.exposeString('topic'),
    partition: t.exposeInt('partition'),
    records: t.field({type: [RecordRef], resolve: it => [...it.records]}),
    memberId: t.exposeString('memberId'),
    generation: t.exposeInt('generation'),
  }),
})

const DeliveryEnum = builder.enumType('Delivery', {
  values: {AT_LEAST_ONCE: {value: 'at-least-once'}, AT_MOST_ONCE: {value: 'at-most-once'}} as const,
})

type CommitInput = {
  readonly group: string
  readonly offsets: readonly {readonly topic: string; readonly partition: number; readonly offset: number | bigint}[]
  readonly generation?: number | null | undefined
  readonly memberId?: string | null | undefined
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined

export const commitRequest = ({group, offsets, generation, memberId}: CommitInput): CommitOffsetsRequest => ({
  group,
  offsets: offsets.map(({topic, partition, offset}) => ({topic, partition, offset: safeInteger('offset', offset)})),
  ...(generation === null || generation === undefined ? {} : {generation}),
  ...(memberId ? {memberId} : {}),
})

builder.queryFields(t => ({
  consumerGroups: t.field({
    type: [ConsumerGroup],
    description: 'Ordered by id. Continue with `after`, the last id, until a page is empty.',
    args: {first: t.arg.int({defaultValue: serverLimits.pageRecordsMax}), after: t.arg.string()},
    resolve: async (_, {first, after}, {engine}, info) => {
      const groups = await engine.groups({groupsMax: pageOf(first), after: after ?? undefined, hasLagMs: asksFor(info, 'lagMs')})
      const perOffset = asksFor(info, 'offsets') ? offsetFields : 0
      return inTurns(groups, ({offsets}) => 5 + perOffset * offsets.length)
    },
  }),
  consumerGroup: t.field({
    type: ConsumerGroup,
    nullable: true,
    args: {id: t.arg.string({required: true})},
    resolve: (_, args, context, info) => findGroup(args, {}, context, info),
  }),
}))

builder.mutationField('commitOffsets', t =>
  t.field({
    type: CommitOffsetsPayload,
    args: {input: t.arg({type: CommitOffsetsInput, required: true})},
    resolve: async (_, {input}, {engine}) => {
      await engine.commitOffsets(commitRequest(input))
      return {id: input.group}
    },
  }),
)

builder.subscriptionField('consume', t =>
  t.field({
    type: ConsumedBatchRef,
    description: 'Joins a consumer group and hands out records of its share of the partitions. Acknowledge with `commitOffsets`.',
    args: {
      topic: t.arg.string({required: true}),
      group: t.arg.string({required: true}),
      clientId: t.arg.string(),
      instanceId: t.arg.string({description: 'Static membership: a restart within the session timeout keeps the assignment.'}),
      delivery: t.arg({type: DeliveryEnum}),
      onNoOffset: t.arg({type: OnNoOffsetEnum, description: 'Where the group has no valid offset. Default EARLIEST.'}),
      onCorruptBatch: t.arg({type: OnCorruptBatchEnum, description: "Absent: as the topic's setting says."}),
      maxRecords: t.arg.int({description: 'In one batch.'}),
      maxUnacked: t.arg.int({description: 'Handed out and not committed; then nothing more comes until a commit.'}),
      sessionTimeoutMs: t.arg.int({description: 'How long the member may be silent. Default 10 s.'}),
      maxPollIntervalMs: t.arg.int({
        description:
          'How long the client may take no more, or with `maxUnacked` commit nothing; then the member leaves its partitions to others. Default 5 min.',
      }),
    },
    subscribe: (_, args, {engine, signal}) =>
      engine.consume({
        topics: [args.topic],
        group: args.group,
        signal,
        ...(args.clientId ? {clientId: args.clientId} : {}),
        ...(args.instanceId ? {instanceId: args.instanceId} : {}),
        ...(args.delivery ? {delivery: args.delivery} : {}),
        ...(args.onNoOffset ? {onNoOffset: args.onNoOffset} : {}),
        ...(args.onCorruptBatch ? {onCorruptBatch: args.onCorruptBatch} : {}),
        ...(isGiven(args.maxRecords) ? {recordsMax: args.maxRecords} : {}),
        ...(isGiven(args.maxUnacked) ? {unackedMax: args.maxUnacked} : {}),
        ...(isGiven(args.sessionTimeoutMs) ? {sessionTimeoutMs: args.sessionTimeoutMs} : {}),
        ...(isGiven(args.maxPollIntervalMs) ? {pollIntervalMsMax: args.maxPollIntervalMs} : {}),
      }),
    resolve: batch => batch,
  }),
)
