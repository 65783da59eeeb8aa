import type {Header, LogRecord, RecordsPage, StartPosition} from '@millrace/engine'
import {builder} from './builder.ts'
import {requestError} from './errors.ts'
import {readPolicies, readPolicyArguments} from './read-policies.ts'
import {safeInteger} from './safe-integer.ts'

const HeaderRef = builder.objectRef<Header>('Header').implement({
  fields: t => ({
    key: t.exposeString('key'),
    value: t.string({
      nullable: true,
      description: 'Base64.',
      resolve: it => (it.value ? Buffer.from(it.value).toString('base64') : null),
    }),
  }),
})

export const RecordRef = builder.objectRef<LogRecord>('Record').implement({
  fields: t => ({
    partition: t.exposeInt('partition'),
    offset: t.field({type: 'BigInt', resolve: it => it.offset}),
    timestamp: t.field({type: 'BigInt', description: 'Milliseconds since the epoch.', resolve: it => it.timestampMs}),
    key: t.field({type: 'JSON', nullable: true, resolve: it => it.key}),
    value: t.field({type: 'JSON', nullable: true, resolve: it => it.value}),
    headers: t.field({type: [HeaderRef], resolve: it => [...it.headers]}),
  }),
})

export const RecordPage = builder.objectRef<RecordsPage>('RecordConnection').implement({
  fields: t => ({
    nodes: t.field({type: [RecordRef], resolve: it => [...it.records]}),
    endCursor: t.string({resolve: it => it.cursor}),
    hasNextPage: t.boolean({resolve: it => !it.isAtEnd}),
  }),
})

const RecordBatch = builder.objectRef<RecordsPage>('RecordBatch').implement({
  fields: t => ({
    records: t.field({type: [RecordRef], resolve: it => [...it.records]}),
    cursor: t.string({resolve: it => it.cursor}),
    isCaughtUp: t.boolean({description: 'Nothing more was there when this was read.', resolve: it => it.isAtEnd}),
  }),
})

export const PartitionOffsetInput = builder.inputType('PartitionOffsetInput', {
  fields: t => ({partition: t.int({required: true}), offset: t.field({type: 'BigInt', required: true})}),
})

export const StreamPosition = builder.inputType('StreamPosition', {
  isOneOf: true,
  description: 'Where to start: exactly one of these.',
  fields: t => ({
    earliest: t.boolean(),
    latest: t.boolean(),
    timestamp: t.field({type: 'BigInt', description: 'The first record at or after this time, ms.'}),
    offsets: t.field({type: [PartitionOffsetInput]}),
    cursor: t.string(),
  }),
})

type PositionInput = {
  earliest?: boolean | null
  latest?: boolean | null
  timestamp?: number | bigint | null
  offsets?: readonly {partition: number; offset: number | bigint}[] | null
  cursor?: string | null
}

/** `after` and `from` together are refused: they would contradict each other. */
export function startPosition(
  from: PositionInput | null | undefined,
  after: string | null | undefined,
  fallback: StartPosition,
): StartPosition {
  const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined
  if (isGiven(after) && from) throw requestError('INVALID_ARGUMENT', 'found both `from` and `after`, expected one of them')
  if (isGiven(after)) return {kind: 'cursor', cursor: after}
  if (!from) return fallback
  if (isGiven(from.cursor)) return {kind: 'cursor', cursor: from.cursor}
  if (from.offsets)
    return {
      kind: 'offsets',
      offsets: from.offsets.map(it => ({partition: it.partition, offset: safeInteger('offset', it.offset)})),
    }
  if (isGiven(from.timestamp)) return {kind: 'timestamp', timestampMs: safeInteger('timestamp', from.timestamp)}
  if (from.latest) return {kind: 'latest'}
  if (from.earliest) return {kind: 'earliest'}
  throw requestError('INVALID_ARGUMENT', 'from: found no position, expected one that is not false or null')
}

builder.subscriptionField('records', t =>
  t.field({
    type: RecordBatch,
    description: 'Records of a topic as they arrive; by default only new ones.',
    args: {
      topic: t.arg.string({required: true}),
      from: t.arg({type: StreamPosition}),
      after: t.arg.string(),
      ...readPolicyArguments,
    },
    subscribe: (_, args, {engine, signal}) =>
      engine.tail({
        topic: args.topic,
        signal,
        from: startPosition(args.from, args.after, {kind: 'latest'}),
        ...readPolicies(args),
      }),
    resolve: page => page,
  }),
)
