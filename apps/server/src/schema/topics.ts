import {EngineError, type CleanupPolicy, type OnCorruptBatch, type TopicInfo, type TopicSettings} from '@millrace/engine'
import {builder} from './builder.ts'
import {OnCorruptBatchEnum, readPolicies, readPolicyArguments} from './read-policies.ts'
import {RecordPage, StreamPosition, startPosition} from './records.ts'
import {pageOf} from './pages.ts'
import {safeInteger} from './safe-integer.ts'

const CleanupPolicyEnum = builder.enumType('CleanupPolicy', {
  values: {DELETE: {value: 'delete'}, COMPACT: {value: 'compact'}, COMPACT_DELETE: {value: 'compact,delete'}} as const,
})
const CompressionEnum = builder.enumType('Compression', {values: {NONE: {value: 'none'}, ZSTD: {value: 'zstd'}} as const})
const TimestampTypeEnum = builder.enumType('TimestampType', {
  description: 'CREATE: a record has the time that it names. APPEND: the time at which it is appended, whatever it names.',
  values: {CREATE: {value: 'create'}, APPEND: {value: 'append'}} as const,
})
const EncodingEnum = builder.enumType('TopicEncoding', {
  description: 'BYTES: keys and values in any format. COLUMNS: typed rows, stored by column.',
  values: {BYTES: {value: 'bytes'}, COLUMNS: {value: 'columns'}} as const,
})

const Partition = builder.objectRef<TopicInfo['partitions'][number]>('Partition').implement({
  fields: t => ({
    id: t.exposeInt('id'),
    beginOffset: t.field({type: 'BigInt', resolve: it => it.beginOffset}),
    endOffset: t.field({type: 'BigInt', resolve: it => it.endOffset}),
    bytes: t.field({type: 'BigInt', resolve: it => it.bytes}),
  }),
})

export const Topic = builder.objectRef<TopicInfo>('Topic').implement({
  fields: t => ({
    name: t.exposeString('name'),
    encoding: t.field({type: EncodingEnum, resolve: it => it.encoding}),
    isInternal: t.exposeBoolean('isInternal'),
    createdAt: t.field({type: 'BigInt', description: 'Milliseconds since the epoch.', resolve: it => it.createdAtMs}),
    partitions: t.field({type: [Partition], resolve: it => [...it.partitions]}),
    retentionMs: t.field({type: 'BigInt', nullable: true, resolve: it => it.settings.retentionMs}),
    retentionBytes: t.field({type: 'BigInt', nullable: true, resolve: it => it.settings.retentionBytes}),
    cleanupPolicy: t.field({type: CleanupPolicyEnum, resolve: it => it.settings.cleanupPolicy}),
    compression: t.field({type: CompressionEnum, resolve: it => it.settings.compression}),
    tombstoneRetentionMs: t.field({type: 'BigInt', resolve: it => it.settings.tombstoneRetentionMs}),
    keyIndex: t.boolean({
      description: 'Whether the events of a key are numbered and found by it.',
      resolve: it => it.settings.keyIndex,
    }),
    timestampType: t.field({type: TimestampTypeEnum, resolve: it => it.settings.timestampType}),
    onCorruptBatch: t.field({
      type: OnCorruptBatchEnum,
      description: 'What readers do with a damaged batch, unless they say otherwise.',
      resolve: it => it.settings.onCorruptBatch,
    }),
    records: t.field({
      type: RecordPage,
      description: 'A page of records, oldest first. Continue with `after: endCursor`.',
      args: {
        from: t.arg({type: StreamPosition}),
        after: t.arg.string(),
        partition: t.arg.int(),
        first: t.arg.int({defaultValue: 100}),
        ...readPolicyArguments,
      },
      resolve: (topic, args, {engine}) =>
        engine.records({
          topic: topic.name,
          from: startPosition(args.from, args.after, {kind: 'earliest'}),
          recordsMax: pageOf(args.first),
          ...readPolicies(args),
          ...(args.partition === null || args.partition === undefined ? {} : {partition: args.partition}),
        }),
    }),
  }),
})

const bound = (name: string, value: number | bigint | null): number | null => (value === null ? null : safeInteger(name, value))

