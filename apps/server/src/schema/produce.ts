import type {ProduceRecord, ProduceResult} from '@millrace/engine'
import {serverLimits} from '../limits.ts'
import {builder} from './builder.ts'
import {CommitOffsetsInput, commitRequest} from './groups.ts'
import {PartitionOffsetInput} from './records.ts'
import {safeInteger} from './safe-integer.ts'
import type {VersionWord} from './scalars.ts'
import {requestError} from './errors.ts'

const AcksEnum = builder.enumType('Acks', {
  values: {
    NONE: {description: 'Sent; nobody waits.'},
    LEADER: {description: 'Applied by the primary.'},
    ALL: {description: 'On disk, and on the replicas there are.'},
  } as const,
})

const HeaderInput = builder.inputType('HeaderInput', {
  fields: t => ({key: t.string({required: true}), value: t.string({description: 'Base64; null is kept apart from empty.'})}),
})

const RecordInput = builder.inputType('RecordInput', {
  description: 'How key and value are written follows from the source declared over the topic.',
  fields: t => ({
    key: t.field({type: 'JSON'}),
    value: t.field({type: 'JSON', description: 'null is a tombstone.'}),
    headers: t.field({type: [HeaderInput]}),
    timestamp: t.field({type: 'BigInt', description: 'Milliseconds since the epoch; now when absent.'}),
    partition: t.int({description: 'By key when absent.'}),
    expectedVersion: t.field({
      type: 'ExpectedVersion',
      description:
        'How many events its key must have before it, those of this request too, "none", or "any"; else nothing of the request is stored. For topics with a key index.',
    }),
    eventId: t.string({
      description:
        'Names the event among those of its key: it is stored once, whoever sends it, as long as the log keeps it. For topics with a key index.',
    }),
  }),
})

const ProducerInput = builder.inputType('ProducerInput', {
  description: 'Makes a retry safe: the same id, epoch and sequence is stored once.',
  fields: t => ({id: t.string({required: true}), epoch: t.int({required: true}), sequence: t.int({required: true})}),
})

const ProduceInput = builder.inputType('ProduceInput', {
  fields: t => ({
    topic: t.string({required: true}),
    records: t.field({type: [RecordInput], required: true}),
    acks: t.field({type: AcksEnum, defaultValue: 'LEADER'}),
    atomic: t.boolean({defaultValue: false, description: 'All records of all partitions, or none.'}),
    producer: t.field({type: ProducerInput}),
    expectedEnds: t.field({
      type: [PartitionOffsetInput],
      description: 'Where partitions must end for anything of the request to be stored.',
    }),
    consumed: t.field({
      type: CommitOffsetsInput,
      description: 'Offsets of a consumer group that are committed in the same step, or neither: exactly once.',
    }),
  }),
})

const OffsetRange = builder.objectRef<ProduceResult['ranges'][number]>('OffsetRange').implement({
  fields: t => ({
    partition: t.exposeInt('partition'),
    firstOffset: t.field({type: 'BigInt', resolve: it => it.firstOffset}),
    lastOffset: t.field({type: 'BigInt', resolve: it => it.lastOffset}),
  }),
})

const RecordError = builder.objectRef<ProduceResult['errors'][number]>('RecordError').implement({
  fields: t => ({
    index: t.int({description: 'Into the request.', resolve: it => it.index}),
    code: t.exposeString('code'),
    message: t.exposeString('message'),
  }),
})

const ProducePayload = builder.objectRef<ProduceResult>('ProducePayload').implement({
  fields: t => ({
    accepted: t.exposeInt('accepted'),
    rejected: t.exposeInt('rejected'),
    ranges: t.field({
      type: [OffsetRange],
      description: 'What was appended: a range a partition and run.',
      resolve: it => [...it.ranges],
    }),
    errors: t.field({type: [RecordError], description: 'What was not appended, and why.', resolve: it => [...it.errors]}),
    token: t.string({description: 'Give it to a pull query (`after`) to read this write.', resolve: it => it.token}),
    isDuplicate: t.boolean({
      description: 'This request had been stored before; nothing was added.',
      resolve: it => it.isDuplicate,
    }),
    acks: t.field({
      type: AcksEnum,
      description:
        'The level that was given: LEADER where ALL was asked for and the store can not give it at this moment (`health.acksAll` says why), and for NONE.',
      resolve: it => it.acks,
    }),
  }),
})

const expectedVersion = (given: number | bigint | VersionWord): number | VersionWord =>
  typeof given === 'string' ? given : Number(given)

const partitionOffset = ({partition, offset}: {partition: number; offset: number | bigint}) => ({
  partition,
  offset: safeInteger('offset', offset),
})

builder.mutationField('produce', t =>
  t.field({
    type: ProducePayload,
    description: 'Appends records. Records that can not be appended are listed in `errors`; the others are kept.',
    args: {input: t.arg({type: ProduceInput, required: true})},
    resolve: (_, {input}, {engine}) => {
      if (input.records.length > serverLimits.produceRecordsMax)
        throw requestError(
          'LIMIT_EXCEEDED',
          `records: found ${input.records.length}, expected at most ${serverLimits.produceRecordsMax} a request`,
        )
      return engine.produce({
        topic: input.topic,
        records: input.records.map((record): ProduceRecord => ({
          key: record.key,
          value: record.value,
          ...(record.headers ? {headers: record.headers.map(({key, value = null}) => ({key, value}))} : {}),
          ...(record.timestamp === null || record.timestamp === undefined ? {} : {timestampMs: Number(record.timestamp)}),
          ...(record.partition === null || record.partition === undefined ? {} : {partition: record.partition}),
          ...(record.expectedVersion === null || record.expectedVersion === undefined
            ? {}
            : {expectedVersion: expectedVersion(record.expectedVersion)}),
          ...(record.eventId === null || record.eventId === undefined ? {} : {eventId: record.eventId}),
        })),
        acks: input.acks ?? 'LEADER',
        isAtomic: input.atomic ?? false,
        ...(input.producer ? {producer: input.producer} : {}),
        ...(input.expectedEnds ? {expectedEnds: input.expectedEnds.map(partitionOffset)} : {}),
        ...(input.consumed ? {consumed: commitRequest(input.consumed)} : {}),
      })
    },
  }),
)
