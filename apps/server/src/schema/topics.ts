import {EngineError, type CleanupPolicy, type OnCorruptBatch, type TopicInfo, type TopicSettings} from '@millrace/engine'
import {serverLimits} from '../limits.ts'
import {builder, type SchemaTypes} from './builder.ts'
import {HealthRef, healthNow} from './health.ts'
import {inTurns} from './in-turns.ts'
import {OnCorruptBatchEnum, readPolicies, readPolicyArguments} from './read-policies.ts'
import {RecordPage, StreamPosition, startPosition} from './records.ts'
import {pageOf} from './pages.ts'
import {safeInteger} from './safe-integer.ts'
import {asksFor} from './selection.ts'

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

/** What a client asks of a topic and of a partition, about. */
const topicFields = 10
const partitionFields = 4

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
    minCleanableDirtyRatio: t.float({resolve: it => it.settings.minCleanableDirtyRatio}),
    maxCompactionLagMs: t.field({type: 'BigInt', nullable: true, resolve: it => it.settings.maxCompactionLagMs}),
    minCompactionLagMs: t.field({type: 'BigInt', resolve: it => it.settings.minCompactionLagMs}),
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
    durability: t.field({
      type: HealthRef,
      description:
        'What the store promises for an acknowledged record at this moment; its replicas and its persistence, as it reports them.',
      resolve: healthNow,
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

type BigIntInput = number | bigint | null | undefined

const settings = (input: {
  retentionMs?: BigIntInput
  retentionBytes?: BigIntInput
  cleanupPolicy?: CleanupPolicy | null | undefined
  compression?: 'none' | 'zstd' | null | undefined
  tombstoneRetentionMs?: BigIntInput
  minCleanableDirtyRatio?: number | null | undefined
  maxCompactionLagMs?: BigIntInput
  minCompactionLagMs?: BigIntInput
  timestampType?: 'create' | 'append' | null | undefined
  onCorruptBatch?: OnCorruptBatch | null | undefined
}): TopicSettings => {
  const bounds = {
    retentionMs: input.retentionMs,
    retentionBytes: input.retentionBytes,
    maxCompactionLagMs: input.maxCompactionLagMs,
  }
  const numbers = {tombstoneRetentionMs: input.tombstoneRetentionMs, minCompactionLagMs: input.minCompactionLagMs}
  return {
    ...Object.fromEntries(
      Object.entries(bounds).flatMap(([name, value]) => (value === undefined ? [] : [[name, bound(name, value)]])),
    ),
    ...Object.fromEntries(
      Object.entries(numbers).flatMap(([name, value]) =>
        value === null || value === undefined ? [] : [[name, safeInteger(name, value)]],
      ),
    ),
    ...(input.minCleanableDirtyRatio === null || input.minCleanableDirtyRatio === undefined
      ? {}
      : {minCleanableDirtyRatio: input.minCleanableDirtyRatio}),
    ...(input.cleanupPolicy ? {cleanupPolicy: input.cleanupPolicy} : {}),
    ...(input.compression ? {compression: input.compression} : {}),
    ...(input.timestampType ? {timestampType: input.timestampType} : {}),
    ...(input.onCorruptBatch ? {onCorruptBatch: input.onCorruptBatch} : {}),
  }
}

type InputFields = PothosSchemaTypes.InputFieldBuilder<PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>, 'InputObject'>

/** Settings of compaction, as `createTopic` and `alterTopic` take them. */
const compactionFields = (t: InputFields) => ({
  tombstoneRetentionMs: t.field({type: 'BigInt', description: 'How long a tombstone stays in a compacted topic.'}),
  minCleanableDirtyRatio: t.float({
    description: 'A partition is compacted when so much of its bytes was written since the last time, 0 to 1.',
  }),
  maxCompactionLagMs: t.field({
    type: 'BigInt',
    description: 'A partition is also compacted when a record waits for so long. null: it may wait for ever.',
  }),
  minCompactionLagMs: t.field({type: 'BigInt', description: 'Younger records are left alone by compaction.'}),
})

const CreateTopicInput = builder.inputType('CreateTopicInput', {
  fields: t => ({
    name: t.string({required: true}),
    partitions: t.int({defaultValue: 1}),
    retentionMs: t.field({type: 'BigInt', description: 'null: kept for ever.'}),
    retentionBytes: t.field({type: 'BigInt', description: 'Per partition. null: no bound.'}),
    cleanupPolicy: t.field({type: CleanupPolicyEnum}),
    compression: t.field({type: CompressionEnum}),
    ...compactionFields(t),
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
    ...compactionFields(t),
    timestampType: t.field({type: TimestampTypeEnum}),
    onCorruptBatch: t.field({
      type: OnCorruptBatchEnum,
      description: 'Readers that run see it when they start again (a query: when it is resumed).',
    }),
  }),
})

const payload = (name: string) =>
  builder.objectRef<{readonly topic: TopicInfo}>(name).implement({
    fields: t => ({
      topic: t.field({type: Topic, resolve: it => it.topic}),
      name: t.string({resolve: it => it.topic.name}),
      partitions: t.field({type: [Partition], resolve: it => [...it.topic.partitions]}),
    }),
  })
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
    description: 'Ordered by name. Continue with `after`, the last name, until a page is empty.',
    args: {
      includeInternal: t.arg.boolean({defaultValue: false}),
      first: t.arg.int({defaultValue: serverLimits.pageRecordsMax}),
      after: t.arg.string(),
    },
    resolve: async (_, {includeInternal, first, after}, {engine}, info) => {
      const page = {topicsMax: pageOf(first), after: after ?? undefined, hasInternal: includeInternal === true}
      const perPartition = asksFor(info, 'partitions') ? partitionFields : 0
      return inTurns(await engine.topics(page), ({partitions}) => topicFields + perPartition * partitions.length)
    },
  }),
  topic: t.field({
    type: Topic,
    nullable: true,
    args: {name: t.arg.string({required: true})},
    resolve: async (_, {name}, {engine}) => (await engine.topic(name)) ?? null,
  }),
}))