const settings = (input: {
  retentionMs?: number | bigint | null | undefined
  retentionBytes?: number | bigint | null | undefined
  cleanupPolicy?: CleanupPolicy | null | undefined
  compression?: 'none' | 'zstd' | null | undefined
  tombstoneRetentionMs?: number | bigint | null | undefined
  timestampType?: 'create' | 'append' | null | undefined
  onCorruptBatch?: OnCorruptBatch | null | undefined
}): TopicSettings => ({
  ...(input.retentionMs === undefined ? {} : {retentionMs: bound('retentionMs', input.retentionMs)}),
  ...(input.retentionBytes === undefined ? {} : {retentionBytes: bound('retentionBytes', input.retentionBytes)}),
  ...(input.cleanupPolicy ? {cleanupPolicy: input.cleanupPolicy} : {}),
  ...(input.compression ? {compression: input.compression} : {}),
  ...(input.timestampType ? {timestampType: input.timestampType} : {}),
  ...(input.onCorruptBatch ? {onCorruptBatch: input.onCorruptBatch} : {}),
  ...(input.tombstoneRetentionMs === null || input.tombstoneRetentionMs === undefined
    ? {}
    : {tombstoneRetentionMs: safeInteger('tombstoneRetentionMs', input.tombstoneRetentionMs)}),
})

const CreateTopicInput = builder.inputType('CreateTopicInput', {
  fields: t => ({
    name: t.string({required: true}),
    partitions: t.int({defaultValue: 1}),
    retentionMs: t.field({type: 'BigInt', description: 'null: kept for ever.'}),
    retentionBytes: t.field({type: 'BigInt', description: 'Per partition. null: no bound.'}),
    cleanupPolicy: t.field({type: CleanupPolicyEnum}),
    compression: t.field({type: CompressionEnum}),
    tombstoneRetentionMs: t.field({type: 'BigInt', description: 'How long a tombstone stays in a compacted topic.'}),
    timestampType: t.field({type: TimestampTypeEnum}),
    onCorruptBatch: t.field({type: OnCorruptBatchEnum}),
    keyIndex: t.boolean({
      defaultValue: false,
      description: 'Number the events of each key, so that a produce may expect a version.',
    }),
  }),
})

const AlterTopicInput = builder.inputType('AlterTopicInput', {
  fields: t => ({
    name: t.string({required: true}),
    partitions: t.int({description: 'May grow, never shrink.'}),
    retentionMs: t.field({type: 'BigInt'}),
    retentionBytes: t.field({type: 'BigInt'}),
    cleanupPolicy: t.field({type: CleanupPolicyEnum}),
    compression: t.field({type: CompressionEnum}),
    tombstoneRetentionMs: t.field({type: 'BigInt', description: 'How long a tombstone stays in a compacted topic.'}),
    timestampType: t.field({type: TimestampTypeEnum}),
    onCorruptBatch: t.field({
      type: OnCorruptBatchEnum,
      description: 'Readers that run see it when they start again (a query: when it is resumed).',
    }),
  }),
})

const payload = (name: string) =>
  builder
    .objectRef<{readonly topic: TopicInfo}>(name)
    .implement({fields: t => ({topic: t.field({type: Topic, resolve: it => it.topic})})})
const CreateTopicPayload = payload('CreateTopicPayload')
const AlterTopicPayload = payload('AlterTopicPayload')
const DropTopicPayload = builder
  .objectRef<{readonly name: string}>('DropTopicPayload')
  .implement({fields: t => ({name: t.exposeString('name')})})

builder.mutationFields(t => ({
  createTopic: t.field({
    type: CreateTopicPayload,
    args: {input: t.arg({type: CreateTopicInput, required: true})},
    resolve: async (_, {input}, {engine}) => ({
      topic: await engine.createTopic({
        name: input.name,
        ...(input.partitions === null || input.partitions === undefined ? {} : {partitions: input.partitions}),
        ...settings(input),
        ...(input.keyIndex ? {keyIndex: true} : {}),
      }),
    }),
  }),
  alterTopic: t.field({
    type: AlterTopicPayload,
    args: {input: t.arg({type: AlterTopicInput, required: true})},
    resolve: async (_, {input}, {engine}) => ({
      topic: await engine.alterTopic(input.name, {
        ...(input.partitions === null || input.partitions === undefined ? {} : {partitions: input.partitions}),
        ...settings(input),
      }),
    }),
  }),
  dropTopic: t.field({
    type: DropTopicPayload,
    args: {name: t.arg.string({required: true})},
    resolve: async (_, {name}, {engine}) => {
      if (!(await engine.topic(name))) throw new EngineError('TOPIC_NOT_FOUND', `there is no topic ${name}`, {topic: name})
      await engine.dropTopic(name)
      return {name}
    },
  }),
}))

builder.queryFields(t => ({
  topics: t.field({
    type: [Topic],
    args: {includeInternal: t.arg.boolean({defaultValue: false})},
    resolve: async (_, args, {engine}) => (await engine.topics()).filter(topic => args.includeInternal || !topic.isInternal),
  }),
  topic: t.field({
    type: Topic,
    nullable: true,
    args: {name: t.arg.string({required: true})},
    resolve: async (_, {name}, {engine}) => (await engine.topic(name)) ?? null,
  }),
}))
